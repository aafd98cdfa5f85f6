//! Where the crate differs from jsonata 2.0.6: what is put right, and in what its word is not taken.

use jsonata_core::{
    ast::{AstNode, BinaryOp, Stage},
    evaluator::{Evaluator, EvaluatorError},
    value::JValue,
};

use super::{
    functions,
    tree::{any, call, change_children, for_each_child},
};

/// The calls that compare; no expression can spell them.
const COMPARING: [(BinaryOp, &str, &str); 4] = [
    (BinaryOp::LessThan, "<", "compare <"),
    (BinaryOp::LessThanOrEqual, "<=", "compare <="),
    (BinaryOp::GreaterThan, ">", "compare >"),
    (BinaryOp::GreaterThanOrEqual, ">=", "compare >="),
];

/// The codes with which the crate refuses something that jsonata 2.0.6 takes for an expression.
pub(super) const READ_BY_OTHERS: [&str; 2] = ["S0204", "T1006"];

/// The code, and words, with which jsonata 2.0.6 refuses an expression that the crate takes.
pub(super) fn wrong_syntax(tree: &AstNode) -> Option<&'static str> {
    let wrong = |node: &AstNode| match node {
        // Operators of later versions.
        AstNode::Binary {
            op: BinaryOp::Coalesce | BinaryOp::Default,
            ..
        } => Some("S0201: an operator of a later version of JSONata"),
        AstNode::Binary {
            op: BinaryOp::ColonEqual,
            lhs,
            ..
        } if !matches!(**lhs, AstNode::Variable(_)) => {
            Some("S0212: the left side of := must be a variable name (start with $)")
        }
        AstNode::Regex { pattern, .. } if !is_closed(pattern) => {
            Some("S0302: no terminating / in regular expression")
        }
        // A range is an item of an array.
        AstNode::Array(_) | AstNode::ArrayGroup(_) => None,
        other => {
            let mut is_range = false;
            for_each_child(other, &mut |child| {
                is_range |= matches!(
                    child,
                    AstNode::Binary {
                        op: BinaryOp::Range,
                        ..
                    }
                );
            });
            is_range.then_some("S0202: a range stands between [ and ] only")
        }
    };
    let is_range = matches!(
        tree,
        AstNode::Binary {
            op: BinaryOp::Range,
            ..
        }
    );
    let mut found = is_range.then_some("S0201: a range stands between [ and ] only");
    walk(tree, &mut |node| found = found.or_else(|| wrong(node)));
    found
}

fn walk<'n>(node: &'n AstNode, seen: &mut dyn FnMut(&'n AstNode)) {
    seen(node);
    for_each_child(node, &mut |child| walk(child, seen));
}

/// Whether a regular expression ends at its last slash: brackets are counted, whatever they mean.
fn is_closed(pattern: &str) -> bool {
    let mut depth = 0_i64;
    let mut before = ' ';
    for c in pattern.chars() {
        let escaped = std::mem::replace(&mut before, c) == '\\';
        depth += match c {
            _ if escaped => 0,
            '(' | '[' | '{' => 1,
            ')' | ']' | '}' => -1,
            _ => 0,
        };
    }
    depth == 0
}

/// Whether an array has no items; no expression can spell it.
const IS_EMPTY: &str = "is empty";
/// What is reduced; a variable.
const REDUCED: &str = "the reduced";

/// Puts right what the crate has otherwise. Comparisons look at the type of both operands even if one of
/// them is undefined, unless the text says what it is; nothing reduced comes to nothing. Returns whether
/// there was anything of this.
pub(super) fn repair(node: &mut AstNode) -> bool {
    let mut repaired = false;
    change_children(node, &mut |child| repaired |= repair(child));
    if let AstNode::Binary { op, lhs, rhs } = node
        && let Some((_, _, name)) = comparing(*op)
        && !is_scalar(lhs)
        && !is_scalar(rhs)
    {
        let operands = [lhs, rhs].map(|it| std::mem::replace(&mut **it, AstNode::Null));
        *node = call(name, operands.into());
        repaired = true;
    }
    if let AstNode::Function { name, args, .. } = node
        && name == "reduce"
        && args.len() == 2
        && !matches!(args[0], AstNode::Placeholder)
    {
        *node = reduce(args);
        repaired = true;
    }
    repaired
}

