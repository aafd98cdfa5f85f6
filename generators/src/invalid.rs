//! Definitions that are broken on purpose: a generated machine, changed in one known way or two.
//!
//! A [`Mutation`] is a way that has a name and the rule of the validator that it breaks. One case
//! of four is changed without a plan instead: some member is deleted, repeated, renamed or given
//! another type, and whether the machine is still valid is the validator's to say.

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
    /// The rule that it breaks.
    pub clause: Clause,
    change: Change,
}

/// What a mutation does.
#[derive(Debug, Clone, Copy)]
enum Change {
    /// It gives a field one of these values, as JSON.
    Set(On, &'static str, &'static [&'static str]),
    /// It takes a field away.
    Remove(On, &'static str),
    /// Something else. `None` if the definition has no place for it.
    Shape(fn(&mut Site<'_>) -> Option<()>),
}

impl Mutation {
    /// All mutations.
    pub fn all() -> impl Iterator<Item = Self> {
        fields::FIELDS.iter().chain(shapes::SHAPES).copied()
    }

    /// Breaks a definition so. `None`, and then the case is to be thrown away, if it has no place for
    /// that.
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

/// Whether a field may not stand beside another, so that one that is set takes its place.
fn is_rival(field: &str, other: &str) -> bool {
    match field {
        "Seconds" => matches!(other, "SecondsPath" | "Timestamp" | "TimestampPath"),
        "Parameters" => other == "ItemSelector",
        _ => other.strip_suffix("Path") == Some(field),
    }
}

/// A broken definition, and what was done to it.
#[derive(Debug, Clone)]
pub struct Broken {
    /// The definition.
    pub case: DefinitionCase,
    /// The mutations, in order; none if it was changed without a plan.
    pub mutations: Vec<Mutation>,
}

/// Breaks a machine.
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
