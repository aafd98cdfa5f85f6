//! The plain form of a case, which is the same for cases that differ only in names and order.

use stepproof_specs::scenario::case::ExecutionCase;

use super::{
    edit::Edit,
    names::{put_in_order, rename_errors, rename_fields, rename_states},
    variables::rename_variables,
};

/// The passes that make names plain. The first edit of each renames everything at once.
const RENAMING: &[fn(&ExecutionCase) -> Vec<Edit>] = &[
    put_in_order,
    rename_states,
    rename_errors,
    rename_variables,
    rename_fields,
    put_in_order,
];

/// The most rounds. More than one may be needed: new names can change the order, and a new order
/// can change the names.
const ROUNDS: usize = 3;

/// Gives a case plain names and puts it in the usual order.
pub(super) fn make_plain(case: &mut ExecutionCase) {
    for _ in 0..ROUNDS {
        let before = case.clone();
        for renaming in RENAMING {
            let mut renamed = case.clone();
            let edit = renaming(case).into_iter().next();
            if edit.and_then(|edit| edit(&mut renamed)).is_some() {
                *case = renamed;
            }
        }
        if *case == before {
            return;
        }
    }
}
