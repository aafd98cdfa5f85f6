#!/usr/bin/env bash
# jsonata-core 2.2.13 (crates.io).
#
# Expected: $substring with a start beyond the end is the empty string, as jsonata.js 2.0.6 has it.
# Actual: the start is cast to an i64 and added to the length without a check. In a build with checks the
# evaluation panics; in a release build the sum wraps around, and the whole text comes back, without an error.
# So an expression has one value while it is tested and another one in production.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cargo init --quiet --name overflow
cargo add --quiet jsonata-core@=2.2.13 --no-default-features
cat >src/main.rs <<'RS'
use jsonata_core::{evaluator::{Context, Evaluator, EvaluatorOptions}, parser, value::JValue};
fn main() {
    let tree = parser::parse("$substring('abc', 1e20)").unwrap();
    let mut evaluator = Evaluator::with_options(Context::new(), EvaluatorOptions::default());
    println!("{:?}", evaluator.evaluate(&tree, &JValue::Undefined));
}
RS
echo "release:"
release=$(cargo run --quiet --release)
echo "$release"
echo "debug:"
debug=$(cargo run --quiet 2>&1 || true)
echo "$debug" | head -3
if [[ $release == *abc* && $debug == *overflow* ]]; then
  echo "as it was"
else
  echo "it has changed"
  exit 1
fi
