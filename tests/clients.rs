//! What people use AWS with works against `stepproof serve`: boto3, the AWS CLI, and the calls of
//! Terraform's provider.

use std::{
    io::{BufRead as _, BufReader},
    net::TcpListener,
    process::{Child, Command, Output, Stdio},
};

use serde_json::{Value, json};
use stepproof_tests::{command, python_has, workspace};

/// A server of the command, which ends with the test.
struct Serving {
    server: Child,
    endpoint: String,
    _directory: tempfile::TempDir,
}

impl Serving {
    fn start() -> Self {
        Self::start_with(&["--time-scale", "20"])
    }

    fn start_with(options: &[&str]) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let arguments = [&["serve", "--port", "0"], options].concat();
        let mut server = command(directory.path(), &arguments)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the command runs");
        let mut line = String::new();
        let mut out = BufReader::new(server.stdout.take().expect("its output"));
        out.read_line(&mut line).expect("a line");
        let address = line.split(" at ").nth(1).expect("an address");
        let endpoint = address.split(';').next().expect("an address").to_owned();
        Self {
            server,
            endpoint,
            _directory: directory,
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Runs a program of `tests/clients` against a server; what it printed.
fn run(program: &str, serving: &Serving) -> String {
    run_with(program, serving, &[])
}

fn run_with(program: &str, serving: &Serving, arguments: &[&str]) -> String {
    let ran = Command::new("python3")
        .arg(workspace().join("tests/clients").join(program))
        .arg(&serving.endpoint)
        .args(arguments)
        .output()
        .expect("python3 runs");
    printed(program, &ran)
}

fn printed(what: &str, ran: &Output) -> String {
    let error = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{what}: {error}");
    String::from_utf8_lossy(&ran.stdout).into_owned()
}

#[test]
fn boto3_calls_every_operation() {
    if python_has("boto3") {
        let out = run("operations.py", &Serving::start());
        assert_eq!(out, "37 operations\n");
    }
}

#[test]
fn boto3_uses_the_other_services_of_the_account() {
    if python_has("boto3") {
        // A port where nobody listens until the program does.
        let free = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr());
        let port = free.expect("a free port").port().to_string();
        let functions = format!("http://127.0.0.1:{port}");
        let serving = Serving::start_with(&["--lambda-endpoint", &functions]);
        let out = run_with("account.py", &serving, &[&port]);
        assert_eq!(out, "42 operations\n");
    }
}

#[test]
fn terraform_applies_refreshes_updates_and_destroys() {
    if python_has("boto3") {
        let out = run("terraform.py", &Serving::start());
        assert_eq!(out, "applied, refreshed, updated and destroyed\n");
    }
}

/// A command of the AWS CLI.
fn aws(serving: &Serving, operation: &str, arguments: &[(&str, &str)]) -> Value {
    let mut aws = Command::new("python3");
    aws.args(["-m", "awscli", "stepfunctions", operation])
        .args(["--endpoint-url", &serving.endpoint, "--output", "json"]);
    for (name, value) in arguments {
        aws.arg(format!("--{name}")).arg(value);
    }
    let ran = aws
        .env("AWS_ACCESS_KEY_ID", "k")
        .env("AWS_SECRET_ACCESS_KEY", "s")
        .env("AWS_DEFAULT_REGION", "us-east-1")
        .env("AWS_DISABLE_HOST_PREFIX_INJECTION", "true")
        .env("AWS_PAGER", "")
        .output()
        .expect("python3 runs");
    let out = printed(operation, &ran);
    if out.trim().is_empty() {
        return Value::Null;
    }
    serde_json::from_str(&out).expect("JSON")
}

#[test]
fn the_aws_cli_creates_starts_and_describes() {
    if !python_has("awscli") {
        return;
    }
    let serving = Serving::start();
    let definition =
        json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}).to_string();
    let create = |name: &str, kind: &str| {
        let role = ("role-arn", "arn:aws:iam::123456789012:role/r");
        let arguments = [
            ("name", name),
            ("definition", &definition),
            role,
            ("type", kind),
        ];
        let created = aws(&serving, "create-state-machine", &arguments);
        created["stateMachineArn"]
            .as_str()
            .expect("an ARN")
            .to_owned()
    };
    let standard = create("m", "STANDARD");
    let published = aws(
        &serving,
        "publish-state-machine-version",
        &[("state-machine-arn", &standard)],
    );
    let version = published["stateMachineVersionArn"]
        .as_str()
        .expect("an ARN");
    let started = aws(
        &serving,
        "start-execution",
        &[("state-machine-arn", version), ("input", "[1]")],
    );
    let execution = started["executionArn"].as_str().expect("an ARN");
    let describe = || {
        aws(
            &serving,
            "describe-execution",
            &[("execution-arn", execution)],
        )
    };
    let mut described = describe();
    while described["status"] == "RUNNING" {
        described = describe();
    }
    assert_eq!(described["stateMachineVersionArn"], version);
    assert_eq!(described["output"], "[1]");
    let history = aws(
        &serving,
        "get-execution-history",
        &[("execution-arn", execution)],
    );
    assert_eq!(history["events"].as_array().map(Vec::len), Some(4));
    let express = create("x", "EXPRESS");
    let answer = aws(
        &serving,
        "start-sync-execution",
        &[("state-machine-arn", &express), ("input", "[2]")],
    );
    assert_eq!(
        (&answer["status"], &answer["output"]),
        (&json!("SUCCEEDED"), &json!("[2]"))
    );
    let listed = aws(&serving, "list-state-machines", &[("page-size", "1")]);
    assert_eq!(listed["stateMachines"].as_array().map(Vec::len), Some(2));
    let deleted = aws(
        &serving,
        "delete-state-machine",
        &[("state-machine-arn", &standard)],
    );
    assert_eq!(deleted, Value::Null);
}
