//! Deviations in words: what follows "as if".

use std::fmt;

use serde_json::Value;

use super::{Change, Deviation, Deviations, Form, Hook, When};
use crate::{clause::Clause, query::jsonata::Part};

impl fmt::Display for Deviations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, deviation) in self.iter().enumerate() {
            if number > 0 {
                f.write_str("; ")?;
            }
            deviation.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for Deviation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match rule(self.hook, &self.change) {
            Some(sentence) => f.write_str(&sentence)?,
            None => write!(f, "{} {}", subject(self.hook), predicate(&self.change))?,
        }
        match self.states.as_slice() {
            [] => {}
            [only] => write!(f, " in {} states", only.name())?,
            [first, others @ ..] => {
                write!(f, " in {}", first.name())?;
                for (number, kind) in others.iter().enumerate() {
                    let last = number + 1 == others.len();
                    write!(f, "{} {}", if last { " and" } else { "," }, kind.name())?;
                }
                f.write_str(" states")?;
            }
        }
        match self.when {
            None => {}
            Some(When::Twin) if matches!(self.hook, Hook::Field(_)) => {
                f.write_str(" if it is given by a path")?;
            }
            Some(when) => write!(f, " {}", condition(when))?,
        }
        match &self.paths {
            None => Ok(()),
            Some(paths) => write!(f, " {paths}"),
        }
    }
}

/// The condition that follows the sentence.
fn condition(when: When) -> String {
    let fixed = match when {
        When::Null => "if it is null",
        When::Absent => "if it is absent",
        When::Has(field) => return format!("beside {}", field.name()),
        When::Again => "if it is entered again",
        When::Falsy => "for null, false, 0 and the empty string",
        When::Empty => "for what is empty",
        When::Boolean => "for booleans",
        When::Text => "for strings",
        When::Composite => "for arrays and objects",
        When::Nested => "for arrays and objects of arrays and objects",
        When::Fraction => "for what has a fraction",
        When::Offset => "for what has a numeric offset",
        When::NotAscii => "for text outside of ASCII",
        When::Escaped => "for text with a backslash",
        When::Root => "if it is $",
        When::Brackets => "if it has brackets",
        When::Undotted => "if no dot follows its $",
        When::In(place) => return format!("in {}", place.name()),
        When::Twin => "if the operand is given by a path",
        When::Negated => "if the operand is false",
        When::OtherType => "for values of other types",
        When::TwinOfOtherType => "for values of other types if the operand is given by a path",
        When::OperandOfOtherType => "if only the operand has another type",
        When::Compound => "if its condition consists of several",
        When::Single => "of a rule that is a single test",
        When::LikeDefault => "if the rule leads where Default leads",
        When::Ending => "where the error ends the execution",
        When::Invalid => "where it does not take its arguments",
        When::JsonPath => "of states in JSONPath",
        When::OfObject => "for an object",
    };
    fixed.to_owned()
}

