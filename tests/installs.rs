//! Every install command that `stepproof engines` prints gives an engine that starts. It takes minutes,
//! a gigabyte and the registries, so it is run on demand:
//! `cargo test -p stepproof-tests --test installs -- --ignored --nocapture`.

use std::{path::Path, process::Command};

use serde_json::Value;
use stepproof_tests::command;

/// The words before an install command.
const TO_INSTALL: &str = "to install it: ";

/// The command with this home for engines, and no engine's address from outside.
fn stepproof(home: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = command(home, arguments);
    command.env("STEPPROOF_ENGINES_HOME", home);
    for name in ["LOCALSTACK", "MINISTACK", "MOTO"] {
        command.env_remove(format!("STEPPROOF_{name}_ENDPOINT"));
    }
    let ran = command.output().expect("the command runs");
    let text = String::from_utf8_lossy(&ran.stdout).into_owned();
    let error = String::from_utf8_lossy(&ran.stderr);
    (ran.status.code(), text + &error)
}

/// The engines that are not installed, each with the command that installs it.
fn missing(home: &Path) -> Vec<(String, String)> {
    let (status, text) = stepproof(home, &["engines", "--format", "json"]);
    assert_eq!(status, Some(0), "{text}");
    let listed: Vec<Value> = serde_json::from_str(&text).expect("a list");
    let missing = listed.iter().filter_map(|engine| {
        let command = engine["detail"].as_str()?.strip_prefix(TO_INSTALL)?;
        Some((engine["name"].as_str()?.to_owned(), command.to_owned()))
    });
    missing.collect()
}

#[test]
#[ignore = "installs every engine from its registry: minutes and a gigabyte"]
fn every_install_command_gives_an_engine_that_starts() {
    let home = tempfile::tempdir().expect("a directory");
    let home = home.path();
    let engines = missing(home);
    let mut failed = Vec::new();
    for (name, install) in &engines {
        println!("{name}: {install}");
        let installed = Command::new("sh").args(["-c", install]).output();
        let installed = installed.expect("a shell");
        if !installed.status.success() {
            let error = String::from_utf8_lossy(&installed.stderr).into_owned();
            failed.push(format!("{name} is not installed: {error}"));
            continue;
        }
        let run = ["run", "--engine", name, "--cases", "5", "--seed", "1"];
        let (status, text) = stepproof(home, &run);
        // What it finds does not matter: the engine was there, and cases were judged.
        match status {
            Some(0 | 1 | 5) => {
                let first = text.lines().find(|line| line.starts_with("stepproof "));
                println!("  {}", first.unwrap_or_default());
            }
            _ => failed.push(format!("{name} does not start ({status:?}): {text}")),
        }
    }
    // Those that happen to run at their usual ports need no command.
    let left = missing(home);
    assert!(engines.len() >= 5, "{engines:?}");
    assert!(failed.is_empty() && left.is_empty(), "{failed:#?} {left:?}");
}
