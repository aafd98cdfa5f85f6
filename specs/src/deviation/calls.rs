//! The rules about calls to the service that an engine may break as a whole.

use serde::{Deserialize, Serialize};

use crate::clause::Clause;

macro_rules! rules {
    ($($name:ident = $text:literal, $clause:ident, $kept:literal, $broken:literal;)*) => {
        /// A rule about calls, as deviations name it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum CallRule {
            $(#[doc = concat!("That ", $kept, ".")] #[serde(rename = $text)] $name,)*
        }

        impl CallRule {
            /// Every rule.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The rule as a clause.
            pub fn clause(self) -> Clause {
                match self {
                    $(Self::$name => Clause::$clause,)*
                }
            }

            /// What the rule says.
            pub(super) fn kept(self) -> &'static str {
                match self {
                    $(Self::$name => $kept,)*
                }
            }

            /// What happens if it is ignored.
            pub(super) fn broken(self) -> &'static str {
                match self {
                    $(Self::$name => $broken,)*
                }
            }
        }
    };
}

rules! {
    StartNamed = "start.named", ApiStartNamed,
        "a running execution has its name for itself",
        "starting again under a name returns the running execution, whatever the input";
    StartAgain = "start.again", ApiStartAgain,
        "starting the same again returns the running execution",
        "starting the same again is an error";
    CreateAgain = "create.again", ApiCreateAgain,
        "creating the same machine again returns it",
        "creating the same machine again is an error";
    DeleteMissing = "delete.missing", ApiDeleteMissing,
        "deleting a machine that does not exist succeeds",
        "deleting a machine that does not exist is an error";
    AliasRoute = "alias.route", ApiAliasRoute,
        "an alias leads to the version that it routes to",
        "an alias leads to the machine as it is now";
    VersionFixed = "version.fixed", ApiVersionFixed,
        "a version is the machine as it was published",
        "a version is the machine as it is now";
    VersionAgain = "version.again", ApiVersionAgain,
        "publishing the same again returns its version",
        "publishing the same again makes another version";
    VersionUsed = "version.used", ApiVersionUsed,
        "a version that an alias routes to cannot be deleted",
        "a version that an alias routes to is deleted";
    ExecutionRevision = "execution.revision", ApiExecutionRevision,
        "the machine of an execution is described as the execution runs it",
        "the machine of an execution is described as it is now";
    StopEnded = "stop.ended", ApiStopEnded,
        "stopping an execution that has ended succeeds",
        "stopping an execution that has ended is an error";
    TokenOnce = "token.once", ApiTokenOnce,
        "the token of a task that is over is refused",
        "the token of a task that is over is accepted";
    ExecutionsOrder = "executions.order", ApiExecutionsOrder,
        "the most recent execution is listed first",
        "the oldest execution is listed first";
    Pages = "pages", ApiPages,
        "a page begins where the one before ended",
        "a page lacks its first item if another one came before";
    TagReplaced = "tag.replaced", ApiTagReplaced,
        "a tag replaces that of the same key",
        "a tag does not replace that of the same key";
    NestedWaits = "nested.waits", NestedSync,
        "a task of .sync ends with the execution that it has started",
        "a task of .sync ends as soon as the execution has started";
    NestedValues = "nested.values", NestedValues,
        "the output of an execution is a value with .sync:2",
        "the output of an execution is text with .sync:2, too";
    NestedError = "nested.error", NestedFailure,
        "a task whose execution fails fails with States.TaskFailed",
        "a task whose execution fails fails with the error of the execution";
    NestedStopped = "nested.stopped", NestedStopped,
        "an execution that a task waits for is stopped with the task",
        "an execution that a task waits for goes on when the task is aborted";
    IntegrationError = "integration.error", IntegrationFailure,
        "the error of a service is an exception of that service",
        "the error of a service is passed on under its bare name";
}
