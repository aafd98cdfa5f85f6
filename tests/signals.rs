//! Whatever ends the command, the engines that it has started end with it, and until then they are out
//! of reach of the terminal.
#![cfg(target_os = "linux")]

use std::{
    fs,
    os::unix::{fs::PermissionsExt as _, process::CommandExt as _},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use stepproof_tests::{command, interruptible};

/// An engine by the name of one that can be started: it says how it was started, starts a process of
/// its own, and hands requests on to an engine that is already there. It notes when it is given a
/// machine that waits.
const ENGINE: &str = r#"#!/usr/bin/env python3
import http.client, http.server, json, os, subprocess, sys
here = os.path.dirname(os.path.abspath(__file__))
child = subprocess.Popen(["sleep", "600"])
with open(here + "/started.new", "w") as file:
    json.dump({"pids": [os.getpid(), child.pid], "environment": dict(os.environ)}, file)
os.rename(here + "/started.new", here + "/started")
port = int(open(here + "/port").read())

class Engine(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.answer(200, b'{"version": "fake"}')

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if b"SecondsPath" in body:
            open(here + "/waits", "w").close()
        good = http.client.HTTPConnection("127.0.0.1", port)
        good.request("POST", "/", body, {"X-Amz-Target": self.headers["X-Amz-Target"]})
        answer = good.getresponse()
        self.answer(answer.status, answer.read())

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass

http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["GATEWAY_PORT"])), Engine).serve_forever()
"#;

/// A machine whose execution takes so long that a run does not end in order while it is under way.
const WAITS: &str = r#"{"StartAt": "Long", "States": {
    "Long": {"Type": "Pass", "Result": 25, "Next": "Wait"},
    "Wait": {"Type": "Wait", "SecondsPath": "$", "End": true}
}}"#;

/// A run of cases that are short, and one of a case that is not.
const SHORT: &[&str] = &["run", "--time", "5m", "--profile", "smoke"];
const LONG: &[&str] = &["check", "waits.json", "--cases", "1"];

/// A directory with the engine installed in it, and what it hands requests on to.
struct Installed {
    directory: tempfile::TempDir,
    server: Child,
}

impl Installed {
    fn new() -> Option<Self> {
        let python = Command::new("python3").arg("--version").output();
        stepproof_needs::require("python", python)?;
        let directory = tempfile::tempdir().expect("a directory");
        let bin = directory.path().join("ministack/venv/bin");
        fs::create_dir_all(&bin).expect("a directory");
        fs::create_dir(directory.path().join("tmp")).expect("a directory");
        fs::write(bin.join("ministack"), ENGINE).expect("a file");
        fs::set_permissions(bin.join("ministack"), fs::Permissions::from_mode(0o755))
            .expect("permissions");
        fs::write(directory.path().join("waits.json"), WAITS).expect("a file");
        let mut server = command(
            directory.path(),
            &["serve", "--port", "0", "--time-scale", "1"],
        )
        .stdout(Stdio::piped())
        .spawn()
        .expect("the command runs");
        let mut line = String::new();
        let mut out = std::io::BufReader::new(server.stdout.take().expect("its output"));
        std::io::BufRead::read_line(&mut out, &mut line).expect("a line");
        let port = line.split("127.0.0.1:").nth(1).expect("a port");
        let port: String = port.chars().take_while(char::is_ascii_digit).collect();
        fs::write(bin.join("port"), port).expect("a file");
        Some(Self { directory, server })
    }

    fn here(&self) -> &Path {
        self.directory.path()
    }

    /// Begins a run on the engine, in a process group of its own like that of a terminal; the run and
    /// how the engine says that it was started. A long run is in the midst of its case then.
    fn begin(&self, run: &[&str]) -> (Child, serde_json::Value) {
        let bin = self.here().join("ministack/venv/bin");
        let (said, waits) = (bin.join("started"), bin.join("waits"));
        for old in [&said, &waits] {
            let _ = fs::remove_file(old);
        }
        let arguments = [run, &["--engine", "ministack", "--seed", "1"]].concat();
        let is_long = run == LONG;
        let run = interruptible(self.here(), &arguments)
            .env("STEPPROOF_ENGINES_HOME", self.here())
            .env("TMPDIR", self.here().join("tmp"))
            .env("AWS_SECRET_ACCESS_KEY", "hidden")
            .env_remove("STEPPROOF_MINISTACK_ENDPOINT")
            .stdout(fs::File::create(self.here().join("out")).expect("a file"))
            .stderr(fs::File::create(self.here().join("err")).expect("a file"))
            .process_group(0)
            .spawn()
            .expect("the command runs");
        eventually("the run begins", || {
            self.said("out").starts_with("stepproof") && (!is_long || waits.exists())
        });
        let said = fs::read(said).expect("what the engine says");
        (run, serde_json::from_slice(&said).expect("JSON"))
    }

    /// What the run has said so far.
    fn said(&self, stream: &str) -> String {
        fs::read_to_string(self.here().join(stream)).unwrap_or_default()
    }
}

impl Drop for Installed {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn eventually(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..600 {
        if holds() {
            return;
        }
        thread::sleep(Duration::from_millis(50));
    }
    panic!("{what}: it does not");
}

/// Sends a signal to a process, or to the group of one.
fn signal(name: &str, target: &str) {
    let sent = Command::new("kill")
        .args(["-s", name, "--", target])
        .status();
    assert!(sent.expect("kill runs").success(), "{name} to {target}");
}

fn lives(pid: &serde_json::Value) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    !stat.is_empty() && !stat.contains(") Z ")
}

#[test]
fn a_started_engine_ends_with_the_run_whatever_ends_it() {
    let Some(installed) = Installed::new() else {
        return;
    };
    // The signals of a terminal go to its whole process group. Once, they end the run in order, and
    // the engine has to answer until then; twice, at once.
    for (run, signals, status) in [
        (SHORT, &["INT"][..], None),
        (SHORT, &["HUP"], None),
        (LONG, &["TERM", "TERM"], Some(143)),
        (LONG, &["INT", "QUIT"], Some(131)),
    ] {
        let (mut run, started) = installed.begin(run);
        let group = format!("-{}", run.id());
        for name in signals {
            signal(name, &group);
            eventually("a signal is heard", || {
                installed.said("err").contains("stopping")
            });
        }
        let ended = run.wait().expect("an end").code();
        let unreachable = Some(6);
        assert!(
            ended.is_some() && ended != unreachable && status.is_none_or(|it| ended == Some(it)),
            "{signals:?}: {ended:?} {}",
            installed.said("err")
        );
        gone(&installed, &started);
    }
    let (mut run, started) = installed.begin(SHORT);
    let environment = &started["environment"];
    assert!(environment["PATH"].is_string() && environment["GATEWAY_PORT"].is_string());
    assert_eq!(
        environment["AWS_SECRET_ACCESS_KEY"],
        serde_json::Value::Null
    );
    run.kill().expect("a kill");
    run.wait().expect("an end");
    gone(&installed, &started);
}

/// The engine, what it has started, and its data are gone.
fn gone(installed: &Installed, started: &serde_json::Value) {
    let pids = started["pids"].as_array().expect("pids");
    eventually("the engine ends", || !pids.iter().any(lives));
    let data = || {
        fs::read_dir(installed.here().join("tmp"))
            .expect("a directory")
            .count()
    };
    eventually("its data are removed", || data() == 0);
    fs::remove_dir_all(installed.here().join("runs")).expect("a directory");
}
