//! Packages from a registry, installed under the engines' home, that a process of Node.js or Python
//! runs for the harness.

use std::{fs, path::PathBuf, time::Duration};

use crate::engines::{
    library::Program,
    process::{Presence, home},
};

/// A package, and how it is run. Its name is also that of its directory below the engines' home.
#[derive(Debug)]
pub(super) struct Package {
    /// Its name.
    pub name: &'static str,
    /// Where it comes from.
    pub from: Registry,
    /// The script that the interpreter runs.
    pub script: &'static str,
    /// How long its process may say nothing.
    pub patience: Duration,
}

/// A registry of packages, with what else has to be installed.
#[derive(Debug)]
pub(super) enum Registry {
    /// npm, for Node.js.
    Npm {
        /// The packages beside it.
        beside: &'static str,
    },
    /// `PyPI`, for Python.
    PyPi,
}

impl Package {
    /// Whether it is installed.
    pub fn presence(&self) -> Presence {
        if self.is_installed() {
            Presence::Installed(self.version())
        } else {
            Presence::Missing(self.install_command())
        }
    }

    /// The process that runs it; the command that installs it if it is not there.
    pub fn program(&self) -> Result<Program, String> {
        if !self.is_installed() {
            let command = self.install_command();
            return Err(format!("it is not installed; install it: {command}"));
        }
        Ok(Program {
            name: self.name,
            interpreter: self.interpreter(),
            arguments: match self.from {
                Registry::Npm { .. } => &["--input-type=module", "-e"],
                Registry::PyPi => &["-c"],
            },
            directory: self.directory(),
            script: self.script,
            patience: self.patience,
        })
    }

    fn directory(&self) -> PathBuf {
        home().join(self.name)
    }

    /// The directory of an npm package.
    fn module(&self) -> PathBuf {
        self.directory().join("node_modules").join(self.name)
    }

    fn is_installed(&self) -> bool {
        match self.from {
            Registry::Npm { .. } => self.module().is_dir(),
            Registry::PyPi => self.version().is_some(),
        }
    }

    /// The version by the package's metadata.
    fn version(&self) -> Option<String> {
        match self.from {
            Registry::Npm { .. } => {
                let manifest = fs::read(self.module().join("package.json")).ok()?;
                let manifest: serde_json::Value = serde_json::from_slice(&manifest).ok()?;
                Some(manifest["version"].as_str()?.to_owned())
            }
            Registry::PyPi => {
                let prefix = format!("{}-", self.name.replace('-', "_"));
                let pythons = fs::read_dir(self.directory().join("venv/lib")).ok()?;
                let packages = pythons
                    .flatten()
                    .filter_map(|python| fs::read_dir(python.path().join("site-packages")).ok());
                packages.flatten().flatten().find_map(|package| {
                    let name = package.file_name().into_string().ok()?;
                    let version = name.strip_prefix(&prefix)?.strip_suffix(".dist-info")?;
                    Some(version.to_owned())
                })
            }
        }
    }

    /// The interpreter installed beside the package, otherwise Node.js in the search path.
    fn interpreter(&self) -> PathBuf {
        match self.from {
            Registry::Npm { .. } => {
                let own = self.directory().join("node_modules/.bin/node");
                if own.exists() { own } else { "node".into() }
            }
            Registry::PyPi => self.directory().join("venv/bin/python"),
        }
    }

    fn install_command(&self) -> String {
        let (name, directory) = (self.name, self.directory());
        let directory = directory.display();
        match self.from {
            Registry::Npm { beside } => {
                let command = format!("npm install --prefix {directory} {name} {beside}");
                command.trim_end().to_owned()
            }
            Registry::PyPi => format!(
                "python3 -m venv {directory}/venv && {directory}/venv/bin/pip install {name}"
            ),
        }
    }
}
