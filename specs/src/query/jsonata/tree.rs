//! The syntax tree of an expression: what its nodes consist of.

use jsonata_core::ast::{AstNode, PathStep, Stage};

/// Visits the direct children of a node, in the order of the text.
pub(super) fn for_each_child<'n>(node: &'n AstNode, seen: &mut dyn FnMut(&'n AstNode)) {
    match node {
        AstNode::String(_)
        | AstNode::Name(_)
        | AstNode::Number(_)
        | AstNode::Boolean(_)
        | AstNode::Null
        | AstNode::Undefined
        | AstNode::Placeholder
        | AstNode::Regex { .. }
        | AstNode::Variable(_)
        | AstNode::ParentVariable(_)
        | AstNode::Wildcard
        | AstNode::Descendant
        | AstNode::Parent(_) => {}
        AstNode::Path { steps } => {
            for PathStep { node, stages, .. } in steps {
                seen(node);
                for stage in stages {
                    if let Stage::Filter(predicate) = stage {
                        seen(predicate);
                    }
                }
            }
        }
        AstNode::Binary { lhs, rhs, .. } => {
            seen(lhs);
            seen(rhs);
        }
        AstNode::Unary { operand, .. } => seen(operand),
        AstNode::Function { args, .. } => args.iter().for_each(seen),
        AstNode::Call { procedure, args } => {
            seen(procedure);
            args.iter().for_each(seen);
        }
        AstNode::Lambda { body, .. } => seen(body),
        AstNode::Array(items) | AstNode::ArrayGroup(items) | AstNode::Block(items) => {
            items.iter().for_each(seen);
        }
        AstNode::Object(pairs) => for_each_of_pairs(pairs, seen),
        AstNode::ObjectTransform { input, pattern } => {
            seen(input);
            for_each_of_pairs(pattern, seen);
        }
        AstNode::Conditional {
            condition,
            then_branch,
            else_branch,
        } => {
            seen(condition);
            seen(then_branch);
            if let Some(branch) = else_branch {
                seen(branch);
            }
        }
        AstNode::FunctionApplication(inner) => seen(inner),
        AstNode::Sort { input, terms } => {
            seen(input);
            for (term, _) in terms {
                seen(term);
            }
        }
        AstNode::Transform {
            location,
            update,
            delete,
        } => {
            seen(location);
            seen(update);
            if let Some(delete) = delete {
                seen(delete);
            }
        }
    }
}

fn for_each_of_pairs<'n>(pairs: &'n [(AstNode, AstNode)], seen: &mut dyn FnMut(&'n AstNode)) {
    for (key, value) in pairs {
        seen(key);
        seen(value);
    }
}

/// Changes the direct children of a node.
pub(super) fn change_children(node: &mut AstNode, change: &mut dyn FnMut(&mut AstNode)) {
    match node {
        AstNode::String(_)
        | AstNode::Name(_)
        | AstNode::Number(_)
        | AstNode::Boolean(_)
        | AstNode::Null
        | AstNode::Undefined
        | AstNode::Placeholder
        | AstNode::Regex { .. }
        | AstNode::Variable(_)
        | AstNode::ParentVariable(_)
        | AstNode::Wildcard
        | AstNode::Descendant
        | AstNode::Parent(_) => {}
        AstNode::Path { steps } => {
            for PathStep { node, stages, .. } in steps {
                change(node);
                for stage in stages {
                    if let Stage::Filter(predicate) = stage {
                        change(predicate);
                    }
                }
            }
        }
        AstNode::Binary { lhs, rhs, .. } => {
            change(lhs);
            change(rhs);
        }
        AstNode::Unary { operand, .. } => change(operand),
        AstNode::Function { args, .. } => args.iter_mut().for_each(change),
        AstNode::Call { procedure, args } => {
            change(procedure);
            args.iter_mut().for_each(change);
        }
        AstNode::Lambda { body, .. } => change(body),
        AstNode::Array(items) | AstNode::ArrayGroup(items) | AstNode::Block(items) => {
            items.iter_mut().for_each(change);
        }
        AstNode::Object(pairs) => change_pairs(pairs, change),
        AstNode::ObjectTransform { input, pattern } => {
            change(input);
            change_pairs(pattern, change);
        }
        AstNode::Conditional {
            condition,
            then_branch,
            else_branch,
        } => {
            change(condition);
            change(then_branch);
            if let Some(branch) = else_branch {
                change(branch);
            }
        }
        AstNode::FunctionApplication(inner) => change(inner),
        AstNode::Sort { input, terms } => {
            change(input);
            for (term, _) in terms {
                change(term);
            }
        }
        AstNode::Transform {
            location,
            update,
            delete,
        } => {
            change(location);
            change(update);
            if let Some(delete) = delete {
                change(delete);
            }
        }
    }
}

fn change_pairs(pairs: &mut [(AstNode, AstNode)], change: &mut dyn FnMut(&mut AstNode)) {
    for (key, value) in pairs {
        change(key);
        change(value);
    }
}

/// Whether something holds of a node or of any node inside it.
pub(super) fn any(node: &AstNode, holds: &dyn Fn(&AstNode) -> bool) -> bool {
    let mut found = holds(node);
    for_each_child(node, &mut |child| found = found || any(child, holds));
    found
}

/// A call of a function by name.
pub(super) fn call(name: &str, args: Vec<AstNode>) -> AstNode {
    AstNode::Function {
        name: name.to_owned(),
        args,
        is_builtin: true,
    }
}
