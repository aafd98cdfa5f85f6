//! The reducer: smaller cases, in an order in which a greedy search finds the minimum.
//!
//! A [`Pass`] offers smaller candidates of a case, lazily and in a fixed order. A [`measure`]
//! orders cases, and every candidate is strictly smaller, so a search ends. Most candidates are
//! valid machines, but this is not guaranteed: validate a candidate before trying it.
//!
//! [`Reduction`] is the search without the trying: it says what to try next, and is told which
//! candidate was still interesting. [`reduce_with`] tries candidates with a predicate; the harness
//! tries them on engines, several at once.

mod calls;
mod definition;
mod edit;
mod ends;
mod expressions;
mod fields;
mod flow;
pub(crate) mod graph;
mod limits;
mod loops;
mod measure;
mod names;
mod paths;
mod plain;
mod plans;
mod replace;
mod resume;
mod sequence;
mod structure;
mod together;
mod value;
mod variables;

use std::{
    collections::HashSet,
    fmt,
    hash::{DefaultHasher, Hash, Hasher},
};

use stepproof_specs::scenario::{
    calls::CallsCase,
    case::{Body, Case, DefinitionCase, ExecutionCase},
    letter,
};

pub use self::measure::{Measure, measure};
use self::{
    edit::{Edit, collect_garbage},
    plain::make_plain,
};

/// A smaller case, and the pass that made it.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The pass's name.
    pub pass: &'static str,
    /// The smaller case.
    pub case: Case,
    /// The position of the edit in its pass.
    at: usize,
}

/// A family of edits of a case.
#[derive(Clone, Copy)]
pub struct Pass {
    /// The name in reports.
    pub name: &'static str,
    edits: Edits,
}

/// How a pass derives edits, by what they edit.
#[derive(Clone, Copy)]
enum Edits {
    Machine(fn(&ExecutionCase) -> Vec<Edit>),
    Calls(fn(&CallsCase) -> Vec<sequence::Edit>),
}

/// An edit of a machine or of calls.
enum AnyEdit {
    Machine(Edit),
    Calls(sequence::Edit),
}

/// All passes: first those that make the machine smaller, then those for its fields, the data and
/// the plans, and last those that make equivalent cases equal.
pub const PASSES: &[Pass] = &[
    pass("drop-starts", plans::drop_starts),
    pass("resume", resume::resume),
    pass("leave-loops", loops::leave_loops),
    pass("keep-only-a-scope", structure::keep_only_a_scope),
    pass("cut", structure::cut),
    pass("remove-states", structure::remove_states),
    pass("hoist", structure::hoist),
    pass("drop-branches", structure::drop_branches),
    pass("join-branches", structure::join_branches),
    pass("drop-rules", structure::drop_rules),
    pass("drop-handlers", structure::drop_handlers),
    pass("drop-fields", fields::drop_fields),
    pass("exchange-fields", fields::exchange_fields),
    pass("fold", replace::fold),
    pass("simplify-ends", ends::simplify_ends),
    pass("redirect", together::redirect),
    pass("plain-items", together::plain_items),
    pass("number-items", together::number_items),
    pass("select-an-item", together::select_an_item),
    pass("fail-for-good", together::fail_for_good),
    pass("contrast-catchers", together::contrast_catchers),
    pass("add-to-inputs", together::add_to_inputs),
    pass("hold-in-inputs", together::hold_in_inputs),
    pass("find-one", flow::find_one),
    pass("deny", together::deny),
    pass("compare-simply", together::compare_simply),
    pass("wait-longer", together::wait_longer),
    pass("count-further", together::count_further),
    pass("limits-for-delays", limits::limits_for_delays),
    pass("shorten-limits", limits::shorten_limits),
    pass("outlast-the-machine", limits::outlast_the_machine),
    pass("simplify-conditions", fields::simplify_conditions),
    pass("drop-plans", plans::drop_plans),
    pass("simplify-rules", plans::simplify_rules),
    pass("simplify-inputs", plans::simplify_inputs),
    pass("unwrap-inputs", resume::unwrap_inputs),
    pass("literals-for-paths", fields::literals_for_paths),
    pass("literals-for-variables", variables::literals_for_variables),
    pass("sources-for-variables", variables::sources_for_variables),
    pass("put-out", expressions::put_out),
    pass("put-out-without-error", expressions::put_out_without_error),
    pass("start-with-second", expressions::start_with_second),
    pass("compose-outputs", expressions::compose_outputs),
    pass("simplify-json", expressions::simplify_json),
    pass(
        "literals-for-expressions",
        expressions::literals_for_expressions,
    ),
    pass("simplify-expressions", expressions::simplify_expressions),
    pass("say-languages-once", expressions::say_languages_once),
    pass("activities-for-queues", replace::activities_for_queues),
    pass("replace-states", replace::replace_states),
    pass("simplify-flow", flow::simplify_flow),
    pass("shrink-numbers", fields::shrink_numbers),
    pass("simplify-matchers", names::simplify_matchers),
    pass("swap-branches", structure::swap_branches),
    pass("rename-states", names::rename_states),
    pass("rename-errors", names::rename_errors),
    pass("rename-variables", variables::rename_variables),
    pass("rename-fields", names::rename_fields),
    pass("put-in-order", names::put_in_order),
];

