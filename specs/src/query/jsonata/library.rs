//! The functions of the language, by what is known of them.

/// Those whose values follow from their arguments, and that neither repeat anything nor grow what they are given.
const TAME: [&str; 31] = [
    "abs",
    "average",
    "boolean",
    "ceil",
    "contains",
    "count",
    "exists",
    "floor",
    "fromMillis",
    "hash",
    "keys",
    "length",
    "lookup",
    "lowercase",
    "max",
    "merge",
    "min",
    "not",
    "number",
    "power",
    "round",
    "sqrt",
    "string",
    "substring",
    "substringAfter",
    "substringBefore",
    "sum",
    "toMillis",
    "trim",
    "type",
    "uppercase",
];

/// Those whose values follow from their arguments, and that may take longer, or make more.
const GROWING: [&str; 31] = [
    "append",
    "base64decode",
    "base64encode",
    "decodeUrl",
    "decodeUrlComponent",
    "distinct",
    "each",
    "encodeUrl",
    "encodeUrlComponent",
    "filter",
    "formatBase",
    "formatInteger",
    "formatNumber",
    "join",
    "map",
    "match",
    "pad",
    "parse",
    "parseInteger",
    "partition",
    "range",
    "reduce",
    "replace",
    "reverse",
    "sift",
    "single",
    "sort",
    "split",
    "spread",
    "uuid",
    "zip",
];

/// Those whose values are chance, or the time; they grow nothing.
pub(super) const OUTSIDE: [&str; 3] = ["millis", "now", "random"];

/// Those that only fail.
const FAILING: [&str; 2] = ["assert", "error"];

/// The functions whose values follow from their arguments, by name.
pub(super) fn following() -> Vec<&'static str> {
    let mut all = [TAME.as_slice(), &GROWING].concat();
    all.sort_unstable();
    all
}

/// Whether a function neither repeats anything nor grows what it is given.
pub(super) fn is_tame(name: &str) -> bool {
    TAME.contains(&name) || OUTSIDE.contains(&name)
}

/// Whether the language has a function with this name.
pub(super) fn has(name: &str) -> bool {
    let all = [TAME.as_slice(), &GROWING, &OUTSIDE, &FAILING];
    all.into_iter().any(|some| some.contains(&name))
}