/// The sentence about a rule that is followed otherwise; `None` where subject and predicate make one.
fn rule(hook: Hook, change: &Change) -> Option<String> {
    let fixed = match (hook, change) {
        (Hook::Work, Change::Ignore) => "a state never begins its work",
        (Hook::CatchNext, Change::Ignore) => "a caught error leads nowhere",
        (Hook::ChildFailure, Change::Ignore) => "the others go on when a branch or an item fails",
        (Hook::ChildFailure, Change::Add(_)) => {
            "what waits for its turn is started although a branch or an item has failed"
        }
        (Hook::RetryCount, Change::Outer) => "all retriers of a state share one count of retries",
        (Hook::RetryFirst, Change::Ignore) => {
            "the next matching retrier is used when the first is exhausted"
        }
        (Hook::TerminalError, Change::Ignore) => "handlers see States.Runtime",
        (Hook::TaskFailed, Change::Ignore) => {
            "States.TaskFailed in ErrorEquals matches no error of the language"
        }
        (Hook::TimeoutRestart, Change::Ignore) => {
            "TimeoutSeconds counts from when the task is scheduled"
        }
        (Hook::Heartbeat, Change::Ignore) => "heartbeats do not extend the time limit",
        (Hook::VariableScope, Change::Outer) => "variables are stored in the enclosing scope",
        (Hook::PathSeveral, Change::Unwrap) => {
            "a path that can match several values gives the value itself where it matches one"
        }
        (Hook::VariableMissing, Change::Set(Value::Bool(true))) => {
            "a test of a Variable that finds nothing holds"
        }
        (Hook::VariableMissing, Change::Set(_)) => {
            "a test of a Variable that finds nothing does not hold"
        }
        (Hook::Timestamp, Change::Ignore) => "a timestamp is not understood",
        (Hook::NullResult, Change::Ignore) => "a Result of null is the result",
        (Hook::StringOrder, Change::Ignore) => "strings are ordered by characters",
        (Hook::Literal, Change::Literal) => "escapes in string literals of calls are kept",
        (Hook::IndexOutside, Change::Ignore) => "a path outside of an array finds nothing",
        (Hook::Call, Change::Ignore) => "a call of an intrinsic function finds nothing",
        (Hook::Rounding, Change::Ignore) => "States.MathAdd adds fractions as they are",
        (Hook::SplitDelimiters, Change::Ignore) => {
            "the delimiters of States.StringSplit are one together"
        }
        (Hook::EmptyPieces, Change::Ignore) => "States.StringSplit keeps empty pieces",
        (Hook::LimitsFirst, Change::Ignore) => {
            "a task may have started when its time limit cannot be read"
        }
        (Hook::TextBytes, Change::Ignore) => "Base64 takes the bytes of a text for Latin-1",
        (Hook::DataLimit, Change::Ignore) => "the limit on data is not kept",
        (Hook::Undefined, Change::Ignore) => {
            "a member or an item of the definition is left out whose expression comes to nothing"
        }
        (Hook::Condition, Change::Set(Value::Bool(true))) => {
            "a rule applies whose Condition is no boolean"
        }
        (Hook::Condition, Change::Set(_)) => "a rule does not apply whose Condition is no boolean",
        (Hook::Condition, Change::Coerce) => "a Condition is cast to a boolean",
        (Hook::NestedExpression, Change::Literal) => {
            "expressions inside the JSON of a field are strings"
        }
        (Hook::Delimiters, Change::Ignore) => {
            "a string with spaces around its delimiters is an expression"
        }
        (Hook::FailedOutput, Change::Ignore) => "an execution that fails has its error as output",
        (Hook::OutputVariables, Change::Ignore) => "Output reads what Assign has set",
        (Hook::OuterVariables, Change::Ignore) => "variables of an enclosing scope are not read",
        (Hook::RuleAssigns, Change::Ignore) => {
            "the Assign of a Choice is evaluated although a rule applies"
        }
        (Hook::Answer(rule), Change::Ignore) => rule.broken(),
        _ => "",
    };
    if fixed.is_empty() {
        return named(hook, change);
    }
    Some(fixed.to_owned())
}