/// The passes for a definition that is not started. It may be invalid; the caller has to check that
/// a candidate is invalid in the same way.
pub const DEFINITION_PASSES: &[Pass] = &[
    pass("keep-only-a-scope", structure::keep_only_a_scope),
    pass("cut", structure::cut),
    pass("remove-states", structure::remove_states),
    pass("hoist", structure::hoist),
    pass("drop-branches", structure::drop_branches),
    pass("drop-rules", structure::drop_rules),
    pass("drop-handlers", structure::drop_handlers),
    pass("drop-members", definition::drop_members),
    pass("replace-states", replace::replace_states),
    pass("simplify-conditions", fields::simplify_conditions),
    pass("simplify-literals", definition::simplify_literals),
    pass("simplify-expressions", expressions::simplify_expressions),
    pass("say-languages-once", expressions::say_languages_once),
    pass("rename-states", names::rename_states),
    pass("rename-errors", names::rename_errors),
    pass("rename-variables", variables::rename_variables),
    pass("rename-fields", names::rename_fields),
    pass("put-in-order", names::put_in_order),
];

/// The passes for calls to the service.
pub const CALLS_PASSES: &[Pass] = &[
    on_calls("drop-calls", sequence::drop_calls),
    on_calls("plain-machines", sequence::plain_machines),
    on_calls("drop-parameters", sequence::drop_parameters),
    on_calls("name-machines", sequence::name_machines),
    on_calls("plain-texts", sequence::plain_texts),
    on_calls("plain-names-of-calls", sequence::plain_names),
];

/// The passes for a case.
fn passes(case: &Case) -> &'static [Pass] {
    match case.body {
        Body::Execution(_) => PASSES,
        Body::Definition(_) => DEFINITION_PASSES,
        Body::Api(_) => CALLS_PASSES,
    }
}
/// The name of the step before all passes; see [`Reduction`].
const PLAIN_NAMES: &str = "plain-names";

const fn pass(name: &'static str, edits: fn(&ExecutionCase) -> Vec<Edit>) -> Pass {
    Pass {
        name,
        edits: Edits::Machine(edits),
    }
}

const fn on_calls(name: &'static str, edits: fn(&CallsCase) -> Vec<sequence::Edit>) -> Pass {
    Pass {
        name,
        edits: Edits::Calls(edits),
    }
}

