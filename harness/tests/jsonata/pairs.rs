//! Random pairs of an expression and a document.

use serde_json::{Map, Value, json};
use stepproof_specs::base::entropy::mix;

/// An expression over the variable `$x`, and the document in it.
#[derive(Debug)]
pub struct Pair {
    pub expression: String,
    pub document: Value,
}

/// Draws pairs.
pub struct Draw(u64);

const NAMES: [&str; 6] = ["a", "b", "c", "n", "s", "items"];
const OPERATORS: [&str; 16] = [
    "+", "-", "*", "/", "%", "=", "!=", "<", ">", "<=", ">=", "and", "or", "&", "in", "..",
];
const LITERALS: [&str; 16] = [
    "0",
    "1",
    "2",
    "3.5",
    "-1",
    "\"a\"",
    "\"10\"",
    "\"\"",
    "true",
    "false",
    "null",
    "\"Hello\"",
    "[]",
    "[1, 2]",
    "{\"a\": 1}",
    "[\"a\", \"b\"]",
];
/// The functions, with how many arguments they are given.
const FUNCTIONS: [(&str, u64, u64); 49] = [
    ("abs", 1, 1),
    ("append", 2, 2),
    ("average", 1, 1),
    ("base64encode", 1, 1),
    ("boolean", 1, 1),
    ("ceil", 1, 1),
    ("contains", 2, 2),
    ("count", 1, 1),
    ("distinct", 1, 1),
    ("each", 1, 2),
    ("encodeUrlComponent", 1, 1),
    ("error", 1, 1),
    ("exists", 1, 1),
    ("floor", 1, 1),
    ("formatBase", 1, 2),
    ("fromMillis", 1, 1),
    ("join", 1, 2),
    ("keys", 1, 1),
    ("length", 1, 1),
    ("lookup", 2, 2),
    ("lowercase", 1, 1),
    ("max", 1, 1),
    ("merge", 1, 1),
    ("min", 1, 1),
    ("not", 1, 1),
    ("number", 1, 1),
    ("pad", 2, 3),
    ("power", 2, 2),
    ("replace", 3, 3),
    ("reverse", 1, 1),
    ("round", 1, 2),
    ("single", 1, 1),
    ("sort", 1, 1),
    ("split", 2, 2),
    ("spread", 1, 1),
    ("sqrt", 1, 1),
    ("string", 1, 1),
    ("substring", 2, 3),
    ("substringAfter", 2, 2),
    ("substringBefore", 2, 2),
    ("sum", 1, 1),
    ("toMillis", 1, 1),
    ("trim", 1, 1),
    ("type", 1, 1),
    ("uppercase", 1, 1),
    ("zip", 2, 2),
    ("assert", 2, 2),
    ("formatInteger", 2, 2),
    ("match", 2, 2),
];
const BODIES: [&str; 8] = [
    "$v",
    "$v.n",
    "$v = 1",
    "$v.a",
    "$exists($v)",
    "{\"r\": $v}",
    "[$v]",
    "$v & \"!\"",
];

impl Draw {
    pub fn new(seed: u64) -> Self {
        Self(mix(seed))
    }

    fn below(&mut self, count: u64) -> u64 {
        self.0 = mix(self.0);
        self.0 % count
    }

