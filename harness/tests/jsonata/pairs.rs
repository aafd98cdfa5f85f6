//! Random pairs of an expression and a document.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use stepproof_specs::base::entropy::mix;

/// An expression over the variable `$x`, and the document in it.
#[derive(Debug)]
pub struct Pair {
    pub expression: String,
    pub document: Value,
}

/// Draws pairs.
pub struct Draw {
    state: u64,
    /// How often each function, operator and form was drawn.
    pub drawn: BTreeMap<&'static str, u64>,
}

const NAMES: [&str; 6] = ["a", "b", "c", "n", "s", "items"];
/// The binary operators.
pub const OPERATORS: [&str; 17] = [
    "+", "-", "*", "/", "%", "=", "!=", "<", ">", "<=", ">=", "and", "or", "&", "in", "..", "~>",
];
/// What else an expression is made of, as it is counted.
pub const FORMS: [&str; 14] = [
    "? :", "[ ]", "{ }", ":=", "(- )", ".", "[n]", "[ = ]", ".( )", ".{ }", "^( )", "**", "#$",
    "| |",
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
/// A kind of argument.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    Any,
    Text,
    Number,
    Array,
    Object,
    Pattern,
    Function,
    NumberPicture,
    IntegerPicture,
    DatePicture,
    Zone,
    Small,
}

use Kind::{
    Any, Array, DatePicture, Function, IntegerPicture, NumberPicture, Object, Pattern, Small, Text,
    Zone,
};

/// The functions, with their arguments and how many of these they need.
pub const FUNCTIONS: [(&str, &[Kind], usize); 63] = [
    ("abs", &[Kind::Number], 1),
    ("append", &[Any, Any], 2),
    ("assert", &[Any, Text], 2),
    ("average", &[Array], 1),
    ("base64decode", &[Text], 1),
    ("base64encode", &[Text], 1),
    ("boolean", &[Any], 1),
    ("ceil", &[Kind::Number], 1),
    ("clone", &[Any], 1),
    ("contains", &[Text, Pattern], 2),
    ("count", &[Any], 1),
    ("decodeUrl", &[Text], 1),
    ("decodeUrlComponent", &[Text], 1),
    ("distinct", &[Any], 1),
    ("each", &[Object, Function], 2),
    ("encodeUrl", &[Text], 1),
    ("encodeUrlComponent", &[Text], 1),
    ("error", &[Text], 0),
    ("exists", &[Any], 1),
    ("filter", &[Array, Function], 2),
    ("floor", &[Kind::Number], 1),
    ("formatBase", &[Kind::Number, Small], 1),
    ("formatInteger", &[Kind::Number, IntegerPicture], 2),
    ("formatNumber", &[Kind::Number, NumberPicture], 2),
    ("fromMillis", &[Kind::Number, DatePicture, Zone], 1),
    ("join", &[Array, Text], 1),
    ("keys", &[Any], 1),
    ("length", &[Text], 1),
    ("lookup", &[Any, Text], 2),
    ("lowercase", &[Text], 1),
    ("map", &[Array, Function], 2),
    ("match", &[Text, Pattern, Small], 2),
    ("max", &[Array], 1),
    ("merge", &[Array], 1),
    ("min", &[Array], 1),
    ("not", &[Any], 1),
    ("number", &[Any], 1),
    ("pad", &[Text, Small, Text], 2),
    ("parseInteger", &[Text, IntegerPicture], 2),
    ("partition", &[Array, Small], 2),
    ("power", &[Kind::Number, Small], 2),
    ("reduce", &[Array, Function, Any], 2),
    ("replace", &[Text, Pattern, Text, Small], 3),
    ("reverse", &[Array], 1),
    ("round", &[Kind::Number, Small], 1),
    ("sift", &[Object, Function], 1),
    ("single", &[Array, Function], 1),
    ("sort", &[Array, Function], 1),
    ("split", &[Text, Pattern, Small], 2),
    ("spread", &[Any], 1),
    ("sqrt", &[Kind::Number], 1),
    ("string", &[Any, Any], 1),
    ("substring", &[Text, Small, Small], 2),
    ("substringAfter", &[Text, Text], 2),
    ("substringBefore", &[Text, Text], 2),
    ("sum", &[Array], 1),
    ("toMillis", &[Text, DatePicture], 1),
    ("trim", &[Text], 1),
    ("type", &[Any], 1),
    ("uppercase", &[Text], 1),
    ("range", &[Small, Small, Small], 3),
    ("parse", &[Text], 1),
    ("zip", &[Array, Array, Array], 1),
];