impl Pass {
    /// The smaller cases that this pass derives from a case.
    pub fn candidates(self, case: &Case) -> impl Iterator<Item = Candidate> + '_ {
        let bound = measure(case);
        self.edits_of(case)
            .into_iter()
            .enumerate()
            .filter_map(move |(at, edit)| {
                Some(Candidate {
                    pass: self.name,
                    case: apply(&edit, case, &bound, false)?,
                    at,
                })
            })
    }

    fn edits_of(self, case: &Case) -> Vec<AnyEdit> {
        let edits = |edits: Vec<Edit>| edits.into_iter().map(AnyEdit::Machine).collect();
        match (self.edits, &case.body) {
            (Edits::Machine(of), Body::Execution(execution)) => edits(of(execution)),
            (Edits::Machine(of), Body::Definition(definition)) => edits(of(&unstarted(definition))),
            (Edits::Calls(of), Body::Api(calls)) => {
                of(calls).into_iter().map(AnyEdit::Calls).collect()
            }
            (Edits::Machine(_), Body::Api(_)) | (Edits::Calls(_), _) => Vec::new(),
        }
    }
}

/// Applies an edit, and plain names if `plain`; `None` if the edit does not apply or the result is
/// not smaller.
fn apply(edit: &AnyEdit, case: &Case, bound: &Measure, plain: bool) -> Option<Case> {
    let mut edited = case.clone();
    match (edit, &mut edited.body) {
        (AnyEdit::Machine(edit), Body::Execution(execution)) => {
            edit(execution)?;
            collect_garbage(execution);
            if plain {
                make_plain(execution);
            }
            // Messages that nobody can answer any more are no smaller case.
            (letter::unreadable(&execution.definition).is_none()).then_some(())?;
        }
        (AnyEdit::Machine(edit), Body::Definition(definition)) => {
            let mut execution = unstarted(definition);
            let tidy = definition::is_tidy(&execution);
            edit(&mut execution)?;
            if tidy {
                collect_garbage(&mut execution);
            }
            let before = definition::dangling(&definition.definition);
            definition.definition = execution.definition.into();
            (definition::dangling(&definition.definition) <= before).then_some(())?;
        }
        (AnyEdit::Calls(edit), Body::Api(calls)) => edit(calls)?,
        _ => return None,
    }
    (measure(&edited) < *bound).then_some(edited)
}

/// A definition as an execution case without starts, for the passes that both kinds share.
fn unstarted(case: &DefinitionCase) -> ExecutionCase {
    ExecutionCase {
        definition: case.definition.clone().into(),
        workflow: case.workflow,
        starts: Vec::new(),
        entropy: 0,
    }
}

/// All smaller cases that the passes derive from a case, pass by pass.
pub fn candidates(case: &Case) -> impl Iterator<Item = Candidate> + '_ {
    passes(case).iter().flat_map(|pass| pass.candidates(case))
}

/// A search for a minimal case, one step at a time: ask for a candidate, try it, and
/// [`accept`](Reduction::accept) it if it is still interesting.
///
/// The passes take turns: a pass is left when it offers nothing new, and the search ends after a
/// round without an accepted candidate. No candidate is offered twice.
///
/// The first candidate is the case with plain names. If it is interesting, names do not matter, and
/// all further candidates have plain names too: candidates that differ only in names then coincide,
/// and are tried once.
pub struct Reduction {
    passes: &'static [Pass],
    best: Case,
    bound: Measure,
    /// The case with plain names, until it is offered.
    renamed: Option<Case>,
    /// Whether names do not matter, so that candidates get plain names.
    plain: bool,
    pass: usize,
    /// The current pass's edits of the best case.
    edits: Vec<AnyEdit>,
    /// The index of the next edit.
    at: usize,
    /// How many more passes may offer nothing before the search is over.
    passes_left: usize,
    offered: HashSet<u64>,
}

impl Reduction {
    /// A search that starts from this case, which is assumed to be interesting.
    pub fn new(case: Case) -> Self {
        let passes = passes(&case);
        let mut renamed = case.clone();
        if let Body::Execution(execution) = &mut renamed.body {
            make_plain(execution);
        }
        let plain = renamed == case;
        let mut reduction = Self {
            passes,
            bound: measure(&case),
            renamed: (!plain).then_some(renamed),
            plain,
            offered: HashSet::from([fingerprint(&case)]),
            best: case,
            pass: 0,
            edits: Vec::new(),
            at: 0,
            passes_left: passes.len(),
        };
        reduction.load();
        reduction
    }

