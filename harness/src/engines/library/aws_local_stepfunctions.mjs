// Runs executions of the npm package aws-local-stepfunctions for a parent process: one JSON object
// per line on stdin and stdout.
//
//   in   {"start": 1, "definition", "input", "context", "deadline"}
//        {"task": 7, "after", "succeed": v} | {"task": 7, "after", "fail": {"error", "cause"}}
//        {"task": 7}, which is never answered
//        {"ping": 1}
//   out  {"ready": "3.0.0"}
//        {"execution": 1, "task": 7, "name", "input", "at"}
//        {"execution": 1, "replied": 7, "at"}
//        {"execution": 1, "end": {"status", "output", "error", "cause", "at", "events"}}
//        {"pong": 1}
//
// The library's tasks are local handlers that ask the parent process. Every execution has its own
// clock, which stands still while anything is running and then jumps to the next timer. So waiting
// costs no time, and events happen in the order of their times.
import { AsyncLocalStorage } from "node:async_hooks";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

// The longest delay of a Node.js timer, in milliseconds.
const LONGEST = 2 ** 31 - 1;

const worlds = new AsyncLocalStorage();
const real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };

class World {
  constructor(id) {
    Object.assign(this, { id, now: 0, timers: [], count: 0, asked: 0, due: false, over: false });
  }

  // Timers fire in the order of their times, then in the order of their creation. A delay that is
  // too long for Node.js fires almost at once, there and here.
  after(span, call) {
    return this.at(this.now + (span > LONGEST ? 1 : Math.max(0, span || 0)), call);
  }

  at(time, call) {
    const timer = { world: this, at: time, number: this.count++, call };
    this.timers.push(timer);
    this.wake();
    return timer;
  }

  // Fires the next timer once everything that can run has run.
  wake() {
    if (this.due) return;
    this.due = true;
    setImmediate(() => {
      this.due = false;
      if (this.over || this.asked > 0 || this.timers.length === 0) return;
      const next = this.timers.reduce((a, b) => (b.at < a.at || (b.at === a.at && b.number < a.number) ? b : a));
      this.timers.splice(this.timers.indexOf(next), 1);
      this.now = Math.max(this.now, next.at);
      next.call();
      this.wake();
    });
  }
}

globalThis.setTimeout = (call, span, ...given) => {
  const world = worlds.getStore();
  return world ? world.after(span, () => call(...given)) : real.setTimeout(call, span, ...given);
};
globalThis.clearTimeout = (timer) => {
  if (!(timer?.world instanceof World)) return real.clearTimeout(timer);
  const at = timer.world.timers.indexOf(timer);
  if (at >= 0) timer.world.timers.splice(at, 1);
};

const { StateMachine } = await import("aws-local-stepfunctions");

const say = (line) => process.stdout.write(JSON.stringify(line) + "\n");
const tasks = new Map();
let numbers = 0;

class Failure extends Error {
  constructor({ error, cause }) {
    super(cause);
    this.name = error;
  }
}

function handler(world, name) {
  return (input) =>
    new Promise((resolve, reject) => {
      const task = numbers++;
      world.asked++;
      tasks.set(task, { world, resolve, reject });
      say({ execution: world.id, task, name, input: JSON.stringify(input), at: world.now });
    });
}

function reply({ task, after, succeed, fail }) {
  const { world, resolve, reject } = tasks.get(task);
  tasks.delete(task);
  world.asked--;
  if (after !== undefined) {
    world.at(world.now + after, () => {
      say({ execution: world.id, replied: task, at: world.now });
      if (fail) reject(new Failure(fail));
      else resolve(succeed);
    });
  }
  world.wake();
}

function names(scope, type, found = new Set()) {
  for (const [name, state] of Object.entries(scope?.States ?? {})) {
    if (state.Type === type) found.add(name);
    for (const branch of state.Branches ?? []) names(branch, type, found);
    names(state.ItemProcessor ?? state.Iterator, type, found);
  }
  return found;
}

// The maximum number of events in a history. An execution that reaches it is considered endless.
const HISTORY = 25_000;

// The part of an endless execution's log that is returned, which is enough to show where it went.
const LOG = 1000;

async function collect(logs, events, endless) {
  for await (const { type, state } of logs) {
    if (type !== "StateEntered" && type !== "StateExited") continue;
    events.push([type, state.type, state.name]);
    if (events.length === HISTORY) endless();
  }
}

async function play(world, { definition, input, context, deadline }) {
  const handlers = [...names(definition, "Task")].map((name) => [name, handler(world, name)]);
  const machine = new StateMachine(definition, { validationOptions: { noValidate: true } });
  const overrides = { taskResourceLocalHandlers: Object.fromEntries(handlers) };
  const execution = machine.run(input, { overrides, context });
  const events = [];
  // An execution that never pauses leaves no time for anything else, not even its deadline, so it
  // is stopped at once.
  const endless = Promise.withResolvers();
  const stop = () => {
    endless.resolve({ status: "RUNNING" });
    execution.abort();
  };
  const logged = collect(execution.eventLogs, events, stop).catch(() => {});
  world.at(deadline, stop);
  const ended = execution.result.then(
    (output) => ({ status: "SUCCEEDED", output: JSON.stringify(output) }),
    (thrown) => {
      const { name, message } = thrown.cause ?? thrown;
      const status = { ExecutionTimeoutError: "TIMED_OUT", ExecutionAbortedError: "ABORTED" };
      const text = (value) => (value === undefined || value === null ? undefined : String(value));
      return { status: status[thrown.name] ?? "FAILED", error: text(name), cause: text(message) };
    },
  );
  const end = await Promise.race([endless.promise, ended]);
  end.at = end.status === "RUNNING" ? deadline : world.now;
  await logged;
  world.over = true;
  return { ...end, events: end.status === "RUNNING" ? events.slice(0, LOG) : events };
}

async function start(order) {
  const world = new World(order.start);
  const end = await worlds.run(world, () => play(world, order));
  say({ execution: world.id, end });
}

process.on("unhandledRejection", () => {});
createInterface({ input: process.stdin })
  .on("line", (line) => {
    const order = JSON.parse(line);
    if (order.start !== undefined) start(order).catch((error) => say({ execution: order.start, trouble: String(error) }));
    else if (order.task !== undefined) reply(order);
    else say({ pong: order.ping });
  })
  .on("close", () => process.exit(0));

const manifest = new URL("../package.json", import.meta.resolve("aws-local-stepfunctions"));
say({ ready: JSON.parse(readFileSync(manifest)).version });
