//! A library's process: JSON lines to and from it, for many executions at once.

use std::{
    collections::HashMap,
    process::Stdio,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    process::{ChildStdin, ChildStdout},
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
};

use super::{
    Program, endless,
    queue::{Full, Line, Listener, ROOM, Speaker, queue},
    strange,
};
use crate::{
    bound,
    engines::started::{self, Started},
    trouble::Trouble,
};

/// How long a process may take to start.
const START: Duration = Duration::from_secs(30);

/// How often a process may answer a ping without saying anything about an execution.
const ROUNDS: usize = 6;

/// The most values in a line: the log of an execution is one line.
const LINE_VALUES: usize = 150_000;

/// The process, which is killed when this is dropped.
#[derive(Debug)]
pub(in crate::engines) struct Pipe {
    version: String,
    patience: Duration,
    lines: UnboundedSender<String>,
    listeners: Arc<Listeners>,
    numbers: AtomicU64,
    /// How it was lost, unless it has ended by itself.
    lost: OnceLock<Lost>,
    started: Mutex<Started>,
}

/// The queues of lines, by execution or ping number; `None` once the process is lost.
type Listeners = Mutex<Option<HashMap<u64, Speaker>>>;

/// How a process was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engines) enum Lost {
    /// It ended.
    Ended,
    /// It no longer answers.
    Hung,
    /// It was ended because it does not end a line.
    Endless,
}

/// Why nothing more will be said about an execution.
#[derive(Debug)]
pub(in crate::engines) enum Silence {
    /// The process is lost, and with it every execution that it ran.
    Lost(Lost),
    /// The process is running, but something is wrong with the execution.
    Trouble(Trouble),
}

impl From<Lost> for Silence {
    fn from(lost: Lost) -> Self {
        Self::Lost(lost)
    }
}

impl From<Trouble> for Silence {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

impl Pipe {
    /// Starts the process.
    pub async fn open(program: &Program) -> Result<Arc<Self>, Trouble> {
        let failed = |reason: String| Trouble::Start {
            engine: program.name.to_owned(),
            reason,
        };
        let mut command = started::command(&program.interpreter);
        command
            .args(program.arguments)
            .arg(program.script)
            .current_dir(&program.directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut started = Started::spawn(&mut command, None)
            .map_err(|error| failed(format!("{}: {error}", program.interpreter.display())))?;
        let (Some(stdin), Some(stdout)) = (started.child.stdin.take(), started.child.stdout.take())
        else {
            return Err(failed("it has no standard input and output".to_owned()));
        };
        let mut answers = BufReader::new(stdout);
        let ready = tokio::time::timeout(START, next_line(&mut answers)).await;
        let ready = match ready {
            Ok(Said::Line(ready)) => Some(ready.value),
            _ => None,
        };
        let version = ready.as_ref().and_then(|ready| ready["ready"].as_str());
        let version = version
            .ok_or_else(|| failed("it ended, or did not say that it is ready".to_owned()))?
            .to_owned();
        let version = bound::reason(version);
        let (lines, orders) = unbounded_channel();
        let listeners = Arc::new(Mutex::new(Some(HashMap::new())));
        tokio::spawn(write(orders, stdin));
        let pipe = Arc::new(Self {
            version,
            patience: program.patience,
            lines,
            listeners: Arc::clone(&listeners),
            numbers: AtomicU64::new(0),
            lost: OnceLock::new(),
            started: Mutex::new(started),
        });
        tokio::spawn(read(answers, listeners, Arc::downgrade(&pipe)));
        Ok(pipe)
    }

    /// Whether the process is not known to be lost.
    pub fn is_there(&self) -> bool {
        locked(&self.listeners).is_some()
    }

    /// Starts an execution.
    pub fn start(self: &Arc<Self>, order: &Value) -> Result<Talk, Lost> {
        let talk = self.talk()?;
        let mut order = order.clone();
        order["start"] = talk.number.into();
        talk.say(&order)?;
        Ok(talk)
    }

    /// Pings the process; returns its version. A process that does not answer is killed.
    pub async fn probe(self: &Arc<Self>) -> Result<&str, Lost> {
        let mut talk = self.talk()?;
        talk.say(&json!({ "ping": talk.number }))?;
        match tokio::time::timeout(self.patience, talk.heard.next()).await {
            Ok(Some(_)) => Ok(&self.version),
            Ok(None) => Err(self.lost()),
            Err(_) => Err(self.end(Lost::Hung)),
        }
    }

    /// Kills the process, which does not answer; every listener learns that it is lost.
    fn end(&self, lost: Lost) -> Lost {
        let lost = *self.lost.get_or_init(|| lost);
        *locked(&self.listeners) = None;
        // If it cannot be ended it has ended.
        let _ = locked(&self.started).child.start_kill();
        lost
    }

    fn lost(&self) -> Lost {
        self.lost.get().copied().unwrap_or(Lost::Ended)
    }

    fn talk(self: &Arc<Self>) -> Result<Talk, Lost> {
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        let (speaker, heard) = queue(ROOM);
        let mut listeners = locked(&self.listeners);
        let all = listeners.as_mut().ok_or_else(|| self.lost())?;
        all.insert(number, speaker);
        Ok(Talk {
            pipe: Arc::clone(self),
            number,
            heard,
        })
    }
}

/// The lines exchanged about one execution.
pub(in crate::engines) struct Talk {
    pipe: Arc<Pipe>,
    number: u64,
    heard: Listener,
}

impl Talk {
    pub fn say(&self, line: &Value) -> Result<(), Lost> {
        let sent = self.pipe.lines.send(format!("{line}\n"));
        sent.map_err(|_| self.pipe.lost())
    }

