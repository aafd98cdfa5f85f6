//! Definitions that are broken on purpose. The embedded engine must agree with the reference, and
//! engines that do not check definitions must be caught, with a case that fits on a line.

use std::{path::PathBuf, sync::Arc, time::Duration};

use stepproof::{
    engines::{
        Boxed, Engine, EngineProfile,
        adapters::{Choice, Embedded},
    },
    job::{Job, Lane, prepare},
    judge::verdict::{Signature, Verdict},
    raw::{Creation, RawRun},
    report::{Finding, Subject},
    run::{
        Context, Control, EngineLab, Stop, attempt,
        judging::{Compared, Generated},
        states,
    },
    shrink::{Budget, Ended, shrink},
    trouble::Trouble,
};
use stepproof_generators::Profile;
use stepproof_specs::scenario::case::{Case, DefinitionCase};

const CASES: u64 = 1_000;

/// A change to the embedded engine's answers about a definition.
type Fault = fn(&DefinitionCase, &mut RawRun);

struct Faulty {
    engine: Embedded,
    fault: Fault,
}

impl Engine for Faulty {
    fn profile(&self) -> &EngineProfile {
        self.engine.profile()
    }

    fn run<'a>(&'a self, job: &'a Job) -> Boxed<'a, Result<RawRun, Trouble>> {
        self.engine.run(job)
    }

    fn define<'a>(&'a self, case: &'a DefinitionCase) -> Boxed<'a, Result<RawRun, Trouble>> {
        Box::pin(async move {
            let mut run = self.engine.define(case).await?;
            (self.fault)(case, &mut run);
            Ok(run)
        })
    }

    fn probe(&self) -> Boxed<'_, Result<String, Trouble>> {
        self.engine.probe()
    }

    fn clean(&self) -> Boxed<'_, Result<(), Trouble>> {
        self.engine.clean()
    }
}

async fn context(fault: Fault) -> Arc<Context> {
    let engine = Embedded::start(&Choice::default(), "definitions").await;
    let engine = engine.expect("the embedded engine");
    let judge = Compared {
        engine: engine.profile().clone(),
        engine_version: "1".to_owned(),
        options: String::new(),
        endpoint: None,
        ledger: None,
        directory: PathBuf::new(),
    };
    Arc::new(Context {
        source: Arc::new(Generated::new(Profile::invalid(), 1, engine.profile())),
        judge: Arc::new(judge),
        engine: Arc::new(Faulty { engine, fault }),
        stop: Stop::default(),
    })
}

fn honest(_: &DefinitionCase, _: &mut RawRun) {}

/// Accepts every definition, without diagnostics.
fn blind(_: &DefinitionCase, run: &mut RawRun) {
    run.creation = Creation::Accepted;
    if let Some(validation) = &mut run.validation {
        "OK".clone_into(&mut validation.result);
        validation.diagnostics.clear();
    }
}

/// Reports no locations.
fn lost(_: &DefinitionCase, run: &mut RawRun) {
    let diagnostics = run.validation.iter_mut().flat_map(|it| &mut it.diagnostics);
    for diagnostic in diagnostics {
        diagnostic.location = None;
    }
}