    fn one<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize]
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub fn pair(&mut self) -> Pair {
        let depth = 1 + self.below(3);
        Pair {
            expression: self.expression(depth),
            document: self.document(),
        }
    }

    fn document(&mut self) -> Value {
        let count = self.below(4);
        let items: Vec<Value> = (0..count)
            .map(|_| json!({"n": self.below(4), "s": self.one(&["x", "y", "z"]), "a": self.value(2)}))
            .collect();
        json!({
            "a": self.value(0), "b": self.value(0), "items": items,
            "n": self.one(&[1.0, 2.5, -3.0, 0.0]), "s": self.one(&["abc", "", "Hello", "10"]),
        })
    }

    fn value(&mut self, depth: u64) -> Value {
        match self.below(4) {
            2 if depth < 3 => (0..self.below(4)).map(|_| self.value(depth + 1)).collect(),
            3 if depth < 3 => {
                let members = (0..self.below(4))
                    .map(|_| (self.one(&NAMES).to_owned(), self.value(depth + 1)));
                Value::Object(members.collect::<Map<_, _>>())
            }
            _ => match self.below(12) {
                0 => Value::Null,
                1 => true.into(),
                2 => false.into(),
                3..6 => self.one(&["", "a", "10", "Hello World", "é", "😀x"]).into(),
                _ => self
                    .one(
                        &[
                            json!(0),
                            json!(1),
                            json!(2),
                            json!(3.5),
                            json!(-1),
                            json!(10),
                            json!(100),
                            json!(0.1),
                        ]
                        .each_ref(),
                    )
                    .clone(),
            },
        }
    }

    fn expression(&mut self, depth: u64) -> String {
        if depth == 0 {
            return if self.chance(50) {
                self.path(0)
            } else {
                self.one(&LITERALS).to_owned()
            };
        }
        let inner = depth - 1;
        match self.below(20) {
            0..4 => self.path(depth),
            4..6 => self.one(&LITERALS).to_owned(),
            6..10 => {
                let operator = self.one(&OPERATORS);
                let (left, right) = (self.expression(inner), self.expression(inner));
                if operator == ".." {
                    format!("[{left}..{right}]")
                } else {
                    format!("({left} {operator} {right})")
                }
            }
            10 => format!(
                "({} ? {} : {})",
                self.expression(inner),
                self.expression(inner),
                self.expression(inner)
            ),
            11 => format!("[{}]", self.several(inner)),
            12 => format!(
                "{{\"k\": {}, \"l\": {}}}",
                self.expression(inner),
                self.expression(inner)
            ),
            13 => {
                let used = self.one(&["$v", "[$v, $v]", "$v.a", "$v[0]", "$v ~> $string()"]);
                format!("($v := {}; {used})", self.expression(inner))
            }
            14 => {
                let function = self.one(&["map", "filter", "single", "each"]);
                let body = self.one(&BODIES);
                format!(
                    "${function}({}, function($v){{ {body} }})",
                    self.expression(inner)
                )
            }
            15 => format!(
                "$reduce({}, function($a, $v){{ {} }})",
                self.expression(inner),
                self.one(&["$a & $v", "[$a, $v]", "$append($a, $v)", "$v"])
            ),
            _ => {
                let (name, least, most) = self.one(&FUNCTIONS);
                let count = least + self.below(most - least + 1);
                let arguments: Vec<String> = (0..count).map(|_| self.expression(inner)).collect();
                format!("${name}({})", arguments.join(", "))
            }
        }
    }

    fn several(&mut self, depth: u64) -> String {
        let items: Vec<String> = (0..self.below(4)).map(|_| self.expression(depth)).collect();
        items.join(", ")
    }

    fn path(&mut self, depth: u64) -> String {
        let mut path = format!("$x.{}", self.one(&NAMES));
        for _ in 0..self.below(3) {
            path += &format!(".{}", self.one(&NAMES));
        }
        if self.chance(25) {
            path += self.one(&["[0]", "[1]", "[-1]", "[]"]);
        }
        let relative = self.one(&["$", "a", "n", "s", "b", "a.b", "$.n"]);
        if depth > 0 {
            match self.below(10) {
                0 => {
                    let operator = self.one(&["=", "!=", "<", ">"]);
                    path += &format!("[{relative} {operator} {}]", self.expression(depth - 1));
                }
                1 => path += &format!(".({relative})"),
                2 => path += &format!(".{{\"k\": {relative}}}"),
                3 => path += &format!("^({relative})"),
                4 => path += self.one(&[".*", ".**.n", "#$i.[$i, $]"]),
                _ => {}
            }
        }
        path
    }
}
