//! Parallel and Map.

family! {
    $ concurrency {
        ParallelBranches = "parallel.branches", Language,
            "Parallel runs all branches concurrently; its result is the array of their outputs, in the order of the branches.",
            "States Language specification, \"Parallel State\"; recorded: test_parallel_state_order";
        ParallelFails = "parallel.fails", Language,
            "If a branch fails, the Parallel fails with the branch's error.",
            "States Language specification, \"Parallel State\"; recorded: test_parallel_state_fail";
        SiblingsStopped = "siblings.stopped", Language,
            "When a branch or an iteration fails, the others are stopped.",
            "States Language specification, \"Parallel State\", \"Map State\"; recorded: test_service_lambda_map_timeout";
        SiblingsStoppedHistory = "siblings.stopped.history", Assumed(HISTORIES),
            "The history records stopped branches and iterations as in the only recording, a Map with four items.",
            "recorded: test_service_lambda_map_timeout";
        MapIterations = "map.iterations", Language,
            "Map runs its processor once for every item; its result is the array of their outputs, in the order of the items.",
            "States Language specification, \"Map State\"";
        MapItemsPath = "map.items-path", Language,
            "ItemsPath selects the array of items from the effective input.",
            "States Language specification, \"Map State\"";
        MapItemsNotArray = "map.items.not-array", Observed,
            "Items that are not an array fail the execution with States.Runtime before MapStateStarted.",
            "recorded in 2026-09: \"Reference path ... must point to array.\"";
        MapItemsMissing = "map.items.missing", Observed,
            "An ItemsPath that names a member that its object lacks fails the state with States.ReferencePathConflict; if it is the last step, the cause names it and quotes the whole effective input.",
            "executions of four users, the latest of 2026-08-31: Unable to apply step \"chunks\" to input {...}";
        MapItemsMissingText = "map.items.missing.text", Assumed(CAUSES),
            "The cause names the last step of an ItemsPath in the same way if that is written in brackets, or an earlier step is the one that finds nothing.",
            "reported for a last step after a dot only";
        MapItemsMissingElsewhere = "map.items.missing.elsewhere", Assumed(EVERYTHING),
            "An ItemsPath that finds nothing for another reason (an index, a value of another type, the context object, a variable) fails in the same way.",
            "reported for members of the state's data only";
        MapItemSelector = "map.item-selector", Language,
            "ItemSelector builds the input of each iteration; $$.Map.Item is the current item.",
            "States Language specification, \"Map State\"; recorded: test_map_state_item_selector";
        MapItemSelectorLate = "map.item-selector.late", Assumed(EVERYTHING),
            "ItemSelector is evaluated when its iteration starts, not in advance.",
            "not recorded";
        MapEmpty = "map.empty", Language,
            "A Map with no items succeeds with an empty array.",
            "States Language specification, \"Map State\"; recorded in 2026-09";
        MapSequential = "map.max-concurrency.one", Language,
            "With MaxConcurrency 1, the items are processed one after another, in order.",
            "States Language specification, \"Map State\"; recorded: test_map_state";
        MapConcurrencyPath = "map.max-concurrency-path", Observed,
            "MaxConcurrencyPath reads the limit from the input; 0 means no limit.",
            "recorded: test_max_concurrency_path";
        MapConcurrencyFraction = "map.max-concurrency-path.fraction", Assumed(EVERYTHING),
            "A MaxConcurrencyPath that finds a number written as a fraction fails the execution, even if it is whole (2.0).",
            "recorded for strings and objects only";
        MapConcurrencyNegative = "map.max-concurrency-path.negative", Assumed(EVERYTHING),
            "A MaxConcurrencyPath that finds a negative number fails the execution.",
            "the recording stops before the end";
        MapInlineIgnores = "map.inline.ignores-distributed", Assumed(EVERYTHING),
            "An inline Map ignores the fields that only a distributed Map uses.",
            "not recorded";
        MapFails = "map.fails", Language,
            "If an iteration fails, an inline Map fails with the iteration's error.",
            "States Language specification, \"Map State\"; recorded: test_map_state_catch";
        MapTolerance = "map.tolerance", Observed,
            "A Map of which more iterations fail than ToleratedFailureCount, or a larger share than ToleratedFailurePercentage, fails with States.ExceedToleratedFailureThreshold.",
            "recorded by TestState: test_map_state_failure_count";
        MapBoundPath = "map.bound-path", Assumed(EVERYTHING),
            "The path of a distributed Map's bound has to lead to a number.",
            "not recorded";
    }
}