/// `$reduce` of what is not empty.
fn reduce(args: &mut Vec<AstNode>) -> AstNode {
    let reduced = || AstNode::Variable(REDUCED.to_owned());
    let items = std::mem::replace(&mut args[0], reduced());
    AstNode::Block(vec![
        AstNode::Binary {
            op: BinaryOp::ColonEqual,
            lhs: Box::new(reduced()),
            rhs: Box::new(items),
        },
        AstNode::Conditional {
            condition: Box::new(call(IS_EMPTY, vec![reduced()])),
            then_branch: Box::new(AstNode::Undefined),
            else_branch: Some(Box::new(call("reduce", std::mem::take(args)))),
        },
    ])
}

fn comparing(op: BinaryOp) -> Option<&'static (BinaryOp, &'static str, &'static str)> {
    COMPARING.iter().find(|it| it.0 == op)
}

fn is_scalar(node: &AstNode) -> bool {
    matches!(node, AstNode::Number(_) | AstNode::String(_))
}

/// Lets an evaluation compare.
pub(super) fn serve(evaluator: &mut Evaluator) -> Result<(), EvaluatorError> {
    for (op, operator, name) in COMPARING {
        evaluator.register_fn(name, move |args: &[JValue]| match args {
            [left, right] => compare(op, operator, left, right),
            _ => Ok(JValue::Undefined),
        })?;
    }
    evaluator.register_fn(IS_EMPTY, |args: &[JValue]| {
        let items = args.first().and_then(JValue::as_array);
        Ok(JValue::Bool(items.is_some_and(Vec::is_empty)))
    })
}

fn compare(
    op: BinaryOp,
    operator: &str,
    left: &JValue,
    right: &JValue,
) -> Result<JValue, EvaluatorError> {
    let ordering = match (left, right) {
        (JValue::Number(left), JValue::Number(right)) => left.partial_cmp(right),
        (JValue::String(left), JValue::String(right)) => {
            Some(left.encode_utf16().cmp(right.encode_utf16()))
        }
        _ => {
            let kinds = [left, right].map(|it| match it {
                JValue::Undefined => Some(None),
                JValue::Number(_) | JValue::String(_) => Some(it.to_json_string().ok()),
                _ => None,
            });
            return match kinds {
                [None, _] | [_, None] => Err(EvaluatorError::TypeError(format!(
                    "T2010: operator \"{operator}\""
                ))),
                [Some(Some(left)), Some(Some(right))] => Err(EvaluatorError::TypeError(format!(
                    "T2009: The values {left} and {right} either side of operator \"{operator}\" \
                     must be of the same data type"
                ))),
                _ => Ok(JValue::Undefined),
            };
        }
    };
    let holds = ordering.is_some_and(|it| match op {
        BinaryOp::LessThan => it.is_lt(),
        BinaryOp::LessThanOrEqual => it.is_le(),
        BinaryOp::GreaterThan => it.is_gt(),
        _ => it.is_ge(),
    });
    Ok(JValue::Bool(holds))
}

/// The functions whose values are beyond doubt, with the most arguments that they are given.
const SURE: [(&str, usize); 35] = [
    ("abs", 1),
    ("append", 2),
    ("average", 1),
    ("boolean", 1),
    ("ceil", 1),
    ("count", 1),
    ("distinct", 1),
    ("error", 1),
    ("exists", 1),
    ("floor", 1),
    ("hash", 2),
    ("join", 2),
    ("length", 1),
    ("lookup", 2),
    ("lowercase", 1),
    ("map", 2),
    ("max", 1),
    ("merge", 1),
    ("millis", 0),
    ("min", 1),
    ("not", 1),
    ("number", 1),
    ("partition", 2),
    ("random", 1),
    ("reduce", 2),
    ("reverse", 1),
    ("round", 1),
    ("sort", 1),
    ("substring", 2),
    ("substringAfter", 2),
    ("substringBefore", 2),
    ("sum", 1),
    ("type", 1),
    ("uppercase", 1),
    ("uuid", 0),
];

