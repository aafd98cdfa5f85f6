//! The original of JSONata, jsonata.js 2.0.6, as a second opinion on the evaluator of the reference.
//!
//! Its script runs in QuickJS, within limits that are counted. Of the functions that AWS adds, those that
//! JavaScript can say in a line are written here; what calls another one is not known.

use std::{
    cell::{Cell, OnceCell, RefCell},
    collections::HashMap,
    rc::Rc,
};

use rquickjs::{Context, Ctx, Function, Object, Runtime};
use serde_json::Value;
use stepproof_specs::query::jsonata::{
    Doubts, Evaluation, Expression, Failure, Opinion, Program, Second, World,
};

/// The script, as it was published, with its licence.
pub const SCRIPT: &str = include_str!("jsonata_js/jsonata-2.0.6.min.js");

/// How many answers are kept, and how long one may be with what was asked.
const MOST_ANSWERS: usize = 4_096;
const LONGEST_EXCHANGE: usize = 4_096;

/// The functions whose values the original does not know: they are AWS's, chance, or the time.
const UNKNOWN: [&str; 7] = ["eval", "hash", "millis", "now", "random", "shuffle", "uuid"];

/// How much memory an evaluation may take, in bytes.
const MEMORY: usize = 256 << 20;
/// How deep its calls may nest, in bytes of the stack.
const STACK: usize = 512 << 10;
/// How often the engine may ask whether to go on: it does so every few thousand steps.
const PATIENCE: u32 = 20_000;

/// What answers for an expression. The value may have numbers that JSON does not have.
const HELPER: &str = include_str!("jsonata_js/helper.js");

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
    script: Box<str>,
    engine: RefCell<Engine>,
    /// What it said before.
    said: RefCell<HashMap<(String, String), Option<Value>>>,
}

/// The engine that runs it.
struct Engine {
    context: Context,
    /// How often it has asked whether to go on.
    asked: Rc<Cell<u32>>,
}

thread_local! {
    static LOADED: OnceCell<Option<Original>> = const { OnceCell::new() };
}

/// The original as a second evaluator; each thread loads it when it is first asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// About what the first one is not sure of.
    WhereUnsure,
    /// About everything.
    Always,
}

impl Second for Ask {
    fn opinion(&self, first: &Evaluation, expression: &Expression, world: &dyn World) -> Opinion {
        let is_asked = *self == Self::Always || first.doubts.value;
        if !is_asked || expression.functions().any(|it| UNKNOWN.contains(&it)) {
            return Opinion::None;
        }
        let said = LOADED.with(|loaded| {
            let original = loaded.get_or_init(|| Original::new().ok()).as_ref()?;
            Some(original.program(expression).evaluate(world).outcome)
        });
        said.map_or(Opinion::None, Opinion::Says)
    }
}

impl Engine {
    fn load(script: &str) -> Result<Self, OriginalError> {
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

    fn ask(&self, source: &str, bindings: &str) -> Option<String> {
        self.asked.set(0);
        self.context
            .with(|ctx| answer(&ctx, source, bindings.to_owned()))
    }
}

impl Original {
    /// Loads the script of version 2.0.6.
    pub fn new() -> Result<Self, OriginalError> {
        Self::load(SCRIPT)
    }

    /// Loads the script of a version of jsonata.js.
    pub fn load(script: &str) -> Result<Self, OriginalError> {
        Ok(Self {
            script: script.into(),
            engine: RefCell::new(Engine::load(script)?),
            said: RefCell::default(),
        })
    }

    /// An expression for the original.
    pub fn program<'o>(&'o self, expression: &'o Expression) -> Script<'o> {
        Script {
            original: self,
            expression,
        }
    }

    /// The code of the error in an expression's syntax, if there is one.
    pub fn syntax(&self, source: &str) -> Option<String> {
        let said = self.ask(source, &Value::Object(serde_json::Map::new()))?;
        said.get("syntax")?.as_str().map(str::to_owned)
    }

    /// What the helper says of an expression; `None` if it was stopped.
    fn ask(&self, source: &str, bindings: &Value) -> Option<Value> {
        let question = (source.to_owned(), bindings.to_string());
        if let Some(said) = self.said.borrow().get(&question) {
            return said.clone();
        }
        let said = self.engine.borrow().ask(source, &question.1);
        let mut said: Option<Value> = said.and_then(|text| serde_json::from_str(&text).ok());
        // What was asked before may have left something behind, which counts against the memory. With less
        // of it the engine never does better, so only where it failed is another one asked.
        if said.as_ref().is_none_or(is_out_of_memory)
            && let Ok(fresh) = Engine::load(&self.script)
        {
            *self.engine.borrow_mut() = fresh;
            let again = self.engine.borrow().ask(source, &question.1);
            said = again.and_then(|text| serde_json::from_str(&text).ok());
        }
        let length = |it: &Value| it.to_string().len();
        let length = question.0.len() + question.1.len() + said.as_ref().map_or(0, length);
        let mut kept = self.said.borrow_mut();
        if kept.len() < MOST_ANSWERS && length < LONGEST_EXCHANGE {
            kept.insert(question, said.clone());
        }
        said
    }
}

fn is_out_of_memory(said: &Value) -> bool {
    let message = said.get("message").and_then(Value::as_str);
    message.is_some_and(|it| it.contains("out of memory"))
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
        let bindings = self.expression.bindings(world);
        let said = self
            .original
            .ask(self.expression.source(), &bindings.into());
        Evaluation {
            outcome: outcome(said.as_ref()),
            doubts: Doubts::default(),
            steps: self.original.engine.borrow().asked.get() as usize,
            is_looked_up: false,
        }
    }
}

fn outcome(said: Option<&Value>) -> Result<Value, Failure> {
    let Some(Value::Object(said)) = said else {
        return Err(Failure::Unknown("no answer within its limits".to_owned()));
    };
    if let Some(value) = said.get("value") {
        return Ok(value.clone());
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
