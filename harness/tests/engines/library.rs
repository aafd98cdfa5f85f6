//! Tests a library whose process hangs or ends.

use std::time::Duration;

use serde_json::{Value, json};
use stepproof::{
    engines::{
        Engine as _, adapters,
        library::{Library, Program},
    },
    job::Job,
    raw::RawExecution,
    trouble::Trouble,
};
use stepproof_specs::observation::Status;

use crate::support::{job, only};

/// Speaks the protocol of a library. Every execution succeeds with 1 at once, except for these
/// inputs: `late` is answered together with the next ping, `hang` stops all answers, `end` ends the
/// process, `endless` starts a line that does not end, `babble` sends 200,000 lines about nothing,
/// `burst` says nothing until it is pinged, and then fifty lines before the answer, and `large` gives an
/// output and a cause of a megabyte.
const SCRIPT: &str = r#"
succeed() { echo "{\"execution\":$1,\"end\":{\"status\":\"SUCCEEDED\",\"output\":\"1\",\"at\":0,\"events\":[]}}"; }
echo '{"ready":"1"}'
late=
while read -r line; do
  number=${line##*\"start\":}
  number=${number%%[,\}]*}
  case $line in
    '{"ping":'*)
      for one in $late; do succeed "$one"; done
      late=
      echo "{\"pong\":${line#*:}";;
    *'"input":"late"'*) late="$late $number";;
    *'"input":"hang"'*) exec sleep 600;;
    *'"input":"end"'*) exit;;
    *'"input":"endless"'*) exec yes '  ' | tr -d '\n';;
    *'"input":"babble"'*) yes "{\"execution\":$number,\"replied\":9}" | head -n 200000;;
    *'"input":"burst"'*)
      read -r ping
      yes "{\"execution\":$number,\"replied\":9}" | head -n 50
      succeed "$number"
      echo "{\"pong\":${ping#*:}";;
    *'"input":"large"'*)
      x=$(head -c 1000000 /dev/zero | tr '\0' x)
      echo "{\"execution\":$number,\"end\":{\"status\":\"FAILED\",\"output\":\"\\\"$x\\\"\",\"cause\":\"$x\",\"at\":0}}";;
    *) succeed "$number";;
  esac
done
"#;

async fn library() -> Library {
    let program = Program {
        name: "fake",
        interpreter: "sh".into(),
        arguments: &["-c"],
        directory: "/".into(),
        script: SCRIPT,
        patience: Duration::from_secs(1),
    };
    let profile = adapters::profile("aws-local-stepfunctions").unwrap();
    Library::start(&program, profile).await.unwrap()
}

fn case(input: &str) -> Job {
    let pass = json!({"Type": "Pass", "Result": 1, "End": true});
    job(only(&pass), json!(input), &json!({}))
}

async fn run(library: &Library, input: &str) -> Result<RawExecution, Trouble> {
    let raw = library.run(&case(input)).await?;
    Ok(raw.executions.into_iter().next().unwrap())
}

fn succeeded(execution: &RawExecution) -> bool {
    let output: Value = serde_json::from_str(execution.output.as_deref().unwrap()).unwrap();
    execution.status == Status::Succeeded && output == json!(1)
}

#[tokio::test]
async fn who_hangs_its_process_runs_for_ever_and_nobody_else_is_lost() {
    let library = library().await;
    let (hangs, late, later) = tokio::join!(
        run(&library, "hang"),
        run(&library, "late"),
        run(&library, "late")
    );
    let hangs = hangs.unwrap();
    assert_eq!(hangs.status, Status::Running);
    assert!(hangs.watched >= 10_000, "watched for {}", hangs.watched);
    assert!(succeeded(&late.unwrap()) && succeeded(&later.unwrap()));
    assert_eq!(library.probe().await.unwrap(), "1");
    assert!(succeeded(&run(&library, "prompt").await.unwrap()));
}

#[tokio::test]
async fn who_ends_its_process_is_unknown_and_nobody_else_is_lost() {
    let library = library().await;
    let (late, ends) = tokio::join!(run(&library, "late"), run(&library, "end"));
    assert!(matches!(ends, Err(Trouble::Protocol { .. })), "{ends:?}");
    assert!(succeeded(&late.unwrap()));
    assert!(succeeded(&run(&library, "prompt").await.unwrap()));
}

#[tokio::test]
async fn a_process_that_ends_at_once_cannot_be_started() {
    let program = Program {
        name: "fake",
        interpreter: "sh".into(),
        arguments: &["-c"],
        directory: "/".into(),
        script: "exit",
        patience: Duration::from_secs(1),
    };
    let profile = adapters::profile("aws-local-stepfunctions").unwrap();
    let failed = Library::start(&program, profile).await.unwrap_err();
    assert!(matches!(failed, Trouble::Start { .. }), "{failed}");
}

#[tokio::test]
async fn who_says_more_than_anybody_reads_is_unknown_and_nobody_else_is_lost() {
    let library = library().await;
    let (endless, prompt) = tokio::join!(run(&library, "endless"), run(&library, "prompt"));
    let reason = endless.unwrap_err().to_string();
    assert!(reason.contains("says more than anybody reads"), "{reason}");
    assert!(succeeded(&prompt.unwrap()));
    let reason = run(&library, "babble").await.unwrap_err().to_string();
    assert!(reason.contains("an execution does not end"), "{reason}");
    assert!(succeeded(&run(&library, "prompt").await.unwrap()));
}

#[tokio::test]
async fn what_is_larger_than_the_language_allows_is_cut() {
    let large = run(&library().await, "large").await.unwrap();
    assert!(
        large
            .output
            .unwrap()
            .starts_with(r#"{"<more than a payload may have>":1000002"#)
    );
    assert!(large.cause.unwrap().ends_with("… (1000000 bytes)"));
}

#[tokio::test]
async fn who_says_much_after_a_silence_still_answers_the_ping() {
    let burst = run(&library().await, "burst").await.unwrap();
    assert!(succeeded(&burst), "{:?}", burst.status);
}