/// Whether no implementation of the language was seen to give something else for any part of it.
pub(super) fn is_sure(tree: &AstNode, functions: Functions<'_>) -> bool {
    !any(tree, &|node| match node {
        AstNode::String(_)
        | AstNode::Name(_)
        | AstNode::Number(_)
        | AstNode::Boolean(_)
        | AstNode::Null
        | AstNode::Variable(_)
        | AstNode::Unary { .. }
        | AstNode::Array(_)
        | AstNode::Object(_)
        | AstNode::Block(_)
        | AstNode::FunctionApplication(_) => false,
        AstNode::Lambda { signature, .. } => signature.is_some(),
        // What a function is cast to, or joined to, differs.
        AstNode::Conditional { condition, .. } if is_cast_oddly((tree, functions), condition) => {
            true
        }
        AstNode::Binary { op, lhs, rhs }
            if *op != BinaryOp::ColonEqual
                && (is_function(lhs, functions) || is_function(rhs, functions)) =>
        {
            true
        }
        AstNode::Binary {
            op: BinaryOp::And | BinaryOp::Or,
            lhs,
            rhs,
        } if is_cast_oddly((tree, functions), lhs) || is_cast_oddly((tree, functions), rhs) => true,
        AstNode::Path { steps } => steps.iter().any(|step| {
            let is_sure = |stage: &Stage| match stage {
                Stage::Filter(predicate) => is_simple(predicate),
                Stage::KeepArray | Stage::Index(_) => false,
            };
            step.is_tuple || step.ancestor_label.is_some() || !step.stages.iter().all(is_sure)
        }),
        // A range from nothing to something that is no number fails in the original.
        AstNode::Binary {
            op: BinaryOp::Range,
            lhs,
            ..
        } => !matches!(**lhs, AstNode::Number(_)),
        AstNode::Binary { op, .. } => matches!(
            op,
            BinaryOp::FocusBind | BinaryOp::IndexBind | BinaryOp::ChainPipe
        ),
        AstNode::Function { name, args, .. } if !takes_functions(name, args, functions) => true,
        AstNode::Conditional { .. } => false,
        AstNode::Function { name, args, .. } => {
            let is_known = |it: &(&str, usize)| it.0 == name && args.len() <= it.1;
            !SURE.iter().any(is_known) && !defines(tree, name)
        }
        _ => true,
    })
}

/// Whether a variable with the name of a function is this function.
pub(super) type Functions<'f> = &'f dyn Fn(&str) -> bool;

/// Whether a node is a function for certain.
fn is_function(node: &AstNode, functions: Functions<'_>) -> bool {
    match node {
        AstNode::Lambda { .. } => true,
        AstNode::Variable(name) => functions::is_known(name) && functions(name),
        _ => false,
    }
}

