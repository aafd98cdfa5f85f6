//! A law: how a case may be rewritten, and what must stay the same.

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

/// Two ways of writing the same machine.
pub struct Law {
    /// The law in a few words.
    pub name: &'static str,
    /// The profile that cases are drawn from.
    pub profile: fn() -> Profile,
    /// The percentage of cases to which the law has to apply, and in which it has to be judged.
    pub share: u64,
    /// The aspects that are not compared.
    pub open: &'static [Aspect],
    /// Writes the machine the other way; `None` if the law does not apply.
    pub rewrite: fn(&Drawn) -> Option<Twin>,
    /// Makes a mistake in the rewritten machine, which the law has to notice.
    pub spoil: fn(&mut Twin),
}

/// The machine written the other way.
#[derive(Debug)]
pub struct Twin {
    /// Its definition.
    pub definition: Value,
    /// Its start.
    pub start: Start,
    /// What is left out of the comparison, on both sides.
    pub view: View,
    /// Members that its output must have in addition.
    pub gains: Map<String, Value>,
}

/// One start of a drawn case, with what the reference expects.
pub struct Drawn {
    /// The index of the case.
    pub index: u64,
    /// The definition.
    pub definition: Value,
    /// The start.
    pub start: Start,
    /// What the reference expects.
    pub expectation: Expectation,
    entropy: u64,
}

/// The result of a law in one case.
pub enum Check {
    /// The law does not apply, or the outcome cannot be judged.
    Silent,
    /// The law holds.
    Holds,
    /// The law does not hold: the difference.
    Broken(String),
    /// The rewritten machine cannot be run: the reason.
    Refused(String),
}

impl Drawn {
    /// Draws a case. Its profile should be [`predictable`].
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

    /// One of the candidates, chosen by the index of the case.
    pub fn pick<T>(&self, mut candidates: Vec<T>) -> Option<T> {
        let count = candidates.len();
        (count > 0).then(|| candidates.swap_remove(self.index as usize % count))
    }

    /// An unchanged copy of the case, to be rewritten.
    pub fn twin(&self) -> Twin {
        Twin {
            definition: self.definition.clone(),
            start: self.start.clone(),
            view: View::default(),
            gains: Map::new(),
        }
    }

    /// Whether the definition contains any of these strings.
    pub fn mentions(&self, texts: &[&str]) -> bool {
        let definition = self.definition.to_string();
        texts.iter().any(|text| definition.contains(text))
    }
}

/// The profile without the features whose effects no law can predict.
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
    /// Rewrites a case and compares the outcomes.
    pub fn check(&self, drawn: &Drawn) -> Check {
        self.compare(drawn, |_| ())
    }

    /// Rewrites a case, makes the law's mistake, and compares the outcomes.
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
