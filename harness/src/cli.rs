//! The command line: one module per subcommand.
//!
//! A subcommand reads its input, calls the library, and writes through `output`. An error is
//! returned as a `Failure`, which carries the position, a remedy and the exit status.

mod check;
mod clauses;
mod completions;
mod deviations;
mod drawing;
mod engines;
mod failure;
mod faults;
mod generate;
mod input;
mod observed;
mod origin;
mod output;
mod pace;
mod placeholders;
mod profiles;
mod progress;
mod replay;
mod run;
mod search;
mod serve;
mod session;
mod shrink;
mod signals;
mod simulate;
mod target;
mod templates;
mod test_state;
mod validate;

use std::{panic, process::ExitCode};

use clap::{Arg, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use self::failure::Failure;
use crate::report::ExitStatus as Status;

/// Runs random valid Amazon States Language machines on a reference interpreter and on an engine,
/// and shrinks every difference to a minimal case that replays from one file.
#[derive(Debug, Parser)]
#[command(name = "stepproof", version, after_help = EXAMPLES, max_term_width = 100)]
#[command(subcommand_required = true, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  stepproof run                                   1,000 cases on the embedded engine
  stepproof run --endpoint http://127.0.0.1:4566  the same on your engine
  stepproof run --time 30m --jobs 16 --seed 7     as many cases as half an hour holds
  stepproof check machines/                       your own machines, with drawn inputs and tasks
  stepproof replay runs/RUN/findings/1-X/case.json
  stepproof simulate machine.json --input '{\"n\": 3}'
  stepproof help run

Exit status: 0 all is well, 1 a new divergence, 2 wrong usage, 3 a ledger entry is stale,
4 nothing was judged, or nothing of a machine given to check, 5 too many cases without a verdict,
6 the engine cannot be reached, 7 the record or the output cannot be written (a full disk),
70 an internal error, 128+N interrupted by signal N.";

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::Run),
    Check(check::Check),
    Replay(replay::Replay),
    Shrink(shrink::Shrink),
    Generate(generate::Generate),
    Validate(validate::Validate),
    Simulate(simulate::Simulate),
    TestState(test_state::TestState),
    Observed(observed::Observed),
    Engines(engines::Engines),
    Profiles(profiles::Profiles),
    Clauses(clauses::Clauses),
    Deviations(deviations::Deviations),
    Serve(serve::Serve),
    Faults(faults::Faults),
    Pace(pace::Pace),
    Completions(completions::Completions),
}

impl Command {
    fn execute(self) -> Result<Status, Failure> {
        match self {
            Self::Run(command) => command.execute(),
            Self::Check(command) => command.execute(),
            Self::Replay(command) => command.execute(),
            Self::Shrink(command) => command.execute(),
            Self::Generate(command) => command.execute(),
            Self::Validate(command) => command.execute(),
            Self::Simulate(command) => command.execute(),
            Self::TestState(command) => command.execute(),
            Self::Observed(command) => command.execute(),
            Self::Engines(command) => command.execute(),
            Self::Profiles(command) => command.execute(),
            Self::Clauses(command) => command.execute(),
            Self::Deviations(command) => command.execute(),
            Self::Serve(command) => command.execute(),
            Self::Faults(command) => command.execute(),
            Self::Pace(command) => command.execute(),
            Self::Completions(command) => command.execute(),
        }
    }
}

/// A runtime for commands that talk to an engine.
fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::internal(format!("start the runtime: {error}")))
}

/// The command line. A value such as `-1` belongs to its option, which says what it takes, instead of being
/// an option that does not exist.
fn command() -> clap::Command {
    let takes_value = |arg: &Arg| arg.get_action().takes_values() && !arg.is_positional();
    let is_time = |arg: &Arg| {
        let names = arg.get_value_names().unwrap_or_default();
        names.iter().any(|name| name.contains("TIME"))
    };
    Cli::command().mut_subcommands(|command| {
        command.mut_args(|arg| match arg {
            arg if takes_value(&arg) && is_time(&arg) => arg.allow_hyphen_values(true),
            arg if takes_value(&arg) => arg.allow_negative_numbers(true),
            arg => arg,
        })
    })
}

/// The whole command: parses the arguments, executes the subcommand, and maps the result to an exit
/// status.
pub fn main() -> ExitCode {
    let parsed = command()
        .try_get_matches()
        .and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => return output::usage(&error),
    };
    output::hook_panics();
    match panic::catch_unwind(panic::AssertUnwindSafe(|| cli.command.execute())) {
        Ok(Ok(status)) => status.code().into(),
        Ok(Err(failure)) => output::failure(&failure),
        Err(_) => Status::Internal.code().into(),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_consistent() {
        super::command().debug_assert();
    }
}
