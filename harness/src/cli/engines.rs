//! `stepproof engines`.

use clap::Args;
use serde_json::json;

use super::{
    Failure, Status,
    output::{Format, Output},
};
use crate::engines::{
    Engine,
    adapters::{Adapter, Choice, Home, known, open},
    process::Presence,
};

/// Lists the engines: which are available, in which version, and how to install the others.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  stepproof engines
  stepproof run --engine localstack
  stepproof run --endpoint http://127.0.0.1:4566")]
pub(super) struct Engines {
    /// The output format.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// An engine as it appears in the list.
struct Listed {
    name: &'static str,
    about: &'static str,
    presence: &'static str,
    detail: String,
}

impl Engines {
    pub(super) fn execute(self) -> Result<Status, Failure> {
        super::runtime()?.block_on(self.list())
    }

    async fn list(self) -> Result<Status, Failure> {
        let mut listed = Vec::new();
        for engine in known() {
            let (presence, detail) = look(engine).await;
            listed.push(Listed {
                name: engine.name,
                about: engine.about,
                presence,
                detail,
            });
        }
        let mut output = Output::new();
        match self.format {
            Format::Human => {
                for engine in &listed {
                    let line = format!("{}  {}", engine.name, engine.presence);
                    output.line(line)?;
                    output.line(format_args!("    {}", engine.about))?;
                    if !engine.detail.is_empty() {
                        output.line(format_args!("    {}", engine.detail))?;
                    }
                }
            }
            Format::Json => {
                let all: Vec<_> = listed
                    .iter()
                    .map(|engine| {
                        json!({
                            "name": engine.name, "about": engine.about,
                            "presence": engine.presence, "detail": engine.detail,
                        })
                    })
                    .collect();
                output.json(&all)?;
            }
        }
        output.flush()?;
        Ok(Status::Success)
    }
}

/// Whether an engine is available, and its version, address or install command. Starts nothing.
async fn look(engine: &Adapter) -> (&'static str, String) {
    match (&engine.home, engine.home.look().await) {
        (_, Some(Presence::Running(endpoint))) => {
            let version = version(engine.name, &endpoint).await;
            let version = version.as_deref().unwrap_or("unknown (it does not answer)");
            ("running", format!("version {version} at {endpoint}"))
        }
        (_, Some(Presence::Installed(version))) => {
            let version = version.map_or(String::new(), |version| format!("version {version}; "));
            ("installed", format!("{version}a run starts it"))
        }
        (_, Some(Presence::Missing(command))) => ("missing", format!("to install it: {command}")),
        (Home::BuiltIn, None) => ("built in", format!("version {}", env!("CARGO_PKG_VERSION"))),
        (Home::Address, None) => ("by address", "name it with --endpoint URL".to_owned()),
        (_, None) => ("by account", String::new()),
    }
}

async fn version(name: &str, endpoint: &str) -> Option<String> {
    let choice = Choice {
        name: Some(name.to_owned()),
        endpoint: Some(endpoint.to_owned()),
        only_asked: true,
        ..Choice::default()
    };
    let engine: Box<dyn Engine> = open(&choice, "look").await.ok()?;
    engine.probe().await.ok()
}
