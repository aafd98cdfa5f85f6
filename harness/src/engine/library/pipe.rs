//! The process of a library: lines of JSON to it and from it, for many executions at once.

use std::{
    collections::HashMap,
    process::Stdio,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
};

use super::{Program, strange};
use crate::engine::Trouble;

/// How long a process may take to start, and to answer that it is there.
const START: Duration = Duration::from_secs(30);
const ANSWER: Duration = Duration::from_secs(5);

/// The process. It is ended when this is dropped.
#[derive(Debug)]
pub(super) struct Pipe {
    name: &'static str,
    version: String,
    lines: UnboundedSender<String>,
    listeners: Listeners,
    numbers: AtomicU64,
    _child: Child,
}

/// Who hears what about which execution, or which ping; nobody, once the process is gone.
type Listeners = Arc<Mutex<Option<HashMap<u64, UnboundedSender<Value>>>>>;

/// What is said about one execution.
pub(super) struct Talk {
    name: &'static str,
    number: u64,
    heard: UnboundedReceiver<Value>,
    lines: UnboundedSender<String>,
    listeners: Listeners,
}

impl Drop for Talk {
    fn drop(&mut self) {
        let mut listeners = self
            .listeners
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(listeners) = listeners.as_mut() {
            listeners.remove(&self.number);
        }
    }
}

impl Pipe {
    pub(super) async fn open(program: &Program) -> Result<Self, Trouble> {
        let failed = |reason: String| Trouble::Start {
            engine: program.name.to_owned(),
            reason,
        };
        let mut child = Command::new(&program.interpreter)
            .args(["--input-type=module", "-e", program.script])
            .current_dir(&program.directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| failed(format!("{}: {error}", program.interpreter.display())))?;
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(failed("it has no standard input and output".to_owned()));
        };
        let mut answers = BufReader::new(stdout).lines();
        let ready = tokio::time::timeout(START, answers.next_line()).await;
        let ready = ready.ok().and_then(Result::ok).flatten();
        let ready = ready.and_then(|line| serde_json::from_str::<Value>(&line).ok());
        let version = ready.as_ref().and_then(|ready| ready["ready"].as_str());
        let version = version
            .ok_or_else(|| failed("it ended, or did not say that it is ready".to_owned()))?
            .to_owned();
        let (lines, orders) = unbounded_channel();
        let listeners = Listeners::default();
        *listeners.lock().unwrap_or_else(PoisonError::into_inner) = Some(HashMap::new());
        tokio::spawn(write(orders, stdin));
        tokio::spawn(read(answers, Arc::clone(&listeners)));
        Ok(Self {
            name: program.name,
            version,
            lines,
            listeners,
            numbers: AtomicU64::new(0),
            _child: child,
        })
    }

    /// Starts an execution.
    pub(super) fn start(&self, mut order: Value) -> Result<Talk, Trouble> {
        let talk = self.talk()?;
        order["start"] = talk.number.into();
        talk.say(&order)?;
        Ok(talk)
    }

    /// Whether the process answers; its version.
    pub(super) async fn probe(&self) -> Result<String, Trouble> {
        let mut talk = self.talk()?;
        talk.say(&json!({ "ping": talk.number }))?;
        let answer = tokio::time::timeout(ANSWER, talk.heard.recv()).await;
        match answer {
            Ok(Some(_)) => Ok(self.version.clone()),
            _ => Err(gone(self.name)),
        }
    }

    fn talk(&self) -> Result<Talk, Trouble> {
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        let (sender, heard) = unbounded_channel();
        let mut listeners = self
            .listeners
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let all = listeners.as_mut().ok_or_else(|| gone(self.name))?;
        all.insert(number, sender);
        Ok(Talk {
            name: self.name,
            number,
            heard,
            lines: self.lines.clone(),
            listeners: Arc::clone(&self.listeners),
        })
    }
}

impl Talk {
    pub(super) fn say(&self, line: &Value) -> Result<(), Trouble> {
        let sent = self.lines.send(format!("{line}\n"));
        sent.map_err(|_| gone(self.name))
    }

    /// The next that is said, within this time.
    pub(super) async fn next(&mut self, silence: Duration) -> Result<Value, Trouble> {
        match tokio::time::timeout(silence, self.heard.recv()).await {
            Ok(Some(line)) => Ok(line),
            Ok(None) => Err(gone(self.name)),
            Err(_) => Err(strange("it says nothing".to_owned())),
        }
    }
}

async fn write(mut orders: UnboundedReceiver<String>, mut stdin: ChildStdin) {
    while let Some(mut order) = orders.recv().await {
        // What has gathered goes out at once.
        while let Ok(next) = orders.try_recv() {
            order.push_str(&next);
        }
        if stdin.write_all(order.as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn read(mut answers: Lines<BufReader<ChildStdout>>, listeners: Listeners) {
    while let Ok(Some(line)) = answers.next_line().await {
        let Ok(line) = serde_json::from_str::<Value>(&line) else {
            continue;
        };
        let number = line.get("execution").or_else(|| line.get("pong"));
        let Some(number) = number.and_then(Value::as_u64) else {
            continue;
        };
        let listeners = listeners.lock().unwrap_or_else(PoisonError::into_inner);
        let listener = listeners.as_ref().and_then(|all| all.get(&number));
        if let Some(listener) = listener {
            // Whoever does not listen any more has given the execution up.
            let _ = listener.send(line);
        }
    }
    *listeners.lock().unwrap_or_else(PoisonError::into_inner) = None;
}

fn gone(name: &str) -> Trouble {
    Trouble::Unreachable {
        endpoint: name.to_owned(),
        reason: "its process has ended, or does not answer".to_owned(),
    }
}
