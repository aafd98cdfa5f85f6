#!/usr/bin/env bash
# jsonata-python 0.7.1, a port of JSONata to Python, against the original, jsonata 2.0.6 from npm.
#
# Surprise: two results differ that need no edge of the language.
#   $distinct([1, 1])       the original: [1]       the port: 1   (an array of one value is unwrapped)
#   [x["a"]], x is [null]   the original: [null]    the port: []  (a null that a predicate lets pass is lost)
# Elsewhere the port keeps null where the original does: [x[0]] is [null] in both.
#
# Seen on 2026-12-01 with Python 3.11 and Node 22. Needs python3 with venv, node and npm.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
venv/bin/pip install --quiet 'jsonata-python==0.7.1'
npm install --silent --no-save --prefix "$work" jsonata@2.0.6 >/dev/null

cat > cases.json <<'JSON'
["$distinct([1, 1])", "[x[\"a\"]]", "[x[0]]"]
JSON

cat > original.js <<'JS'
const jsonata = require('jsonata');
(async () => {
    for (const text of require('./cases.json'))
        console.log(JSON.stringify(await jsonata(text).evaluate({ x: [null] })));
})();
JS

cat > port.py <<'PY'
import json, jsonata
for text in json.load(open("cases.json")):
    print(json.dumps(jsonata.Jsonata(text).evaluate({"x": [None]}), separators=(",", ":")))
PY

node original.js > original.txt
venv/bin/python port.py > port.txt
paste -d ' ' original.txt port.txt

[ "$(paste -sd ' ' original.txt)" = '[1] [null] [null]' ] || { echo "the original changed"; exit 1; }
[ "$(paste -sd ' ' port.txt)" = '1 [] [null]' ] || { echo "the port changed"; exit 1; }