/// The same where it names what is set, or a part of the language.
#[expect(clippy::too_many_lines, reason = "a table")]
fn named(hook: Hook, change: &Change) -> Option<String> {
    match (hook, change) {
        (Hook::ChildFailure, Change::Set(value)) => {
            Some(format!("a branch or an item that fails gives {value}"))
        }
        (Hook::FailedOutput, Change::Set(value)) => {
            Some(format!("an execution that fails has the output {value}"))
        }
        (Hook::Undefined, Change::Set(value)) => {
            Some(format!("an expression that comes to nothing gives {value}"))
        }
        (Hook::States(field), Change::Ignore) => Some(format!("{} is missing", field.name())),
        (Hook::States(field), Change::Rebase(other)) => {
            Some(format!("{} is {other}", field.name()))
        }
        (Hook::Jsonata(it), change) => Some(part(it, change)),
        (Hook::PathMissing, Change::Set(value)) => {
            Some(format!("a path that finds nothing gives {value}"))
        }
        (Hook::Tested(operator), Change::Ignore) => {
            Some(format!("{} takes its value for missing", operator.name()))
        }
        (Hook::Jitter, Change::Set(share)) => {
            Some(format!("a retry with jitter waits {share} times its delay"))
        }
        (Hook::Failure(rule), change) => Some(failure(rule, change)),
        (Hook::ChildError, Change::Handled) => {
            Some("handlers around a branch or an item see its error".to_owned())
        }
        (Hook::ChildError, Change::Fail(name)) => Some(format!(
            "a branch or an item that fails lets the state fail with {name}"
        )),
        (Hook::ItemError, Change::Handled) => {
            Some("handlers see the error of an ItemSelector".to_owned())
        }
        (Hook::ItemError, Change::Fail(name)) => {
            Some(format!("the error of an ItemSelector is {name}"))
        }
        (Hook::Put, Change::Fail(name)) => Some(format!("a ResultPath fails with {name}")),
        (Hook::Function(function), Change::Fail(name)) => {
            Some(format!("{} fails with {name}", function.name()))
        }
        (Hook::Function(function), Change::FailWith { error, cause }) => Some(format!(
            "{} fails with {error}, because '{cause}'",
            function.name()
        )),
        (Hook::Arguments(function), Change::Ignore) => {
            Some(format!("arguments of {} are dropped", function.name()))
        }
        (Hook::Path(form), Change::Ignore) => Some(format!("{} finds nothing", form.name())),
        (Hook::Path(form), Change::Set(value)) => Some(format!("{} gives {value}", form.name())),
        (Hook::Path(form), Change::Unwrap) => Some(format!(
            "{} gives the value itself where it matches one",
            form.name()
        )),
        (Hook::Path(Form::SliceToZero), Change::Outer) => {
            Some("a slice that ends at 0 goes to the end".to_owned())
        }
        (Hook::Path(form), Change::Outer) => Some(format!(
            "{} gives what its last step is applied to",
            form.name()
        )),
        (Hook::PathSeveral, Change::Ignore) => {
            Some("a path that can match several values finds nothing".to_owned())
        }
        (Hook::Holds(tests), Change::Set(holds)) => {
            let holds = if *holds == Value::Bool(true) {
                "holds"
            } else {
                "does not hold"
            };
            Some(format!("{} {holds}", tests.name()))
        }
        (Hook::Holds(tests), Change::Fail(name)) => {
            Some(format!("{} fails with {name}", tests.name()))
        }
        (Hook::Holds(tests), Change::Coerce) => {
            Some(format!("{} converts values of other types", tests.name()))
        }
        (Hook::Holds(tests), Change::AnyType) => {
            Some(format!("{} compares values of any type", tests.name()))
        }
        (Hook::Wildcards, Change::Set(Value::String(characters))) => {
            let named: Vec<String> = characters
                .chars()
                .map(|c| match c {
                    '?' => "? for any character".to_owned(),
                    '[' => "[ ] for one of several characters".to_owned(),
                    c => format!("{c} for itself"),
                })
                .collect();
            Some(format!("StringMatches takes {}", named.join(", ")))
        }
        (Hook::Event(kind), Change::Ignore) => Some(format!("the history has no {}", kind.name())),
        (Hook::Check(rule), Change::Ignore) => {
            Some(format!("definitions are accepted that break {rule}"))
        }
        (_, Change::Rename { from, to }) => Some(match to.as_slice() {
            [] => format!("{from} in ErrorEquals matches nothing"),
            all => format!(
                "{from} in ErrorEquals matches what {} match",
                all.join(" and ")
            ),
        }),
        _ => None,
    }
}

