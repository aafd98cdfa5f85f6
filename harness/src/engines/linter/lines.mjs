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
    let answer;
    try {
      answer = { complaints: await complaints(order.definition) };
    } catch (error) {
      // What throws has no opinion about the definition: it or its script is broken.
      answer = { trouble: String(error) };
    }
    say({ execution: order.start, ...answer });
  }
}
