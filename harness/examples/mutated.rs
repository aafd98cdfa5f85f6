//! Breaks machines at random and looks whether anything falls over: every machine is validated,
//! simulated if it is accepted, and with an address also created, run and read back there.
//!
//! ```sh
//! cargo build --release --examples --bins
//! stepproof serve --port 8083 --time-scale 1000 &
//! (ulimit -v 1048576; target/release/examples/mutated 1000000 1 127.0.0.1:8083)
//! ```
//!
//! `17..18` instead of the number repeats one of them. Prints how many there were of each outcome, and the slowest. A panic or an abort ends it.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use stepproof_generators::{Profile, generate};
use stepproof_specs::{
    asl::WorkflowType,
    base::{entropy::mix, pointer::escape},
    reference::{SimulationError, simulate},
    scenario::case::{Body, ExecutionCase},
    validate::validate_text,
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Failure = Box<dyn std::error::Error>;

/// How often a machine is changed at most.
const CHANGES: u64 = 2;
/// The largest definition that is sent: AWS takes 1 MiB.
const LARGEST: usize = 1_200_000;
/// The number of a machine that takes longer is printed.
const SLOW: Duration = Duration::from_secs(1);

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let numbers = arguments.next().ok_or("how many machines")?;
    let (first, end) = numbers.split_once("..").unwrap_or(("0", &numbers));
    let (first, end): (u64, u64) = (first.parse()?, end.parse()?);
    let seed: u64 = arguments.next().ok_or("a seed")?.parse()?;
    let mut service = arguments.next().map(|address| Service::new(&address));
    let profile = Profile::all();
    let profile = profile.iter().find(|it| it.name == "everything");
    let profile = profile.ok_or("there is no profile 'everything'")?;
    let mut outcomes: BTreeMap<&str, u64> = BTreeMap::new();
    let mut slowest = (Duration::ZERO, 0);
    for index in first..end {
        let case = generate(profile, seed, index);
        let Body::Execution(mut case) = case.body else {
            continue;
        };
        let mut dice = Dice(mix(seed ^ mix(index)));
        let mut definition = (*case.definition).clone();
        for _ in 0..=dice.below(CHANGES) {
            change(&mut definition, &mut dice);
        }
        let mut input = case.starts[0].input.as_ref().clone();
        if dice.below(2) == 0 {
            change(&mut input, &mut dice);
        }
        case.starts[0].input = input.into();
        case.definition = definition.into();
        let began = Instant::now();
        *outcomes.entry(here(&case)).or_default() += 1;
        if let Some(service) = &mut service {
            *outcomes.entry(service.run(index, &case)?).or_default() += 1;
        }
        let took = began.elapsed();
        if took > SLOW {
            println!("{index} took {took:?}");
        }
        slowest = slowest.max((took, index));
    }
    println!("{outcomes:#?}\nslowest: {slowest:?}");
    Ok(())
}

/// Numbers that are the same for each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(1);
        mix(self.0) % bound
    }

    fn pick<'t, T>(&mut self, all: &'t [T]) -> &'t T {
        &all[self.below(all.len() as u64) as usize]
    }
}

/// Validates and simulates.
fn here(case: &ExecutionCase) -> &'static str {
    let text = case.definition.to_string();
    let (machine, _) = validate_text(&text, WorkflowType::Standard);
    let Some(machine) = machine else {
        return "refused";
    };
    match simulate(&Arc::new(machine), case, &case.starts[0]) {
        Ok(_) => "simulated",
        Err(SimulationError::Unsupported(_)) => "unsupported",
        Err(SimulationError::NeverEnds(_)) => "never ends",
        Err(SimulationError::TooLong(_)) => "too long",
        Err(SimulationError::Calls(_)) => "no calls",
    }
}