/// The sentence about a part of JSONata.
fn part(part: Part, change: &Change) -> String {
    let name = match part {
        Part::Operator(text) => format!("the operator {text}"),
        part => part.name(),
    };
    match (part, change) {
        (Part::Path, Change::Set(value)) => {
            format!("in JSONata, a path that leads nowhere gives {value}")
        }
        (Part::Path, Change::Unwrap) => {
            "in JSONata, a path that leads to an array of one value gives the value".to_owned()
        }
        (Part::Path, _) => format!("in JSONata, what a path leads to {}", predicate(change)),
        (Part::Index, Change::Ignore) => {
            "in JSONata, an index that counts from the end finds nothing".to_owned()
        }
        (Part::Member | Part::Item, Change::Set(value)) => {
            format!("in JSONata, {name} that comes to nothing is {value}")
        }
        (Part::Regex, Change::Ignore) => "the flags of regular expressions are ignored".to_owned(),
        (Part::Regex, _) => "a regular expression is taken for a text".to_owned(),
        (Part::Operator(_), Change::Coerce) => format!("{name} compares values as texts"),
        (Part::Operator(_), _) => format!("what {name} comes to {}", predicate(change)),
        (Part::Function(_), Change::Ignore) => format!("{name} returns its first argument"),
        (Part::Function(_), Change::Fail(_)) => format!("there is no function {name}"),
        (Part::Function(_), _) => format!("what {name} returns {}", predicate(change)),
        _ => format!("{name} {}", predicate(change)),
    }
}

/// The sentence about a rule by which a state fails.
fn failure(rule: Clause, change: &Change) -> String {
    match change {
        Change::Ignore => format!("a state goes on that should fail by {rule}"),
        Change::Handled => format!("handlers see the error of {rule}"),
        Change::Unhandled => format!("handlers do not see the error of {rule}"),
        Change::Fail(name) => format!("the error of {rule} is {name}"),
        Change::FailWith { error, cause } => {
            format!("the error of {rule} is {error}, because '{cause}'")
        }
        change => format!("the error of {rule} {}", predicate(change)),
    }
}