/// Values of every type, some at an edge of theirs.
const EDGES: [&str; 22] = [
    "$x.none",
    "null",
    "true",
    "false",
    "0",
    "-1",
    "0.5",
    "2.5",
    "1e20",
    "1e-7",
    "\"\"",
    "\"a\"",
    "\" b \"",
    "\"é😀\"",
    "\"10\"",
    "[]",
    "[1]",
    "[[1, 2], 3]",
    "[\"b\", \"a\", \"b\"]",
    "{}",
    "{\"a\": [1]}",
    "function($v){ $v }",
];
const TEXTS: [&str; 18] = [
    "\"\"",
    "\"abc\"",
    "\"Hello World\"",
    "\"a,b,,c\"",
    "\"  two  words \"",
    "\"é😀x\"",
    "\"10\"",
    "\"-3.5\"",
    "\"0x1F\"",
    "\"2026-12-01T10:20:30.456Z\"",
    "\"2026-12-01\"",
    "\"10:20 pm\"",
    "\"twenty-one\"",
    "\"XIV\"",
    "\"YWJj\"",
    "\"a%20b?c=d&e\"",
    "\"[1, {\\\"a\\\": null}]\"",
    "\"line\\nline\"",
];
const NUMBERS: [&str; 16] = [
    "0",
    "1",
    "2",
    "-1",
    "3.5",
    "-2.5",
    "0.1",
    "10",
    "255",
    "1234.5678",
    "1e3",
    "1e15",
    "-0.001",
    "1725000000000",
    "1e21",
    "0.000001",
];
const SMALL: [&str; 10] = ["0", "1", "2", "3", "-1", "-3", "5", "1.5", "10", "36"];
const ARRAYS: [&str; 14] = [
    "[]",
    "[1]",
    "[3, 1, 2]",
    "[1, 1, 2.5]",
    "[\"b\", \"a\"]",
    "[\"a\", 1]",
    "[null, 1]",
    "[[1, 2], [3]]",
    "[{\"a\": 1}, {\"b\": 2}]",
    "[true, false]",
    "$x.items",
    "$x.items.n",
    "$x.a",
    "[1..5]",
];
const OBJECTS: [&str; 7] = [
    "{}",
    "{\"a\": 1}",
    "{\"b\": 2, \"a\": [1, 2]}",
    "{\"a\": {\"b\": null}}",
    "$x",
    "$x.b",
    "$x.items",
];
const PATTERNS: [&str; 20] = [
    "\"a\"",
    "\"\"",
    "\",\"",
    "\" \"",
    "/a/",
    "/[a-z]+/",
    "/[A-Z]/i",
    "/(\\d+)/",
    "/\\s+/",
    "/^a|b$/",
    "/l+/",
    "/(a)(b)?/",
    "/[^,]+/",
    "/\\bw/",
    "/o.*d/",
    "/x*/",
    "/./",
    "/\\w{2,3}/",
    "/^l/m",
    "/é/",
];
const LAMBDAS: [&str; 14] = [
    "function($v){ $v }",
    "function($v, $i){ $i }",
    "function($v, $i, $a){ $count($a) }",
    "function($v){ $v > 1 }",
    "function($v, $k){ $k & \"!\" }",
    "function($a, $b){ $a > $b }",
    "function($a, $b){ $a & $b }",
    "function($a, $b){ [$a, $b] }",
    "function($v){ $v.a }",
    "function(){ 1 }",
    "$string",
    "$uppercase",
    "$sum",
    "$append",
];
const NUMBER_PICTURES: [&str; 16] = [
    "\"0\"",
    "\"#\"",
    "\"#,##0.00\"",
    "\"00.0#\"",
    "\"#0.##;(#0.##)\"",
    "\"$#,##0\"",
    "\"000,000\"",
    "\"#.00\"",
    "\"0.0;0.00;0\"",
    "\"#0.#0#\"",
    "\"0,0\"",
    "\"x\"",
    "\"\"",
    "\"##0,\"",
    "\"0 items\"",
    "\"-0\"",
];
const INTEGER_PICTURES: [&str; 16] = [
    "\"0\"",
    "\"000\"",
    "\"#,##0\"",
    "\"w\"",
    "\"W\"",
    "\"Ww\"",
    "\"I\"",
    "\"i\"",
    "\"a\"",
    "\"A\"",
    "\"1;o\"",
    "\"w;o\"",
    "\"#0\"",
    "\"\"",
    "\"0;c\"",
    "\"##,##0\"",
];
const DATE_PICTURES: [&str; 20] = [
    "\"[Y0001]-[M01]-[D01]\"",
    "\"[H01]:[m01]:[s01].[f001][Z01:01t]\"",
    "\"[MNn] [D1o], [Y]\"",
    "\"[FNn]\"",
    "\"[h]:[m01] [P]\"",
    "\"[W]\"",
    "\"[d]\"",
    "\"[YI]\"",
    "\"[Yw]\"",
    "\"[z]\"",
    "\"[X0001]-W[W01]-[F1]\"",
    "\"[\"",
    "\"[q]\"",
    "\"[Y,2-2]\"",
    "\"[MNn,3-3]\"",
    "\"[[[Y]]]\"",
    "\"[H]:[m]:[s]\"",
    "\"[D]/[M]/[Y]\"",
    "\"\"",
    "\"[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001]Z\"",
];
const ZONES: [&str; 6] = [
    "\"+0000\"",
    "\"-0500\"",
    "\"+0530\"",
    "\"\"",
    "\"x\"",
    "\"+1\"",
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
        Self {
            state: mix(seed),
            drawn: BTreeMap::new(),
        }
    }

    fn note(&mut self, name: &'static str) {
        *self.drawn.entry(name).or_default() += 1;
    }

    /// The tokens of an expression, one of which is left out, doubled, or replaced by one of another.
    pub fn mutant(&mut self) -> Pair {
        let mut pair = self.pair();
        let mut tokens = tokens(&pair.expression);
        let place = self.below(tokens.len() as u64) as usize;
        match self.below(3) {
            0 => drop(tokens.remove(place)),
            1 => tokens.insert(place, tokens[place].clone()),
            _ => {
                let other = self.pair().expression;
                let others = self::tokens(&other);
                let other = self.below(others.len() as u64) as usize;
                tokens[place].clone_from(&others[other]);
            }
        }
        pair.expression = tokens.concat();
        pair
    }

    /// A call of every function in turn, with arguments of the right kind and others.
    fn call(&mut self, depth: u64) -> String {
        let (name, kinds, least) = self.one(&FUNCTIONS);
        self.note(name);
        let count = least + self.below((kinds.len() - least + 1) as u64) as usize;
        let arguments: Vec<String> = kinds[..count]
            .iter()
            .map(|kind| self.argument(*kind, depth))
            .collect();
        format!("${name}({})", arguments.join(", "))
    }

    fn argument(&mut self, kind: Kind, depth: u64) -> String {
        let literals: &[&str] = match kind {
            _ if self.chance(15) => &EDGES,
            _ if depth > 0 && self.chance(25) => return self.expression(depth - 1),
            Any => &EDGES,
            Text => &TEXTS,
            Kind::Number => &NUMBERS,
            Small => &SMALL,
            Array => &ARRAYS,
            Object => &OBJECTS,
            Pattern => &PATTERNS,
            Function => &LAMBDAS,
            NumberPicture => &NUMBER_PICTURES,
            IntegerPicture => &INTEGER_PICTURES,
            DatePicture => &DATE_PICTURES,
            Zone => &ZONES,
        };
        self.one(literals).to_owned()
    }

    fn below(&mut self, count: u64) -> u64 {
        self.state = mix(self.state);
        self.state % count
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
            return match self.below(4) {
                0 | 1 => self.path(0),
                2 => self.one(&LITERALS).to_owned(),
                _ => self.one(&EDGES).to_owned(),
            };
        }
        let inner = depth - 1;
        match self.below(20) {
            0..3 => self.path(depth),
            3 => self.one(&LITERALS).to_owned(),
            4..10 => self.operation(inner),
            10 => {
                self.note("? :");
                let parts = [self.expression(inner), self.expression(inner)];
                format!("({} ? {} : {})", self.expression(inner), parts[0], parts[1])
            }
            11 => {
                self.note("[ ]");
                format!("[{}]", self.several(inner))
            }
            12 => {
                self.note("{ }");
                let (one, other) = (self.expression(inner), self.expression(inner));
                format!("{{\"k\": {one}, \"l\": {other}}}")
            }
            13 => {
                self.note(":=");
                let used = self.one(&["$v", "[$v, $v]", "$v.a", "$v[0]", "$v ~> $string()"]);
                format!("($v := {}; {used})", self.expression(inner))
            }
            14 => {
                self.note("(- )");
                format!("-({})", self.expression(inner))
            }
            15 => {
                let function = self.one(&["map", "filter", "single", "each"]);
                self.note(function);
                let body = self.one(&BODIES);
                format!(
                    "${function}({}, function($v){{ {body} }})",
                    self.expression(inner)
                )
            }
            _ => self.call(depth),
        }
    }

    fn operation(&mut self, inner: u64) -> String {
        let operator = self.one(&OPERATORS);
        self.note(operator);
        let left = self.expression(inner);
        match operator {
            "~>" => {
                let right = self.one(&[
                    "$string()",
                    "$sum()",
                    "$uppercase()",
                    "$count()",
                    "$map(function($v){ $v })",
                    "$keys()",
                    "$append(1)",
                    "$type()",
                ]);
                format!("({left} ~> {right})")
            }
            ".." => {
                let right = self.one(&["0", "1", "3", "2.5", "-1", "$x.n", "\"a\"", "$x.none"]);
                format!("[{left}..{right}]")
            }
            operator => format!("({left} {operator} {})", self.expression(inner)),
        }
    }

    fn several(&mut self, depth: u64) -> String {
        let items: Vec<String> = (0..self.below(4)).map(|_| self.expression(depth)).collect();
        items.join(", ")
    }

    fn path(&mut self, depth: u64) -> String {
        self.note(".");
        let mut path = format!("$x.{}", self.one(&NAMES));
        for _ in 0..self.below(3) {
            path += &format!(".{}", self.one(&NAMES));
        }
        if self.chance(25) {
            self.note("[n]");
            path += self.one(&["[0]", "[1]", "[-1]", "[]"]);
        }
        let relative = self.one(&["$", "a", "n", "s", "b", "a.b", "$.n"]);
        if depth == 0 {
            return path;
        }
        match self.below(12) {
            0 => {
                self.note("[ = ]");
                let operator = self.one(&["=", "!=", "<", ">"]);
                path += &format!("[{relative} {operator} {}]", self.expression(depth - 1));
            }
            1 => {
                self.note(".( )");
                path += &format!(".({relative})");
            }
            2 => {
                self.note(".{ }");
                path += &format!(".{{\"k\": {relative}}}");
            }
            3 => {
                self.note("^( )");
                path += &format!("^({}{relative})", self.one(&["", "<", ">"]));
            }
            4 => {
                self.note("**");
                path += self.one(&[".*", ".**.n", ".**"]);
            }
            5 => {
                self.note("#$");
                path += self.one(&["#$i.[$i, $]", "#$i.{\"i\": $i}", "#$i[$i = 0]"]);
            }
            6 => {
                self.note("| |");
                path += self.one(&[
                    " ~> |$|{\"n\": 1}|",
                    " ~> |$|{\"c\": a}, [\"b\"]|",
                    " ~> |a|{\"k\": 2}|",
                ]);
            }
            _ => {}
        }
        path
    }
}

