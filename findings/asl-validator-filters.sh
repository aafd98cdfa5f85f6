#!/usr/bin/env bash
# asl-validator 4.0.0 with asl-path-validator 0.16.1 (npm), run with checkPaths.
#
# Expected: a filter that Jayway JsonPath can evaluate is a legal InputPath, whatever operators it
# contains.
# Actual: a single comparison is accepted, but `&&`, `!`, `!=` with a boolean, a comparison with
# another path and a list of names (`$['a','b']`) are refused as "must match format asl_path".
# Therefore the package cannot be used to check the paths of real machines.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-save asl-validator@4.0.0 asl-path-validator@0.16.1 >/dev/null
cat >check.js <<'JS'
const validate = require('asl-validator');
const inputPath = (path) =>
  validate({ StartAt: 'A', States: { A: { Type: 'Pass', InputPath: path, End: true } } },
    { checkPaths: true }).isValid;
const seen = [
  ["$.a[?(@.c>1)]", inputPath, true],
  ["$.a[?(@.b=='x')]", inputPath, true],
  ["$.a[?(@.c>1 && @.d<2)]", inputPath, false],
  ["$.a[?(!@.b)]", inputPath, false],
  ["$.a[?(@.b!=true)]", inputPath, false],
  ["$.a[?(@.b==$.c)]", inputPath, false],
  ["$['a','b']", inputPath, false],
  ["$.a[0,1]", inputPath, true],
];
let changed = 0;
for (const [path, check, before] of seen) {
  const now = check(path);
  console.log(`${check.name} ${path}: ${now ? 'accepted' : 'refused'}`);
  if (now !== before) { changed += 1; console.log('  changed'); }
}
process.exit(changed === 0 ? 0 : 1);
JS
node check.js
