//! Definitions that are broken on purpose: a generated machine with one or two known changes.
//!
//! A [`Mutation`] is such a change, with a name and the clause that it violates. One case in four
//! is changed at random instead: a member is deleted, repeated, renamed or given another type, and
//! the validator decides whether the machine is still valid.

mod expressions;
mod fields;
mod shapes;
mod site;
mod tweak;

use stepproof_specs::{
    asl::{Machine, WorkflowType},
    clause::Clause,
    scenario::case::DefinitionCase,
};

use self::site::{On, Site};
use crate::dice::Dice;

/// A way to break a definition.
#[derive(Debug, Clone, Copy)]
pub struct Mutation {
    /// Its name.
    pub name: &'static str,
    /// The clause that it violates.
    pub clause: Clause,
    change: Change,
}

/// How a mutation changes a definition.
#[derive(Debug, Clone, Copy)]
enum Change {
    /// Sets a field to one of these values, given as JSON.
    Set(On, &'static str, &'static [&'static str]),
    /// Removes a field.
    Remove(On, &'static str),
    /// Any other change; `None` if it does not apply to the definition.
    Shape(fn(&mut Site<'_>) -> Option<()>),
}

impl Mutation {
    /// All mutations.
    pub fn all() -> impl Iterator<Item = Self> {
        let all = fields::FIELDS.iter().chain(shapes::SHAPES);
        all.chain(expressions::EXPRESSIONS).copied()
    }

    /// Applies the mutation. `None` if it does not apply; the caller must then discard the case.
    pub(crate) fn apply(self, case: &mut DefinitionCase, dice: &mut Dice) -> Option<()> {
        let mut site = Site { case, dice };
        match self.change {
            Change::Set(on, field, values) => {
                let value = serde_json::from_str(site.dice.pick(values)).ok()?;
                let object = site.on(on)?;
                object.retain(|other, _| !is_rival(field, other));
                object.insert(field.to_owned(), value);
            }
            Change::Remove(on, field) => drop(site.on(on)?.shift_remove(field)?),
            Change::Shape(change) => change(&mut site)?,
        }
        Some(())
    }
}

/// Whether `other` must be removed when `field` is set, because an object may not have both.
fn is_rival(field: &str, other: &str) -> bool {
    match field {
        "Seconds" => matches!(other, "SecondsPath" | "Timestamp" | "TimestampPath"),
        "Parameters" => other == "ItemSelector",
        _ => other.strip_suffix("Path") == Some(field),
    }
}

/// A broken definition, and the mutations applied to it.
#[derive(Debug, Clone)]
pub struct Broken {
    /// The definition.
    pub case: DefinitionCase,
    /// The mutations, in order; none if the definition was changed at random.
    pub mutations: Vec<Mutation>,
}

/// Breaks a machine: by one or two mutations, or by a random change.
pub(crate) fn broken(machine: &Machine, dice: &mut Dice) -> Broken {
    let whole = DefinitionCase {
        definition: machine.to_value(),
        workflow: WorkflowType::Standard,
    };
    if dice.one_in(4) {
        return Broken {
            case: tweak::tweaked(&whole, dice),
            mutations: Vec::new(),
        };
    }
    let count = if dice.one_in(8) { 2 } else { 1 };
    let all: Vec<Mutation> = Mutation::all().collect();
    let mut broken = Broken {
        case: whole,
        mutations: Vec::new(),
    };
    while broken.mutations.len() < count && broken.case.definition.is_object() {
        let mutation = dice.pick(&all);
        let mut case = broken.case.clone();
        if mutation.apply(&mut case, dice).is_some() {
            broken.case = case;
            broken.mutations.push(mutation);
        }
    }
    broken
}
