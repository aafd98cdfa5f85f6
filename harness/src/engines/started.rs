//! A process that the harness starts: it gets little of the user's environment, the signals of the
//! terminal do not reach it, and it ends with the harness, however that ends.
//!
//! The kernel tells nobody that a process was killed but those who read from it. So a shell, the guard,
//! waits for the end of its standard input, which the harness never writes to. Then it kills the
//! process and what that has started, and removes its data.

use std::{env, io, path::Path, process::Stdio};

use tokio::process::{Child, Command};

/// What a started process gets of the user's environment: nothing that is secret, such as credentials.
const ENVIRONMENT: &[&str] = &["PATH", "HOME", "LANG", "TMPDIR", "SystemRoot"];

/// What the guard does: `$1` is the process group, `$2` the directory of its data, if it has one.
#[cfg(unix)]
const GUARD: &str = r#"
trap '' HUP INT QUIT TERM
read -r _
kill -s KILL -- "-$1" 2>/dev/null
if [ -n "$2" ]; then rm -rf -- "$2"; fi
"#;

/// How much memory for data a process may have that is bounded, in KiB: more than engines take that run
/// machines one after another, and less than lets a machine stand still. What is only reserved, such as the
/// heaps of threads, does not count.
#[cfg(unix)]
const MEMORY: u64 = 8 << 20;

/// Runs the program with so little memory: `$0` is how much, the rest the program and its arguments. Where
/// the system knows no such bound, there is none.
#[cfg(unix)]
const BOUNDED: &str = r#"ulimit -d "$0" 2>/dev/null; exec "$@""#;

/// Like [`command`], of a program that may not take all of the machine's memory: an engine that builds ever
/// more data for one case would take the harness, and everything else, with it.
#[cfg(unix)]
pub(super) fn bounded(program: &Path) -> Command {
    let mut command = command(Path::new("/bin/sh"));
    command
        .args(["-c", BOUNDED, &MEMORY.to_string()])
        .arg(program);
    command
}

/// The same where no bound is known.
#[cfg(not(unix))]
pub(super) fn bounded(program: &Path) -> Command {
    command(program)
}

/// A command that is started with little of the user's environment.
pub(super) fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear().kill_on_drop(true);
    for name in ENVIRONMENT {
        if let Some(value) = env::var_os(name) {
            command.env(name, value);
        }
    }
    #[cfg(unix)]
    command.process_group(0);
    command
}

/// A started process. It and everything that it has started end when this is dropped, and when the
/// harness ends.
#[derive(Debug)]
pub(super) struct Started {
    /// The process.
    pub child: Child,
    #[cfg(unix)]
    guard: Option<std::process::Child>,
}

impl Started {
    /// Starts a process; `data` is the directory that is removed when it has ended.
    pub fn spawn(command: &mut Command, data: Option<&Path>) -> io::Result<Self> {
        let child = command.spawn()?;
        #[cfg(not(unix))]
        let _ = data;
        Ok(Self {
            #[cfg(unix)]
            guard: guard(&child, data),
            child,
        })
    }
}

/// Starts the guard of a process, unless that has ended already. Where there is no shell there is none:
/// then the process ends only if the harness ends in order.
#[cfg(unix)]
fn guard(child: &Child, data: Option<&Path>) -> Option<std::process::Child> {
    use std::os::unix::process::CommandExt as _;

    let group = child.id()?;
    std::process::Command::new("/bin/sh")
        .args(["-c", GUARD, "guard", &group.to_string()])
        .arg(data.unwrap_or(Path::new("")))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .ok()
}

#[cfg(unix)]
impl Drop for Started {
    fn drop(&mut self) {
        if let Some(mut guard) = self.guard.take() {
            drop(guard.stdin.take());
            // If it was killed, `kill_on_drop` still ends the process, though not what that has started.
            let _ = guard.wait();
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::path::Path;

    use super::{MEMORY, bounded};

    #[tokio::test]
    async fn a_program_may_not_take_all_memory() {
        let mut command = bounded(Path::new("/bin/sh"));
        let done = command
            .args(["-c", "ulimit -d; echo $1", "x", "a b"])
            .output();
        let done = done.await.expect("there is a shell");
        let said = String::from_utf8(done.stdout).expect("text");
        assert_eq!(said, format!("{MEMORY}\na b\n"));
    }
}