/// Refuses definitions with a comment.
fn mute(case: &DefinitionCase, run: &mut RawRun) {
    if case.definition.to_string().contains("\"Comment\"") && run.creation == Creation::Accepted {
        run.creation = Creation::Refused {
            code: "InvalidDefinition".to_owned(),
            message: "no comment".to_owned(),
        };
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_embedded_engine_agrees_about_every_definition() {
    let context = context(honest).await;
    let (mut refused, mut diagnosed) = (0, 0);
    for index in 0..CASES {
        let case = context.source.case(index);
        let prepared = prepare(&case, Lane::Quiet).expect("a definition");
        let outcome = attempt(&context, &prepared, 0).await.outcome;
        let detail = outcome.into_detail();
        let judgement = detail
            .judgement
            .unwrap_or_else(|| panic!("{:?}", detail.trouble));
        assert_eq!(
            judgement.verdict(|_| false),
            Verdict::Agree,
            "{index}: {judgement:#?}"
        );
        let raw = detail.raw.expect("an answer");
        refused += usize::from(raw.creation != Creation::Accepted);
        let validation = raw.validation.expect("an answer");
        assert_eq!(
            validation.result == "OK",
            raw.creation == Creation::Accepted
        );
        diagnosed += usize::from(!validation.diagnostics.is_empty());
    }
    assert!(
        refused > 700 && refused == diagnosed,
        "{refused} {diagnosed}"
    );
}

/// The first case with this signature, and the definition it is reduced to.
async fn caught(fault: Fault, signature: &str) -> (Case, String) {
    let context = context(fault).await;
    let sought: Signature = signature.parse().expect("a signature");
    for index in 0..CASES {
        let case = context.source.case(index);
        let prepared = prepare(&case, Lane::Quiet).expect("a definition");
        let outcome = attempt(&context, &prepared, 0).await.outcome;
        if !outcome.signatures().contains(&sought) {
            continue;
        }
        let lab = EngineLab::new(
            Arc::clone(&context),
            &prepared,
            sought,
            1,
            Control::default(),
        );
        let budget = Budget {
            calls: 2_000,
            time: Duration::from_mins(1),
            width: 4,
        };
        let shrunk = shrink(Arc::new(lab), case, budget)
            .await
            .expect("a reduction");
        assert_eq!(shrunk.ended, Ended::Minimal);
        let page = page(&context, &shrunk.case, signature).await;
        return (shrunk.case, page);
    }
    panic!("{signature} did not show");
}

async fn page(context: &Context, case: &Case, signature: &str) -> String {
    let prepared = prepare(case, Lane::Quiet).expect("a definition");
    let detail = attempt(context, &prepared, 0).await.outcome.into_detail();
    Finding::new(&Subject {
        original: None,
        explained: None,
        grouped: None,
        suspected: None,
        beside: false,
        number: 1,
        signature: &signature.parse().expect("a signature"),
        case,
        raw: detail.raw.as_ref(),
        judgement: detail.judgement.as_ref(),
        engine: "faulty",
        engine_version: "1",
        api: true,
        target: stepproof::report::Target::default(),
        reproduced: (1, 1),
        withdrawn: false,
        replay: "stepproof replay case.json",
    })
    .screen(false)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_accepts_everything_is_caught() {
    let rule = "acceptance Task.TimeoutSeconds - SCHEMA_VALIDATION_FAILED(validate.low)≠accepted";
    let (case, page) = caught(blind, rule).await;
    assert_eq!(states(&case), 1);
    let definition = case.body.definition();
    assert_eq!(
        definition["States"]["A"]["TimeoutSeconds"], 0,
        "{definition}"
    );
    assert!(definition.to_string().len() < 180, "{definition}");
    for expected in [
        "validate.low (language)",
        "- refused InvalidDefinition",
        "+ created",
    ] {
        assert!(page.contains(expected), "{page}");
    }

    let island = "acceptance State - MISSING_TRANSITION_TARGET(validate.reachable)≠accepted";
    let (case, _) = caught(blind, island).await;
    assert_eq!(states(&case), 2, "{}", case.body.definition());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_says_no_location_is_caught() {
    let (case, page) = caught(
        lost,
        "diagnostics Machine.StartAt - MISSING_TRANSITION_TARGET(validate.target)≠absent",
    )
    .await;
    assert_eq!(states(&case), 1, "{}", case.body.definition());
    assert!(
        page.contains("- ERROR MISSING_TRANSITION_TARGET at /States/A/Branches[0]/StartAt"),
        "{page}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_refuses_what_is_valid_is_caught() {
    let (case, page) = caught(mute, "acceptance - - accepted≠refused:InvalidDefinition").await;
    assert_eq!(states(&case), 1, "{}", case.body.definition());
    assert!(page.contains("validate.accepts"), "{page}");
}
