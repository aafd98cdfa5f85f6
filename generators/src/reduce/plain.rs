//! The plain form of a case: what cases that differ in names and order only have in common.

use stepproof_specs::scenario::case::ExecutionCase;

use super::{
    edit::Edit,
    names::{put_in_order, rename_errors, rename_fields, rename_states},
    variables::rename_variables,
};

/// What makes names plain. The first edit of each renames everything at once.
const RENAMING: &[fn(&ExecutionCase) -> Vec<Edit>] = &[
    put_in_order,
    rename_states,
    rename_errors,
    rename_variables,
    rename_fields,
    put_in_order,
];

/// How often renaming may bring another order, and order other names, before it is left at that.
const ROUNDS: usize = 3;

/// Gives a case plain names, in the usual order.
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