    /// The next line about the execution.
    pub async fn next(&mut self) -> Result<Value, Silence> {
        for _ in 0..ROUNDS {
            match tokio::time::timeout(self.pipe.patience, self.heard.next()).await {
                Ok(Some(Ok(line))) => return Ok(line),
                Ok(Some(Err(Full))) => return Err(endless().into()),
                Ok(None) => return Err(self.pipe.lost().into()),
                Err(_) => {
                    self.pipe.probe().await?;
                }
            }
        }
        Err(strange("it says nothing of an execution".to_owned()).into())
    }
}

impl Drop for Talk {
    fn drop(&mut self) {
        if let Some(listeners) = locked(&self.pipe.listeners).as_mut() {
            listeners.remove(&self.number);
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn write(mut orders: UnboundedReceiver<String>, mut stdin: ChildStdin) {
    while let Some(mut order) = orders.recv().await {
        // Lines that have queued up are written together.
        while let Ok(next) = orders.try_recv() {
            order.push_str(&next);
        }
        if stdin.write_all(order.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// Hands out what the process says. Waits for nobody but the process.
async fn read(mut answers: BufReader<ChildStdout>, listeners: Arc<Listeners>, pipe: Weak<Pipe>) {
    loop {
        // Many lines can be there at once: those who listen get their turn between them.
        tokio::task::coop::consume_budget().await;
        match next_line(&mut answers).await {
            Said::Line(line) => hand_out(line, &listeners),
            Said::Rubbish => {}
            Said::Nothing => break,
            Said::TooMuch => {
                if let Some(pipe) = pipe.upgrade() {
                    pipe.end(Lost::Endless);
                }
                break;
            }
        }
    }
    *locked(&listeners) = None;
}

/// Hands a line to whoever listens. One for which too many wait gets no more.
fn hand_out(line: Line, listeners: &Listeners) {
    let number = line.value.get("execution");
    let number = number.or_else(|| line.value.get("pong"));
    let Some(number) = number.and_then(Value::as_u64) else {
        return;
    };
    let mut listeners = locked(listeners);
    if let Some(all) = listeners.as_mut()
        && let Some(speaker) = all.get(&number)
        && speaker.say(line) == Err(Full)
    {
        all.remove(&number);
    }
}

/// What comes next from the process.
enum Said {
    /// A line.
    Line(Line),
    /// A line that is not JSON.
    Rubbish,
    /// Nothing more.
    Nothing,
    /// A line that is too long, or has too many values.
    TooMuch,
}

async fn next_line(answers: &mut BufReader<ChildStdout>) -> Said {
    let mut line = Vec::new();
    let most = bound::ANSWER as u64 + 1;
    let read = answers.take(most).read_until(b'\n', &mut line).await;
    let bytes = line.len();
    match read {
        Ok(0) | Err(_) => return Said::Nothing,
        Ok(_) if bytes > bound::ANSWER => return Said::TooMuch,
        Ok(_) => {}
    }
    let values = bound::values(&line);
    if values > LINE_VALUES {
        return Said::TooMuch;
    }
    serde_json::from_slice(&line).map_or(Said::Rubbish, |value| {
        Said::Line(Line {
            value,
            bytes,
            values,
        })
    })
}
