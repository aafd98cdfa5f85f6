//! The original of JSONata, jsonata.js 2.0.6, as a second opinion on the evaluator of the reference.
//!
//! The script is given at run time; it runs in QuickJS, within limits that are counted. AWS's own functions
//! are not part of it: what calls them is not known here.

use std::{cell::Cell, collections::BTreeMap, rc::Rc};

use rquickjs::{Context, Ctx, Function, Object, Runtime};
use serde_json::{Map, Value, json};
use stepproof_specs::query::jsonata::{
    CONTEXT, Doubts, Evaluation, Expression, Failure, Field, Program, STATES, World,
};

/// How much memory an evaluation may take, in bytes.
const MEMORY: usize = 256 << 20;
/// How deep its calls may nest, in bytes of the stack.
const STACK: usize = 512 << 10;
/// How often the engine may ask whether to go on: it does so every few thousand steps.
const PATIENCE: u32 = 20_000;

/// What answers for an expression. The value may have numbers that JSON does not have.
const HELPER: &str = r"
globalThis.ask = async function (source, bindings) {
    let expression;
    try { expression = jsonata(source); }
    catch (error) { return JSON.stringify({ syntax: error.code ?? String(error) }); }
    try {
        const value = await expression.evaluate(undefined, JSON.parse(bindings));
        if (value === undefined) { return JSON.stringify({ undefined: true }); }
        const is_function = it => typeof it === 'function'
            || it && (it._jsonata_function || it._jsonata_lambda);
        if (is_function(value)) { return JSON.stringify({ function: true }); }
        let odd = false;
        const plain = (_, it) => {
            odd ||= typeof it === 'number' && !isFinite(it) || is_function(it);
            return it;
        };
        const text = JSON.stringify(value, plain);
        return odd ? JSON.stringify({ odd: true }) : `{ ${JSON.stringify('value')}: ${text} }`;
    } catch (error) {
        return JSON.stringify({ code: error.code ?? null, message: String(error.message) });
    }
};";

/// Why the script cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OriginalError {
    /// The engine has trouble.
    #[error("run jsonata.js: {0}")]
    Engine(#[from] rquickjs::Error),
    /// The script is not of the version that AWS has.
    #[error("use jsonata.js: it defines no function 'jsonata'")]
    NotJsonata,
}

/// The original, loaded.
pub struct Original {
    context: Context,
    /// How often the engine has asked whether to go on.
    asked: Rc<Cell<u32>>,
}

impl Original {
    /// Loads the script of jsonata.js.
    pub fn load(script: &str) -> Result<Self, OriginalError> {
        let runtime = Runtime::new()?;
        runtime.set_memory_limit(MEMORY);
        runtime.set_max_stack_size(STACK);
        let asked = Rc::new(Cell::new(0));
        let asking = asked.clone();
        runtime.set_interrupt_handler(Some(Box::new(move || {
            asking.set(asking.get() + 1);
            asking.get() > PATIENCE
        })));
        let context = Context::full(&runtime)?;
        context.with(|ctx| -> Result<(), OriginalError> {
            ctx.eval::<(), _>("var exports = {}; var module = { exports };")?;
            ctx.eval::<(), _>(script)?;
            ctx.eval::<(), _>("globalThis.jsonata = module.exports;")?;
            if !ctx.eval::<bool, _>("typeof jsonata === 'function'")? {
                return Err(OriginalError::NotJsonata);
            }
            Ok(ctx.eval::<(), _>(HELPER)?)
        })?;
        Ok(Self { context, asked })
    }

    /// An expression for the original.
    pub fn program<'o>(&'o self, expression: &'o Expression) -> Script<'o> {
        Script {
            original: self,
            expression,
        }
    }

    /// What the helper says of an expression; `None` if it was stopped.
    fn ask(&self, source: &str, bindings: &Value) -> Option<Value> {
        self.asked.set(0);
        let bindings = bindings.to_string();
        let said = self.context.with(|ctx| answer(&ctx, source, bindings));
        serde_json::from_str(&said?).ok()
    }
}

fn answer(ctx: &Ctx<'_>, source: &str, bindings: String) -> Option<String> {
    let globals = ctx.globals();
    let ask: Function<'_> = globals.get("ask").ok()?;
    let promise: Object<'_> = ask.call((source, bindings)).ok()?;
    globals.set("promise", promise).ok()?;
    let settle = "globalThis.said = null; promise.then(it => { said = it; }, () => {});";
    ctx.eval::<(), _>(settle).ok()?;
    while ctx.execute_pending_job() {}
    globals.get::<_, Option<String>>("said").ok()?
}

/// An expression for the original.
pub struct Script<'o> {
    original: &'o Original,
    expression: &'o Expression,
}

impl Program for Script<'_> {
    fn evaluate(&self, world: &dyn World) -> Evaluation {
        let mut bindings = Map::new();
        for name in self.expression.variables() {
            if name == STATES {
                bindings.insert(STATES.to_owned(), states(world));
            } else if let Some(value) = world.variable(name) {
                bindings.insert(name.to_owned(), value.clone());
            }
        }
        let said = self
            .original
            .ask(self.expression.source(), &bindings.into());
        Evaluation {
            outcome: outcome(said),
            doubts: Doubts::default(),
            steps: self.original.asked.get() as usize,
        }
    }
}

fn states(world: &dyn World) -> Value {
    let fields = Field::ALL.into_iter();
    let fields = fields.filter_map(|it| Some((it.name(), world.states(it)?.clone())));
    let mut states: BTreeMap<&str, Value> = fields.collect();
    states.insert(CONTEXT, world.context(&|_, _| true));
    json!(states)
}

fn outcome(said: Option<Value>) -> Result<Value, Failure> {
    let Some(Value::Object(mut said)) = said else {
        return Err(Failure::Unknown("no answer within its limits".to_owned()));
    };
    if let Some(value) = said.shift_remove("value") {
        return Ok(value);
    }
    let text = |key: &str| said.get(key).and_then(Value::as_str).map(str::to_owned);
    Err(if said.contains_key("undefined") {
        Failure::Undefined
    } else if said.contains_key("function") {
        Failure::Function
    } else if let (Some(code), Some(message)) = (text("code"), text("message")) {
        Failure::Thrown { code, message }
    } else {
        Failure::Unknown(format!("an answer of another kind: {said:?}"))
    })
}
