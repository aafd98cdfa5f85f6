//! Jayway in a Java process: one line of JSON per question and per answer.

use std::{
    env, fs,
    fs::File,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};

use super::pairs::Pair;

const DRIVER: &str = include_str!("Jayway.java");

/// The jars that Debian's Jayway needs.
const JARS: [&str; 8] = [
    "json-path",
    "jackson-databind",
    "jackson-core",
    "jackson-annotations",
    "json-smart",
    "asm",
    "slf4j-api",
    "slf4j-nop",
];

/// Jayway's answer.
#[derive(Debug)]
pub enum Answer {
    Value(Value),
    /// The string is not a path.
    Refused,
    Error {
        class: String,
        message: String,
    },
}

impl Answer {
    /// Whether the answers are equal, or are both errors of any class and message.
    pub fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Value(left), Self::Value(right)) => left == right,
            (Self::Value(_), _) | (_, Self::Value(_)) => false,
            _ => true,
        }
    }

    fn read(line: &str) -> Self {
        let mut answer: Value = serde_json::from_str(line).expect("the driver writes JSON");
        if let Some(value) = answer.get_mut("value") {
            return Self::Value(value.take());
        }
        let text = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
        match &*text("stage") {
            "compile" => Self::Refused,
            _ => Self::Error {
                class: text("class"),
                message: text("message"),
            },
        }
    }
}

pub struct Oracle {
    class_path: String,
    driver: PathBuf,
}

impl Oracle {
    /// Jayway 2.0.0.
    pub fn original(jars: &Path) -> Result<Self, String> {
        let jars: Vec<PathBuf> = JARS.map(|jar| jars.join(format!("{jar}.jar"))).into();
        Self::new("original", DRIVER.to_owned(), &jars)
    }

    /// The Jayway inside WireMock, whose packages have another prefix.
    pub fn current(jar: Option<PathBuf>) -> Result<Self, String> {
        let jar = jar.ok_or("STEPPROOF_WIREMOCK names no jar")?;
        let driver = DRIVER
            .replace("com.jayway", "wiremock.com.jayway")
            .replace("com.fasterxml", "wiremock.com.fasterxml");
        Self::new("current", driver, &[jar])
    }

    fn new(name: &str, driver: String, jars: &[PathBuf]) -> Result<Self, String> {
        if let Some(missing) = jars.iter().find(|jar| !jar.exists()) {
            return Err(format!("there is no {}", missing.display()));
        }
        if Command::new("java").arg("-version").output().is_err() {
            return Err("there is no java".to_owned());
        }
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("jayway-{name}"));
        let written = folder.join("Jayway.java");
        fs::create_dir_all(&folder)
            .and_then(|()| fs::write(&written, driver))
            .map_err(|error| format!("write the driver: {error}"))?;
        let class_path = env::join_paths(jars).map_err(|error| error.to_string())?;
        let class_path = class_path.to_string_lossy().into_owned();
        Ok(Self {
            class_path,
            driver: written,
        })
    }

    /// The answers, in the order of the questions.
    pub fn ask(&self, pairs: &[Pair]) -> Vec<Answer> {
        let questions: String = pairs
            .iter()
            .map(|pair| json!({ "path": pair.path, "document": pair.document }).to_string() + "\n")
            .collect();
        let file = self.driver.with_extension("questions");
        fs::write(&file, questions).expect("the questions can be written");
        let output = Command::new("java")
            .args([
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                &self.class_path,
            ])
            .arg(&self.driver)
            .stdin(File::open(&file).expect("the questions can be read"))
            .output()
            .expect("java runs");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "the driver failed: {errors}");
        let text = String::from_utf8(output.stdout).expect("the driver writes UTF-8");
        let answers: Vec<Answer> = text.lines().map(Answer::read).collect();
        assert_eq!(answers.len(), pairs.len(), "an answer for each question");
        answers
    }
}
