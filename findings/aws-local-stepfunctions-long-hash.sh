#!/usr/bin/env bash
# aws-local-stepfunctions 3.0.0 (npm), Node.js 20 or newer.
#
# Expected: States.Hash gives the digest of its text, whatever the text's length: that of Node's own crypto.
# Actual: MD5, SHA-1 and SHA-256 are wrong for every text of 56 bytes or more, SHA-384 and SHA-512 for every
# text of 112 bytes or more: as soon as the padded text has a second block. The loop over blocks counts words
# and takes the count for an offset in bytes, so that the second block is read from within the first.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund aws-local-stepfunctions@3.0.0
cat >check.mjs <<'JS'
import { createHash } from 'node:crypto';
// Older than Node.js 22.
Promise.withResolvers ??= () => {
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made;
};
const { StateMachine } = await import('aws-local-stepfunctions');
let found = true;
for (const algorithm of ['MD5', 'SHA-1', 'SHA-256', 'SHA-384', 'SHA-512']) {
  const Parameters = { 'hash.$': `States.Hash($.text, '${algorithm}')` };
  const machine = new StateMachine({ StartAt: 'A', States: { A: { Type: 'Pass', Parameters, End: true } } });
  const block = algorithm === 'SHA-384' || algorithm === 'SHA-512' ? 112 : 56;
  const wrong = [];
  for (let length = 0; length <= 300; length++) {
    const text = 'a'.repeat(length);
    const { hash } = await machine.run({ text }).result;
    const known = createHash(algorithm.replace('-', '')).update(text).digest('hex');
    if (hash !== known) wrong.push(length);
  }
  console.log(`${algorithm}: ${wrong.length} of 301 lengths are wrong, the first is ${wrong[0]}`);
  found &&= wrong[0] === block && wrong.length === 301 - block;
}
process.exit(found ? 0 : 1);
JS
node check.mjs
