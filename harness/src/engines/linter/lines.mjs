// How a linter for Node.js is asked: the protocol is described in `linter.rs`.

import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(`${process.cwd()}/`);
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

// Answers every line with what `complaints` says about a definition's text.
async function serve(name, complaints) {
  say({ ready: require(`./node_modules/${name}/package.json`).version });
  for await (const line of createInterface({ input: process.stdin })) {
    const order = JSON.parse(line);
    if (order.ping !== undefined) {
      say({ pong: order.ping });
      continue;
    }
    let found;
    try {
      found = await complaints(order.definition);
    } catch (error) {
      // A linter that throws has not accepted the definition, and ends the build of whoever runs it.
      found = [{ rule: `throws ${error.name}`, message: String(error.message) }];
    }
    say({ execution: order.start, complaints: found });
  }
}