    /// The smallest case so far.
    pub fn best(&self) -> &Case {
        &self.best
    }

    /// The smallest case so far.
    pub fn into_best(self) -> Case {
        self.best
    }

    /// The next candidate; `None` when the search is over.
    pub fn next_candidate(&mut self) -> Option<Candidate> {
        if let Some(case) = self.renamed.take() {
            self.offered.insert(fingerprint(&case));
            let (pass, at) = (PLAIN_NAMES, 0);
            return Some(Candidate { pass, case, at });
        }
        while self.passes_left > 0 {
            if let Some(candidate) = self.next_of_pass() {
                return Some(candidate);
            }
            self.passes_left -= 1;
            self.pass = (self.pass + 1) % self.passes.len();
            self.at = 0;
            self.load();
        }
        None
    }

    /// Up to `count` candidates of one pass, to be tried at the same time; none when the search is
    /// over. If several are interesting, the first one has to be accepted.
    pub fn next_batch(&mut self, count: usize) -> Vec<Candidate> {
        let mut batch: Vec<Candidate> = self.next_candidate().into_iter().collect();
        while !batch.is_empty() && batch.len() < count {
            match self.next_of_pass() {
                Some(candidate) => batch.push(candidate),
                None => break,
            }
        }
        batch
    }

    /// Accepts a candidate that is still interesting: the search continues from it, with its pass.
    /// If several candidates are tried at the same time, the first interesting one has to be
    /// accepted, and those after it [withdrawn](Reduction::withdraw).
    pub fn accept(&mut self, candidate: Candidate) {
        let pass = self
            .passes
            .iter()
            .position(|pass| pass.name == candidate.pass);
        self.pass = pass.unwrap_or(self.pass);
        self.plain |= candidate.pass == PLAIN_NAMES;
        self.best = candidate.case;
        self.bound = measure(&self.best);
        self.at = candidate.at;
        // Visits all other passes, and then this one again from its beginning.
        self.passes_left = self.passes.len() + 1;
        self.load();
    }

    /// Withdraws a candidate that was not tried: it may be offered again.
    pub fn withdraw(&mut self, candidate: &Candidate) {
        if candidate.pass == PLAIN_NAMES {
            self.renamed = Some(candidate.case.clone());
        }
        self.offered.remove(&fingerprint(&candidate.case));
    }

    fn load(&mut self) {
        self.edits = self.passes[self.pass].edits_of(&self.best);
    }

    fn next_of_pass(&mut self) -> Option<Candidate> {
        while let Some(edit) = self.edits.get(self.at) {
            let at = self.at;
            self.at += 1;
            if let Some(case) = apply(edit, &self.best, &self.bound, self.plain)
                && self.offered.insert(fingerprint(&case))
            {
                let pass = self.passes[self.pass].name;
                return Some(Candidate { pass, case, at });
            }
        }
        None
    }
}

impl fmt::Debug for Reduction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reduction")
            .field("best", &self.best)
            .field("pass", &self.passes[self.pass].name)
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

/// A hash by which repeated candidates are recognised.
fn fingerprint(case: &Case) -> u64 {
    let mut hasher = DefaultHasher::new();
    // Writing to a string cannot fail: the keys of a case are strings.
    serde_json::to_string(&case.body)
        .unwrap_or_default()
        .hash(&mut hasher);
    hasher.finish()
}

/// Reduces a case as long as `interesting` accepts a candidate. The case itself is assumed to be
/// interesting.
pub fn reduce_with(case: Case, interesting: &mut dyn FnMut(&Case) -> bool) -> Case {
    let mut reduction = Reduction::new(case);
    while let Some(candidate) = reduction.next_candidate() {
        if interesting(&candidate.case) {
            reduction.accept(candidate);
        }
    }
    reduction.into_best()
}
