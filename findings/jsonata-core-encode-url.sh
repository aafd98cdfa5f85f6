#!/usr/bin/env bash
# jsonata-core 2.2.13 (crates.io), beside jsonata 2.0.6 (npm).
#
# Expected: $encodeUrl encodes what a URL may not hold, as the original does: a space becomes %20.
# Actual: the text comes back as it was. $encodeUrlComponent encodes it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix "$work/original" jsonata@2.0.6
cat >original/ask.mjs <<'JS'
import jsonata from 'jsonata';
for (const name of ['encodeUrl', 'encodeUrlComponent']) {
  console.log(`original: $${name}: ${await jsonata(`$${name}("a b")`).evaluate()}`);
}
JS
cargo init --quiet --name encode
cargo add --quiet jsonata-core@=2.2.13 --no-default-features
cat >src/main.rs <<'RS'
use jsonata_core::{evaluator::Evaluator, parser, value::JValue};
fn main() {
    for name in ["encodeUrl", "encodeUrlComponent"] {
        let tree = parser::parse(&format!("${name}(\"a b\")")).unwrap();
        let value = Evaluator::new().evaluate(&tree, &JValue::Undefined).unwrap();
        println!("crate: ${name}: {}", value.as_str().unwrap());
    }
}
RS
{ node original/ask.mjs; cargo run --quiet; } | tee said
diff said - <<'SAID' && echo "as it was"
original: $encodeUrl: a%20b
original: $encodeUrlComponent: a%20b
crate: $encodeUrl: a b
crate: $encodeUrlComponent: a%20b
SAID
