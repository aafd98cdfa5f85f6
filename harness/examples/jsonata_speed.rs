//! How many evaluations of JSONata a second takes here, and by the original in Node: parsing the expression,
//! reading the document and writing the value included.
//!
//! `cargo run --release -p stepproof --example jsonata_speed`. Node has to be on the path.

use std::{
    error::Error,
    io::Write as _,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use stepproof_specs::query::jsonata::{Expression, Field, World};

/// How long each expression is evaluated again and again.
const TIME: Duration = Duration::from_secs(2);

const EXPRESSIONS: [(&str, &str); 5] = [
    ("path", "$states.input.order.total * 1.2"),
    (
        "filter and object",
        "{ 'big': $states.input.order.items[price > 5].{ 'n': name, 'p': price } }",
    ),
    (
        "function",
        "$sum($map($states.input.order.items, function($it) { $it.price * $it.count }))",
    ),
    (
        "library",
        "$merge([{ 'n': $count($states.input.order.items) }, { 'id': $uppercase($states.input.order.id) }])",
    ),
    (
        "block",
        "($items := $states.input.order.items; $sorted := $sort($items, function($a, $b) { $a.price > $b.price }); \
         $names := $sorted.name; { 'first': $names[0], 'all': $join($names, ', '), 'max': $max($items.price) })",
    ),
];

/// What Node runs: it reads expressions and documents, and says how often it evaluated each.
const NODE: &str = r"
const fs = require('fs');
const given = JSON.parse(fs.readFileSync(0, 'utf8'));
const module_ = { exports: {} };
new Function('module', 'exports', given.script)(module_, module_.exports);
const jsonata = module_.exports;
(async () => {
    const counts = [];
    for (const source of given.expressions) {
        const began = process.hrtime.bigint();
        let count = 0, last = '';
        while (process.hrtime.bigint() - began < BigInt(given.nanoseconds)) {
            for (let lap = 0; lap < 100; lap += 1) {
                const states = { input: JSON.parse(given.document) };
                last = JSON.stringify(await jsonata(source).evaluate(undefined, { states }));
            }
            count += 100;
        }
        counts.push([count * 1e9 / Number(process.hrtime.bigint() - began), last]);
    }
    console.log(JSON.stringify(counts));
})();
";

struct Document(Value);

impl World for Document {
    fn variable(&self, _: &str) -> Option<&Value> {
        None
    }
    fn states(&self, field: Field) -> Option<&Value> {
        (field == Field::Input).then_some(&self.0)
    }
    fn context(&self, _: &dyn Fn(usize, &str) -> bool) -> Value {
        Value::Null
    }
    fn millis(&self) -> f64 {
        0.0
    }
    fn draw(&self) -> u64 {
        0
    }
}

fn once(source: &str, document: &str) -> Result<String, Box<dyn Error>> {
    let expression = Expression::parse(source)?.ok_or("no expression")?;
    let document = Document(serde_json::from_str(document)?);
    let value = expression.evaluate(&document).outcome;
    let value = value.map_err(|failure| format!("{failure:?}"))?;
    Ok(value.to_string())
}

/// Evaluations in a second, and the last value.
fn ours(source: &str, document: &str) -> Result<(f64, String), Box<dyn Error>> {
    let source = format!("{{% {source} %}}");
    let (began, mut count) = (Instant::now(), 0_u32);
    let mut last = String::new();
    while began.elapsed() < TIME {
        for _ in 0..100 {
            last = once(&source, document)?;
        }
        count += 100;
    }
    Ok((f64::from(count) / began.elapsed().as_secs_f64(), last))
}

fn theirs(document: &str) -> Result<Vec<(f64, String)>, Box<dyn Error>> {
    let given = json!({
        "script": stepproof::jsonata_js::SCRIPT,
        "document": document,
        "expressions": EXPRESSIONS.map(|it| it.1),
        "nanoseconds": u64::try_from(TIME.as_nanos())?,
    });
    let mut node = Command::new("node")
        .args(["-e", NODE])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut input = node.stdin.take().ok_or("no standard input")?;
    input.write_all(given.to_string().as_bytes())?;
    drop(input);
    let output = node.wait_with_output()?;
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn main() -> Result<(), Box<dyn Error>> {
    let items: Vec<Value> = (1..=10)
        .map(|n| json!({ "name": format!("item {n}"), "price": n * 3 % 7, "count": n }))
        .collect();
    let document = json!({ "order": { "id": "o-1", "total": 12.5, "items": items } }).to_string();
    let theirs = theirs(&document)?;
    println!(
        "{:<20} {:>10} {:>10} {:>6}",
        "expression", "here", "node", "times"
    );
    for ((name, source), (node, value)) in EXPRESSIONS.into_iter().zip(theirs) {
        let (here, own) = ours(source, &document)?;
        let both: [Value; 2] = [serde_json::from_str(&own)?, serde_json::from_str(&value)?];
        if both[0] != both[1] {
            return Err(format!("{source}: {own} here, {value} in Node").into());
        }
        println!("{name:<20} {here:>10.0} {node:>10.0} {:>6.1}", here / node);
    }
    Ok(())
}
