//! Writes the output of commands. A reader that goes away (`stepproof generate | head`) is not an
//! error.

use std::{
    any::Any,
    fmt::Display,
    io::{self, BufWriter, StdoutLock, Write},
    panic,
    process::ExitCode,
};

use clap::ValueEnum;

use super::{Failure, Status};
use crate::report::{on_one_line, visible};

/// The output format of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum Format {
    /// For people.
    #[default]
    Human,
    /// For programs.
    Json,
}

/// Standard output.
pub(super) struct Output(BufWriter<StdoutLock<'static>>);

impl Output {
    pub(super) fn new() -> Self {
        Self(BufWriter::new(io::stdout().lock()))
    }

    /// Writes a line. Control characters are escaped.
    pub(super) fn line(&mut self, line: impl Display) -> Result<(), Failure> {
        self.painted(visible(&line.to_string()))
    }

    /// Writes text that is safe to show: it may be coloured.
    pub(super) fn painted(&mut self, text: impl Display) -> Result<(), Failure> {
        writeln!(self.0, "{text}").map_err(|error| broken(&error))
    }

    /// Writes a value as JSON, indented, as it is serialised.
    pub(super) fn json(&mut self, value: &impl serde::Serialize) -> Result<(), Failure> {
        let mut lines = Lines {
            output: &mut self.0,
            line: Vec::new(),
        };
        serde_json::to_writer_pretty(&mut lines, value).map_err(|error| {
            if error.is_io() {
                broken(&error.into())
            } else {
                Failure::internal(format!("encode the output: {error}"))
            }
        })?;
        lines.write_all(b"\n").map_err(|error| broken(&error))
    }

    /// Flushes buffered output to the reader.
    pub(super) fn flush(&mut self) -> Result<(), Failure> {
        self.0.flush().map_err(|error| broken(&error))
    }

    /// Writes rows in aligned columns. The last column is not padded.
    pub(super) fn table<const N: usize>(&mut self, rows: &[[String; N]]) -> Result<(), Failure> {
        let on_one_line = |cell: &String| on_one_line(cell).into_owned();
        let rows: Vec<_> = rows
            .iter()
            .map(|row| row.each_ref().map(on_one_line))
            .collect();
        let widths = widths(rows.iter().map(<[String; N]>::as_slice));
        rows.iter().try_for_each(|row| self.row(row, &widths))
    }

    /// Writes one row in columns of these widths. The last column is not padded.
    pub(super) fn row(&mut self, row: &[String], widths: &[usize]) -> Result<(), Failure> {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            line.push_str(cell);
            let padding = width.saturating_sub(cell.chars().count());
            line.extend(std::iter::repeat_n(' ', padding + 2));
        }
        line.extend(row.get(widths.len()).map(String::as_str));
        self.line(line.trim_end())
    }
}

/// Passes on lines of JSON, with their control characters escaped. None is longer than a value.
struct Lines<'o> {
    output: &'o mut BufWriter<StdoutLock<'static>>,
    line: Vec<u8>,
}

impl Write for Lines<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut rest = bytes;
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            self.line.extend_from_slice(&rest[..=end]);
            let line = String::from_utf8_lossy(&self.line);
            self.output.write_all(visible(&line).as_bytes())?;
            self.line.clear();
            rest = &rest[end + 1..];
        }
        self.line.extend_from_slice(rest);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

/// The widths of all columns but the last.
pub(super) fn widths<'r>(rows: impl Iterator<Item = &'r [String]>) -> Vec<usize> {
    let mut widths = Vec::new();
    for row in rows {
        let columns = row.len().saturating_sub(1);
        widths.resize(columns.max(widths.len()), 0);
        for (width, cell) in widths.iter_mut().zip(&row[..columns]) {
            *width = cell.chars().count().max(*width);
        }
    }
    widths
}

/// The failure to write to standard output.
pub(super) fn broken(error: &io::Error) -> Failure {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return Failure::closed();
    }
    Failure {
        status: Status::Unwritten,
        message: format!("write to standard output: {error}"),
        remedy: None,
    }
}

/// Writes a line on standard error. Failure to write it is ignored.
pub(super) fn note(line: impl Display) {
    let line = line.to_string();
    let _ = writeln!(io::stderr().lock(), "{}", visible(&line));
}

/// Prints why a command failed.
pub(super) fn failure(failure: &Failure) -> ExitCode {
    if !failure.message.is_empty() {
        note(format_args!("error: failed to {}", failure.message));
        if let Some(remedy) = &failure.remedy {
            note(format_args!("  help: {remedy}"));
        }
    }
    failure.status.code().into()
}

/// Prints what is wrong with the arguments, or the help.
pub(super) fn usage(error: &clap::Error) -> ExitCode {
    let printed = error.print().and_then(|()| io::stdout().flush());
    if error.use_stderr() {
        return Status::Usage.code().into();
    }
    match printed {
        Ok(()) => Status::Success.code().into(),
        Err(error) => failure(&broken(&error)),
    }
}

/// The message of a panic.
fn payload_text(payload: &(dyn Any + Send)) -> &str {
    payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}

/// Prints a panic as one line that asks for a report, instead of a backtrace.
pub(super) fn hook_panics() {
    panic::set_hook(Box::new(|info| {
        let place = info
            .location()
            .map(|place| format!("{}:{}", place.file(), place.line()));
        note(format_args!(
            "internal error at {}: {}",
            place.as_deref().unwrap_or("an unknown place"),
            payload_text(info.payload()),
        ));
        note(
            "  help: this is a fault of stepproof: please report it with the command line and the seed",
        );
    }));
}