fn subject(hook: Hook) -> String {
    match hook {
        Hook::Field(field) => field.name().to_owned(),
        Hook::Arguments(function) => format!("the list of {}'s arguments", function.name()),
        Hook::Function(function) => format!("the result of {}", function.name()),
        Hook::Tested(operator) => format!("the value that {} tests", operator.name()),
        Hook::Work => "the work of a state".to_owned(),
        Hook::CatchNext => "the way out of a catcher".to_owned(),
        Hook::Results => "the list of results".to_owned(),
        Hook::Concurrency => "the number of branches or items that run at once".to_owned(),
        Hook::ChildFailure => "the failure of a branch or an item".to_owned(),
        Hook::RetryCount => "the count of retries".to_owned(),
        Hook::RetryFirst => "the first matching retrier".to_owned(),
        Hook::RetryDelay => "the delay before a retry".to_owned(),
        Hook::Jitter => "the jitter of a retry".to_owned(),
        Hook::TerminalError => "that States.Runtime cannot be handled".to_owned(),
        Hook::TaskFailed => "what States.TaskFailed matches".to_owned(),
        Hook::ItemError => "the error of an ItemSelector".to_owned(),
        Hook::Put => "the error of a ResultPath".to_owned(),
        Hook::TimeoutRestart => "the start of TimeoutSeconds".to_owned(),
        Hook::Heartbeat => "a heartbeat".to_owned(),
        Hook::VariableScope => "the scope of variables".to_owned(),
        Hook::PathMissing => "the result of a path that finds nothing".to_owned(),
        Hook::IndexOutside => "an element outside of an array".to_owned(),
        Hook::PathSeveral => "the result of a path that can match several values".to_owned(),
        Hook::VariableMissing => "a test of a Variable that finds nothing".to_owned(),
        Hook::FailedOutput => "that an execution that fails has no output".to_owned(),
        Hook::HistoryLimit => "the most events in a history".to_owned(),
        Hook::Failure(rule) => format!("the error of {rule}"),
        Hook::ChildError => "the error of a branch or an item".to_owned(),
        Hook::Path(form) => format!("the result of {}", form.name()),
        Hook::Holds(tests) => tests.name().to_owned(),
        Hook::Timestamp => "a timestamp".to_owned(),
        Hook::NullResult => "a Result of null".to_owned(),
        Hook::StringOrder => "the order of strings".to_owned(),
        Hook::Wildcards => "the list of wildcards".to_owned(),
        Hook::Literal => "a string literal of a call".to_owned(),
        Hook::Call => "a call of an intrinsic function".to_owned(),
        Hook::Rounding => "the rounding of States.MathAdd".to_owned(),
        Hook::SplitDelimiters => "the delimiters of States.StringSplit".to_owned(),
        Hook::EmptyPieces => "that States.StringSplit leaves out empty pieces".to_owned(),
        Hook::LimitsFirst => "that time limits are read before a task starts".to_owned(),
        Hook::TaskInput => "what a worker gets".to_owned(),
        Hook::RetryInput => {
            "what a state reads that is tried again after it failed by itself".to_owned()
        }
        Hook::TextBytes => "the bytes of a text for Base64".to_owned(),
        Hook::Context(field) => format!("$$.{}", field.name()),
        Hook::DataLimit => "the limit on data".to_owned(),
        Hook::Event(kind) => format!("the event {}", kind.name()),
        Hook::RuleInput => "$ in the Assign of a rule".to_owned(),
        Hook::RuleAssigns => "the Assign of a Choice beside a rule".to_owned(),
        Hook::Undefined => "an expression that comes to nothing".to_owned(),
        Hook::States(field) => field.name(),
        Hook::Condition => "a Condition".to_owned(),
        Hook::NestedExpression => "an expression inside the JSON of a field".to_owned(),
        Hook::Delimiters => "a string with spaces around its delimiters".to_owned(),
        Hook::OutputVariables => "the variables that Output reads".to_owned(),
        Hook::OuterVariables => "a variable of an enclosing scope".to_owned(),
        Hook::Jsonata(part) => part.name(),
        Hook::Check(rule) => format!("the check of {rule}"),
        Hook::Answer(rule) => format!("that {}", rule.kept()),
    }
}

fn predicate(change: &Change) -> String {
    match change {
        Change::Other => "is something else".to_owned(),
        Change::Ignore => "is ignored".to_owned(),
        Change::Outer => "is that of what encloses it".to_owned(),
        Change::Set(value) => format!("is taken for {value}"),
        Change::Add(more) if *more < 0 => format!("is less by {}", more.unsigned_abs()),
        Change::Add(more) => format!("is more by {more}"),
        Change::Scale(factor) => format!("is multiplied by {factor}"),
        Change::Floor => "is rounded down".to_owned(),
        Change::Reverse => "is reversed".to_owned(),
        Change::First => "is cut to its first element".to_owned(),
        Change::Last => "is cut to its last element".to_owned(),
        Change::DropFirst => "lacks its first element".to_owned(),
        Change::DropLast => "lacks its last element".to_owned(),
        Change::Unwrap => "is not an array if it is one value".to_owned(),
        Change::InTurn => "sees the new values of the fields before".to_owned(),
        Change::Rename { from, to } => format!("has {} for {from}", to.join(" and ")),
        Change::Replace { from, to } => format!("has '{to}' for '{from}'"),
        Change::Fail(name) => format!("fails with {name}"),
        Change::FailWith { error, cause } => format!("fails with {error}, because '{cause}'"),
        Change::Handled => "can be handled".to_owned(),
        Change::Unhandled => "cannot be handled".to_owned(),
        Change::Wrap => "is an array of it".to_owned(),
        Change::Values => "is an array of its values".to_owned(),
        Change::Coerce => "has numbers for booleans".to_owned(),
        Change::AnyType => "compares values of any type".to_owned(),
        Change::Literal => "is taken for names between dots".to_owned(),
        Change::Rebase(path) => format!("starts from {path} instead of $"),
    }
}