/// The tokens of an expression, roughly.
fn tokens(expression: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = expression.chars().peekable();
    while let Some(first) = rest.next() {
        let mut token = first.to_string();
        match first {
            '/' if matches!(tokens.last().map(String::as_str), Some(" ")) => {
                while let Some(c) = rest.next() {
                    token.push(c);
                    if c == '/' {
                        break;
                    }
                    if c == '\\' {
                        token.extend(rest.next());
                    }
                }
            }
            c if c.is_ascii_digit() => {
                while let Some(c) = rest.next_if(|c| c.is_alphanumeric() || *c == '.') {
                    token.push(c);
                }
            }
            '"' => {
                while let Some(c) = rest.next() {
                    token.push(c);
                    if c == '\\' {
                        token.extend(rest.next());
                    } else if c == '"' {
                        break;
                    }
                }
            }
            c if c.is_alphanumeric() || c == '$' => {
                while let Some(c) = rest.next_if(|c| c.is_alphanumeric()) {
                    token.push(c);
                }
            }
            ':' | '!' | '<' | '>' | '~' | '.' | '*' => {
                let is_two = |c: &char| {
                    matches!(
                        (first, *c),
                        (':' | '!' | '<' | '>', '=') | ('~', '>') | ('.', '.') | ('*', '*')
                    )
                };
                token.extend(rest.next_if(is_two));
            }
            _ => {}
        }
        tokens.push(token);
    }
    if tokens.is_empty() {
        tokens.push("1".to_owned());
    }
    tokens
}