/// Replaces, copies, repeats or removes something somewhere.
fn change(value: &mut Value, dice: &mut Dice) {
    let mut all = Vec::new();
    pointers(value, String::new(), &mut all);
    let at = dice.pick(&all).clone();
    let other = value.pointer(dice.pick(&all).as_str()).cloned();
    let Some(place) = value.pointer_mut(&at) else {
        return;
    };
    match dice.below(8) {
        0 => *place = other.unwrap_or_default(),
        1 => match place {
            Value::Object(members) => {
                let keys: Vec<String> = members.keys().cloned().collect();
                if !keys.is_empty() {
                    members.shift_remove(dice.pick(&keys));
                }
            }
            Value::Array(items) => drop(items.pop()),
            _ => *place = Value::Null,
        },
        2 => match place {
            Value::Array(items) => {
                let first = items.first().cloned().unwrap_or_default();
                items.extend(vec![first; 1_000]);
            }
            Value::String(text) => *text = text.repeat(1_000),
            Value::Object(members) => {
                let member = members.values().next().cloned().unwrap_or_default();
                members.extend((0..300).map(|number| (format!("k{number}"), member.clone())));
            }
            _ => *place = json!([place.clone()]),
        },
        3 => {
            for _ in 0..dice.below(300) {
                let inner = std::mem::take(place);
                *place = if dice.below(2) == 0 {
                    json!([inner])
                } else {
                    json!({ "a": inner })
                };
            }
        }
        4 => {
            if let Value::Object(members) = place {
                let (name, value) = *dice.pick(FIELDS);
                let value = serde_json::from_str(value).unwrap_or(Value::from(value));
                members.insert(name.to_owned(), value);
            }
        }
        _ => {
            let text = *dice.pick(VALUES);
            *place = serde_json::from_str(text).unwrap_or(Value::from(text));
        }
    }
}

/// Values of which somebody might ask too much, or expect something else.
const VALUES: &[&str] = &[
    "null",
    "true",
    "-1",
    "0",
    "1e308",
    "9007199254740993",
    "99999999",
    "0.5",
    "\"\"",
    "[]",
    "{}",
    "$",
    "$$",
    "$.a",
    "$.*",
    "$..*",
    "$..*..*..*",
    "$[0,0,0,0,0,0,0,0]",
    "$[-9:9]",
    "$[*][*][*]",
    "$[?(@.a == 'b')]",
    "$[?(@ =~ /a*b/)]",
    "$$.Execution.Id",
    "$$.State.RetryCount",
    "$x",
    "$x.y",
    "States.ALL",
    "States.Timeout",
    "States.DataLimitExceeded",
    "Fail",
    "Pass",
    "Map",
    "Parallel",
    "States.ArrayRange(0, 999999, 1)",
    "States.Array($, $, $, $)",
    "States.Format('{}{}', $, $)",
    "States.ArrayPartition($, 1)",
    "States.StringToJson($)",
    "States.JsonToString($)",
    "States.Base64Encode($)",
    "States.JsonMerge($, $, false)",
    "States.MathRandom(0, 9)",
    "States.ArrayUnique(States.ArrayRange(0, 999, 1))",
    "States.UUID()",
    "States.StringSplit($, '')",
    "{\"a.$\": \"$\", \"b.$\": \"$\"}",
    "{\"a.$\": \"$.a\"}",
    "9999-12-31T23:59:59Z",
    "{% 1 %}",
];

/// Fields that do much.
const FIELDS: &[(&str, &str)] = &[
    ("InputPath", "$..*"),
    ("OutputPath", "$[*]"),
    ("ResultPath", "$.a.b.c"),
    ("Parameters", "{\"a.$\": \"$\", \"b.$\": \"$\"}"),
    ("ItemsPath", "$"),
    (
        "ItemSelector",
        "{\"a.$\": \"$\", \"i.$\": \"$$.Map.Item.Index\"}",
    ),
    ("MaxConcurrency", "1"),
    ("Seconds", "99999999"),
    ("Timestamp", "9999-12-31T23:59:59Z"),
    ("TimeoutSeconds", "1"),
    ("HeartbeatSeconds", "99999999"),
    ("BackoffRate", "1e300"),
    ("MaxAttempts", "99999999"),
    ("IntervalSeconds", "99999999"),
    ("MaxDelaySeconds", "31622399"),
    ("JitterStrategy", "FULL"),
    ("Assign", "{\"x.$\": \"$\", \"y.$\": \"$x\"}"),
    ("Result", "[[[[1]]]]"),
    ("Retry", "[{\"ErrorEquals\": [\"States.ALL\"]}]"),
    (
        "Catch",
        "[{\"ErrorEquals\": [\"States.ALL\"], \"Next\": \"A\"}]",
    ),
    ("QueryLanguage", "JSONata"),
    ("End", "true"),
];

