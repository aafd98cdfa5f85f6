//! The syntax tree of an expression: what its nodes consist of.

use jsonata_core::ast::{AstNode, PathStep, Stage};

/// What has no parts and reads nothing.
macro_rules! constant {
    () => {
        AstNode::String(_)
            | AstNode::Number(_)
            | AstNode::Boolean(_)
            | AstNode::Null
            | AstNode::Undefined
            | AstNode::Placeholder
            | AstNode::Regex { .. }
    };
}

/// Defines a walk over the direct children of a node, in the order of the text: one that looks, or one that
/// changes.
macro_rules! walk {
    ($(#[$doc:meta])* $walk:ident($node:ty, $child:ty, $iter:ident, $slice:ty)) => {
        $(#[$doc])*
        pub(super) fn $walk<'n>(node: $node, seen: &mut dyn FnMut($child)) {
            fn pairs<'n>(pairs: $slice, seen: &mut dyn FnMut($child)) {
                for (key, value) in pairs {
                    seen(key);
                    seen(value);
                }
            }
            match node {
                constant!() => {}
                AstNode::Name(_)
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
                AstNode::Function { args, .. } => args.$iter().for_each(seen),
                AstNode::Call { procedure, args } => {
                    seen(procedure);
                    args.$iter().for_each(seen);
                }
                AstNode::Lambda { body, .. } => seen(body),
                AstNode::Array(items) | AstNode::ArrayGroup(items) | AstNode::Block(items) => {
                    items.$iter().for_each(seen);
                }
                AstNode::Object(members) => pairs(members, seen),
                AstNode::ObjectTransform { input, pattern } => {
                    seen(input);
                    pairs(pattern, seen);
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
    };
}

walk! {
    /// Visits the direct children of a node, in the order of the text.
    for_each_child(&'n AstNode, &'n AstNode, iter, &'n [(AstNode, AstNode)])
}

walk! {
    /// Changes the direct children of a node.
    change_children(&'n mut AstNode, &mut AstNode, iter_mut, &'n mut [(AstNode, AstNode)])
}

/// Whether something holds of a node or of any node inside it.
pub(super) fn any(node: &AstNode, holds: &dyn Fn(&AstNode) -> bool) -> bool {
    let mut found = holds(node);
    for_each_child(node, &mut |child| found = found || any(child, holds));
    found
}

/// Whether what comes of a node follows from itself: what a function reads, it reads when it is called.
pub(super) fn reads_nothing(node: &AstNode) -> bool {
    matches!(node, constant!()) || matches!(node, AstNode::Lambda { .. })
}

/// A call of a function by name.
pub(super) fn call(name: &str, args: Vec<AstNode>) -> AstNode {
    AstNode::Function {
        name: name.to_owned(),
        args,
        is_builtin: true,
    }
}