/// Whether a node may come to what is no number, or to a function, alone or in an array: what that is cast to
/// differs.
fn is_cast_oddly((tree, functions): (&AstNode, Functions<'_>), node: &AstNode) -> bool {
    let is_odd = |node| is_cast_oddly((tree, functions), node);
    match node {
        node if is_function(node, functions) => true,
        AstNode::Variable(name) => defines(tree, name),
        AstNode::Conditional {
            then_branch,
            else_branch,
            ..
        } => is_odd(then_branch) || else_branch.as_deref().is_some_and(is_odd),
        AstNode::Binary { op, .. } => matches!(op, BinaryOp::Divide | BinaryOp::Modulo),
        AstNode::Array(items) => items.iter().any(is_odd),
        AstNode::Block(parts) => parts.last().is_some_and(is_odd),
        AstNode::Unary { operand, .. } => is_odd(operand),
        _ => false,
    }
}

/// Whether a call is given functions only where it is known what it does with them.
fn takes_functions(name: &str, args: &[AstNode], functions: Functions<'_>) -> bool {
    let mut given = args
        .iter()
        .enumerate()
        .filter(|(_, it)| is_function(it, functions));
    given.all(|(place, function)| match (name, function) {
        ("map", _) => place == 1,
        ("reduce", AstNode::Lambda { params, .. }) => place == 1 && params.len() >= 2,
        _ => false,
    }) && (name != "reduce" || matches!(args, [_, AstNode::Lambda { .. }]))
}

/// Whether a predicate cannot fail: it need not be known whether it is asked of nothing.
fn is_simple(predicate: &AstNode) -> bool {
    !any(predicate, &|node| match node {
        AstNode::Function { .. } | AstNode::Call { .. } | AstNode::Unary { .. } => true,
        AstNode::Binary { op, lhs, rhs } => match op {
            BinaryOp::Equal | BinaryOp::NotEqual | BinaryOp::And | BinaryOp::Or => false,
            // Of nothing, it compares nothing with a literal.
            op => {
                let reads = |one, other| is_scalar(one) && is_relative(other);
                comparing(*op).is_none() || !reads(lhs, rhs) && !reads(rhs, lhs)
            }
        },
        _ => false,
    })
}

/// Whether a node reads nothing but the value that a predicate is asked of.
fn is_relative(node: &AstNode) -> bool {
    match node {
        AstNode::Name(_) => true,
        AstNode::Variable(name) => name.is_empty(),
        AstNode::Path { steps } => steps.first().is_some_and(|it| is_relative(&it.node)),
        _ => false,
    }
}

/// Whether an expression defines a function with this name.
fn defines(tree: &AstNode, name: &str) -> bool {
    any(tree, &|node| match node {
        AstNode::Binary {
            op: BinaryOp::ColonEqual,
            lhs,
            rhs,
        } => {
            matches!(&**lhs, AstNode::Variable(it) if it == name)
                && matches!(**rhs, AstNode::Lambda { .. })
        }
        _ => false,
    })
}

/// Whether the message of an error is not certain: the members of arrays and objects are evaluated at the
/// same time, and errors on the right of `and` and `or` name these.
pub(super) fn races(tree: &AstNode) -> bool {
    any(tree, &|node| {
        let mut fallible = 0;
        match node {
            AstNode::Array(_) | AstNode::Object(_) => {
                for_each_child(node, &mut |child| fallible += usize::from(may_fail(child)));
                fallible > 1
            }
            AstNode::Binary {
                op: BinaryOp::And | BinaryOp::Or,
                rhs,
                ..
            } => may_fail(rhs),
            _ => false,
        }
    })
}

fn may_fail(node: &AstNode) -> bool {
    any(node, &|node| match node {
        AstNode::Function { .. } | AstNode::Call { .. } | AstNode::Unary { .. } => true,
        AstNode::Binary { op, .. } => !matches!(
            op,
            BinaryOp::Equal
                | BinaryOp::NotEqual
                | BinaryOp::And
                | BinaryOp::Or
                | BinaryOp::ColonEqual
        ),
        _ => false,
    })
}

/// Whether nothing in an expression makes a sequence but ranges do, which have a limit that is known.
pub(super) fn has_only_ranges(tree: &AstNode) -> bool {
    !any(tree, &|node| match node {
        AstNode::Number(_) | AstNode::Array(_) | AstNode::Variable(_) | AstNode::Unary { .. } => {
            false
        }
        AstNode::Binary { op, .. } => matches!(op, BinaryOp::ColonEqual | BinaryOp::Concatenate),
        // With this one alone it was measured.
        AstNode::Function { name, .. } => name != "count",
        _ => true,
    })
}

/// The function of the only call in an expression, if there is only one and nothing else applies a
/// function.
pub(super) fn only_call(tree: &AstNode) -> Option<Box<str>> {
    fn count<'n>(node: &'n AstNode, calls: &mut Vec<Option<&'n str>>) {
        match node {
            AstNode::Function { name, .. } => calls.push(Some(name)),
            AstNode::Variable(name) if functions::is_known(name) => calls.push(None),
            AstNode::Call { .. }
            | AstNode::Lambda { .. }
            | AstNode::Binary {
                op: BinaryOp::ChainPipe,
                ..
            } => calls.push(None),
            _ => {}
        }
        for_each_child(node, &mut |child| count(child, calls));
    }
    let mut calls = Vec::new();
    count(tree, &mut calls);
    match calls[..] {
        [Some(name)] => Some(name.into()),
        _ => None,
    }
}
