//! A law: how a case may be rewritten, and what stays the same.

use std::sync::Arc;

use serde_json::{Map, Value};
use stepproof_generators::{Feature, FeatureSet, Profile, generate};
use stepproof_specs::{
    asl::Machine,
    clause::Aspect,
    reference::{Expectation, simulate},
    scenario::case::{Body, ExecutionCase, Start},
    validate::{refusal, validate},
};

use crate::seen::{Seen, View};

/// Two ways to write the same machine.
pub struct Law {
    /// What it says.
    pub name: &'static str,
    /// What cases are drawn from.
    pub profile: fn() -> Profile,
    /// In how many of a hundred cases it has to apply and to be judged.
    pub share: u64,
    /// About what it says nothing.
    pub open: &'static [Aspect],
    /// The other way; `None` where the law does not apply.
    pub rewrite: fn(&Drawn) -> Option<Twin>,
    /// A mistake in the rewriting, which the law has to notice.
    pub spoil: fn(&mut Twin),
}

/// The machine written otherwise.
#[derive(Debug)]
pub struct Twin {
    /// Its definition.
    pub definition: Value,
    /// Its start.
    pub start: Start,
    /// What is not compared, of both.
    pub view: View,
    /// Members that its output has, whatever the other's has.
    pub gains: Map<String, Value>,
}

/// One start of a drawn case, and what the reference does with it.
pub struct Drawn {
    /// Its number.
    pub index: u64,
    /// The definition.
    pub definition: Value,
    /// The start.
    pub start: Start,
    /// What the reference does.
    pub expectation: Expectation,
    entropy: u64,
}

/// What came of a law in one case.
pub enum Check {
    /// It does not apply, or nothing that it says can be judged.
    Silent,
    /// It holds.
    Holds,
    /// It does not: what differs.
    Broken(String),
    /// The rewritten machine does not run at all: why.
    Refused(String),
}

impl Drawn {
    /// Draws a case. Nothing in it is random, and nothing near the limits of size.
    pub fn new(profile: &Profile, index: u64) -> Self {
        let Body::Execution(mut case) = generate(profile, 21, index).body else {
            panic!("{} only breaks definitions", profile.name)
        };
        let start = case.starts.swap_remove(index as usize % case.starts.len());
        let definition = Value::from(case.definition);
        let run = run(definition.clone(), &start, case.entropy);
        Self {
            index,
            expectation: run.expect("a drawn case can be run"),
            definition,
            start,
            entropy: case.entropy,
        }
    }

    /// One of several places, another one for another case.
    pub fn pick<T>(&self, mut candidates: Vec<T>) -> Option<T> {
        let count = candidates.len();
        (count > 0).then(|| candidates.swap_remove(self.index as usize % count))
    }

    /// The case as it is, to be rewritten.
    pub fn twin(&self) -> Twin {
        Twin {
            definition: self.definition.clone(),
            start: self.start.clone(),
            view: View::default(),
            gains: Map::new(),
        }
    }

    /// Whether the definition contains any of these texts.
    pub fn mentions(&self, texts: &[&str]) -> bool {
        let definition = self.definition.to_string();
        texts.iter().any(|text| definition.contains(text))
    }
}

/// The profile without what no law can predict anything of.
pub fn predictable(profile: Profile) -> Profile {
    profile.without(FeatureSet::of(&[Feature::Randomness, Feature::Oversize]))
}

fn run(definition: Value, start: &Start, entropy: u64) -> Result<Expectation, String> {
    let case = ExecutionCase {
        entropy,
        ..ExecutionCase::new(definition, vec![start.clone()])
    };
    let (machine, diagnostics) = validate(&case.definition, case.workflow);
    if let Some(refusal) = refusal(&diagnostics) {
        return Err(refusal);
    }
    let machine: Arc<Machine> = Arc::new(machine.ok_or("no machine")?);
    simulate(&machine, &case, start).map_err(|error| error.to_string())
}

impl Law {
    /// Rewrites a case and compares.
    pub fn check(&self, drawn: &Drawn) -> Check {
        self.compare(drawn, |_| ())
    }

    /// Rewrites a case wrongly and compares.
    pub fn check_spoilt(&self, drawn: &Drawn) -> Check {
        self.compare(drawn, self.spoil)
    }

    fn compare(&self, drawn: &Drawn, spoil: impl FnOnce(&mut Twin)) -> Check {
        let Some(mut twin) = (self.rewrite)(drawn) else {
            return Check::Silent;
        };
        spoil(&mut twin);
        let other = match run(twin.definition.clone(), &twin.start, drawn.entropy) {
            Ok(other) => other,
            Err(why) => return Check::Refused(format!("{why}\n{}", twin.definition)),
        };
        let unjudged = |aspect: &Aspect| {
            let poisoned = |it: &Expectation| it.poisoned.contains(aspect);
            self.open.contains(aspect) || poisoned(&drawn.expectation) || poisoned(&other)
        };
        if unjudged(&Aspect::Status) || unjudged(&Aspect::Output) {
            return Check::Silent;
        }
        let output = other.observation.output.as_ref();
        let comes_out =
            |(name, value): &(&String, &Value)| output.and_then(|it| it.get(*name)) == Some(*value);
        if let Some((lost, _)) = twin.gains.iter().find(|it| !comes_out(it)) {
            return Check::Broken(format!("{lost} is lost\n{}", twin.definition));
        }
        let one = twin.view.of(&drawn.expectation.observation);
        let another = twin.view.of(&other.observation);
        match differing(&one, &another).find(|aspect| !unjudged(aspect)) {
            None => Check::Holds,
            Some(aspect) => Check::Broken(format!(
                "{}\n- {}\n+ {}\n{}\n{}\n{}\n{}",
                aspect.name(),
                one[&aspect],
                another[&aspect],
                drawn.definition,
                twin.definition,
                drawn.start.input,
                serde_json::to_value(&drawn.start.plan).unwrap_or_default(),
            )),
        }
    }
}

fn differing<'a>(one: &'a Seen, another: &'a Seen) -> impl Iterator<Item = Aspect> + 'a {
    let aspects = one.keys().copied();
    aspects.filter(move |aspect| one[aspect] != another[aspect])
}
