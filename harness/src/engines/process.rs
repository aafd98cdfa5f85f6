//! Engines on this machine: found at their default address, or started.

use std::{
    env,
    net::Ipv4Addr,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::{
    net::{TcpListener, TcpStream},
    time::Instant,
};

use super::{
    address,
    started::{self, Started},
};
use crate::{client::http, trouble::Trouble};

/// How long an engine may take to start.
const START_TIMEOUT: Duration = Duration::from_secs(90);
/// How long a running engine may take to accept a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// How long it may take to read the metadata of a package.
const VERSION_TIMEOUT: Duration = Duration::from_secs(10);

/// How to find and start an engine.
#[derive(Debug)]
pub struct Program {
    /// Its name; also that of its directory below the engines' home.
    pub name: &'static str,
    /// Its default port.
    pub port: u16,
    /// The environment variable that gives its address.
    pub endpoint: &'static str,
    /// The path that answers with JSON if the engine is running.
    pub health: &'static str,
    /// The command, relative to the `bin` of its virtual environment, and its arguments.
    pub command: &'static [&'static str],
    /// Its environment variables, for a port and a data directory.
    pub environment: fn(u16, &Path) -> Vec<(&'static str, String)>,
    /// Whether its memory is bounded: not where it asks for far more than it uses.
    pub is_bounded: bool,
    /// The Python package that it comes in.
    pub package: &'static str,
    /// The command that installs it into the directory `DIR`.
    pub install: &'static str,
}

/// A running engine.
#[derive(Debug)]
pub struct Found {
    /// Its address.
    pub endpoint: String,
    /// Its process, if it was started here.
    pub process: Option<Process>,
}

/// The process of an engine. It is ended when this is dropped.
#[derive(Debug)]
pub struct Process {
    _started: Started,
    _data: tempfile::TempDir,
}

/// Whether an engine is on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Presence {
    /// It is running at this address.
    Running(String),
    /// It can be started; its version, if its package tells.
    Installed(Option<String>),
    /// It is not installed; the command that installs it.
    Missing(String),
}

/// Whether an engine is on this machine. Starts nothing.
pub async fn look(program: &Program) -> Presence {
    let usual = format!("http://127.0.0.1:{}", program.port);
    if is_running(program, &usual, program.port).await {
        return Presence::Running(usual);
    }
    if program.executable().exists() {
        Presence::Installed(version(program).await)
    } else {
        Presence::Missing(program.install_command())
    }
}

/// The version of an engine that can be started, by the metadata of its package.
pub async fn version(program: &Program) -> Option<String> {
    const ASK: &str =
        "import importlib.metadata, sys; print(importlib.metadata.version(sys.argv[1]))";
    let python = program.executable().with_file_name("python");
    let mut command = started::command(&python);
    let asked = command.args(["-c", ASK, program.package]).output();
    let answer = tokio::time::timeout(VERSION_TIMEOUT, asked)
        .await
        .ok()?
        .ok()?;
    let version = String::from_utf8(answer.stdout).ok()?;
    let version = version.trim();
    (answer.status.success() && !version.is_empty()).then(|| version.to_owned())
}

impl Program {
    fn directory(&self) -> PathBuf {
        home().join(self.name)
    }

    fn executable(&self) -> PathBuf {
        let bin = self.directory().join("venv").join("bin");
        bin.join(self.command[0])
    }

    fn install_command(&self) -> String {
        let directory = self.directory();
        self.install
            .replace("DIR", &directory.display().to_string())
    }
}

/// Finds a running engine, or starts one.
pub async fn find(program: &Program, endpoint: Option<&str>) -> Result<Found, Trouble> {
    let said = env::var(program.endpoint)
        .ok()
        .filter(|said| !said.is_empty());
    if let Some(said) = &said {
        address::check(said).map_err(|error| Trouble::Start {
            engine: program.name.to_owned(),
            reason: format!("the address in {} is refused: {error}", program.endpoint),
        })?;
    }
    if let Some(endpoint) = endpoint.map(str::to_owned).or(said) {
        return Ok(Found {
            endpoint,
            process: None,
        });
    }
    let usual = format!("http://127.0.0.1:{}", program.port);
    if is_running(program, &usual, program.port).await {
        return Ok(Found {
            endpoint: usual,
            process: None,
        });
    }
    start(program).await
}

async fn is_running(program: &Program, endpoint: &str, port: u16) -> bool {
    let connected = TcpStream::connect((Ipv4Addr::LOCALHOST, port));
    let listens = tokio::time::timeout(CONNECT_TIMEOUT, connected).await;
    matches!(listens, Ok(Ok(_))) && http::get_json(endpoint, program.health).await.is_some()
}

async fn start(program: &Program) -> Result<Found, Trouble> {
    let failed = |reason: String| Trouble::Start {
        engine: program.name.to_owned(),
        reason,
    };
    let executable = program.executable();
    if !executable.exists() {
        let install = program.install_command();
        return Err(failed(format!(
            "it does not run at port {} and is not installed; start it, name its address with \
             --endpoint, or install it: {install}",
            program.port
        )));
    }
    let data = tempfile::tempdir().map_err(|error| failed(error.to_string()))?;
    let port = free_port()
        .await
        .map_err(|error| failed(error.to_string()))?;
    let environment = (program.environment)(port, data.path());
    for (_, value) in &environment {
        if value.starts_with(&*data.path().to_string_lossy()) {
            std::fs::create_dir_all(value).map_err(|error| failed(error.to_string()))?;
        }
    }
    let mut command = if program.is_bounded {
        started::bounded(&executable)
    } else {
        started::command(&executable)
    };
    command
        .args(&program.command[1..])
        .envs(environment)
        .env("HOME", data.path())
        .current_dir(data.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut started = Started::spawn(&mut command, Some(data.path()))
        .map_err(|error| failed(error.to_string()))?;
    let endpoint = format!("http://127.0.0.1:{port}");
    let latest = Instant::now() + START_TIMEOUT;
    while !is_running(program, &endpoint, port).await {
        if let Ok(Some(status)) = started.child.try_wait() {
            return Err(failed(format!("it ended with {status}")));
        }
        if Instant::now() > latest {
            return Err(failed(format!("it does not answer at {endpoint}")));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(Found {
        endpoint,
        process: Some(Process {
            _started: started,
            _data: data,
        }),
    })
}

/// Where engines are installed.
pub fn home() -> PathBuf {
    let said = env::var_os("STEPPROOF_ENGINES_HOME").filter(|home| !home.is_empty());
    said.map_or_else(
        || {
            let home = env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
            home.join(".cache").join("stepproof").join("engines")
        },
        PathBuf::from,
    )
}

async fn free_port() -> std::io::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    Ok(listener.local_addr()?.port())
}

#[cfg(test)]
mod tests {
    use super::{Program, start};

    #[tokio::test]
    async fn what_is_missing_is_named() {
        let program = Program {
            name: "nonesuch",
            port: 1,
            endpoint: "",
            health: "/",
            command: &["nonesuch"],
            environment: |_, _| Vec::new(),
            is_bounded: false,
            package: "nonesuch",
            install: "python3 -m venv DIR/venv && DIR/venv/bin/pip install nonesuch",
        };
        let error = start(&program).await.unwrap_err().to_string();
        assert!(error.contains("nonesuch/venv/bin/pip install"), "{error}");
    }
}