fn pointers(value: &Value, at: String, all: &mut Vec<String>) {
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                pointers(item, format!("{at}/{index}"), all);
            }
        }
        Value::Object(members) => {
            for (key, member) in members {
                pointers(member, format!("{at}/{}", escape(key)), all);
            }
        }
        _ => {}
    }
    all.push(at);
}

/// A Step Functions API at an address.
struct Service {
    address: String,
    connection: Option<BufReader<TcpStream>>,
}

impl Service {
    fn new(address: &str) -> Self {
        Self {
            address: address.to_owned(),
            connection: None,
        }
    }

    /// Creates the machine, starts it, reads what came of it and deletes it.
    fn run(&mut self, index: u64, case: &ExecutionCase) -> Result<&'static str, Failure> {
        let definition = case.definition.to_string();
        if definition.len() > LARGEST {
            return Ok("too large to send");
        }
        let name = format!("m{index}");
        let role = "arn:aws:iam::123456789012:role/r";
        let asked = json!({ "name": name, "definition": definition, "roleArn": role });
        let created = self.call("CreateStateMachine", &asked)?;
        let Some(machine) = created.get("stateMachineArn") else {
            return Ok("not created");
        };
        let input = case.starts[0].input.to_string();
        let asked = json!({ "stateMachineArn": machine, "input": input });
        let started = self.call("StartExecution", &asked)?;
        let outcome = match started.get("executionArn") {
            None => "not started",
            Some(arn) => {
                let asked = json!({ "executionArn": arn });
                let seen = self.call("DescribeExecution", &asked)?;
                let history = json!({ "executionArn": arn, "reverseOrder": true });
                self.call("GetExecutionHistory", &history)?;
                if seen["status"] == "RUNNING" {
                    self.call("StopExecution", &asked)?;
                    "stopped"
                } else {
                    "run"
                }
            }
        };
        self.call("DeleteStateMachine", &json!({ "stateMachineArn": machine }))?;
        Ok(outcome)
    }

    /// Calls again where a connection was closed that had not been used for a while.
    fn call(&mut self, operation: &str, parameters: &Value) -> Result<Value, Failure> {
        let used_before = self.connection.is_some();
        match self.call_once(operation, parameters) {
            Err(_) if used_before => self.call_once(operation, parameters),
            answer => answer,
        }
    }

    fn call_once(&mut self, operation: &str, parameters: &Value) -> Result<Value, Failure> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => BufReader::new(TcpStream::connect(&self.address)?),
        };
        let body = parameters.to_string();
        let request = format!(
            "POST / HTTP/1.1\r\nHost: {}\r\nX-Amz-Target: AWSStepFunctions.{operation}\r\n\
             Content-Type: application/x-amz-json-1.0\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        connection.get_mut().set_nodelay(true)?;
        connection.get_mut().write_all(request.as_bytes())?;
        let (mut length, mut closes) = (0, false);
        loop {
            let mut line = String::new();
            if connection.read_line(&mut line)? == 0 {
                return Err(format!("{operation} was not answered").into());
            }
            let line = line.trim_end().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse()?;
            }
            closes |= line == "connection: close";
        }
        let mut body = vec![0; length];
        connection.read_exact(&mut body)?;
        if !closes {
            self.connection = Some(connection);
        }
        // A request that is too large is refused without a word.
        if body.is_empty() {
            return Ok(Value::Null);
        }
        Ok(serde_json::from_slice(&body)?)
    }
}
