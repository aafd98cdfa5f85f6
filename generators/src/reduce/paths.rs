//! Simpler paths.

use std::sync::Arc;

use stepproof_specs::query::jsonpath::path::{
    Filter, Path, Root, Step,
    filter::{Criterion, Operand},
};

/// Simpler paths: the root; the same steps from the data instead of the context object or a
/// variable; without one of the steps; with a simpler step.
pub(super) fn simpler_paths(text: &str) -> Vec<String> {
    let Ok(path) = Path::parse(text) else {
        return Vec::new();
    };
    let steps = path.steps();
    let mut found = vec!["$".to_owned()];
    if let (Root::Context, [_, _, rest @ ..]) = (path.root(), steps) {
        found.push(Path::new(Root::Data, rest.to_vec()).text().to_owned());
    }
    if let Root::Variable(_) = path.root() {
        found.push(Path::new(Root::Data, steps.to_vec()).text().to_owned());
    }
    for at in (0..steps.len()).rev() {
        let instead = simpler_steps(&steps[at]).into_iter().map(|step| vec![step]);
        for few in std::iter::once(Vec::new()).chain(instead) {
            let steps = [&steps[..at], &few, &steps[at + 1..]].concat();
            let simpler = Path::new(path.root().clone(), steps);
            // A scan cannot be the last step.
            if Path::parse(simpler.text()).is_ok() {
                found.push(simpler.text().to_owned());
            }
        }
    }
    found.retain(|simpler| simpler != text);
    let mut seen = Vec::new();
    found.retain(|simpler| {
        let new = !seen.contains(simpler);
        seen.push(simpler.clone());
        new
    });
    found
}

fn simpler_steps(step: &Step) -> Vec<Step> {
    match step {
        Step::Names(names) => match &**names {
            [left, right] => vec![Step::Name(left.clone()), Step::Name(right.clone())],
            names => without_one(names)
                .map(|few| Step::Names(few.into()))
                .collect(),
        },
        Step::Indexes(indexes) => match &**indexes {
            [left, right] => vec![Step::Index(*left), Step::Index(*right)],
            indexes => without_one(indexes)
                .map(|few| Step::Indexes(few.into()))
                .collect(),
        },
        Step::Slice(Some(from), Some(to)) => {
            vec![Step::Slice(Some(*from), None), Step::Slice(None, Some(*to))]
        }
        Step::Slice(..) => vec![Step::Wildcard],
        Step::Index(_) => vec![Step::Name("a".into())],
        Step::Filter(filter) => {
            let mut found = vec![Step::Wildcard];
            let simpler = simpler_filters(filter).into_iter().map(Arc::new);
            found.extend(simpler.map(Step::Filter));
            found
        }
        _ => Vec::new(),
    }
}

/// Simpler filters: with one alternative, with one criterion, with a simpler criterion.
fn simpler_filters(filter: &Filter) -> Vec<Filter> {
    let all: Vec<&Criterion> = filter.any.iter().flatten().collect();
    if let [criterion] = *all {
        return simpler_criteria(criterion).into_iter().map(alone).collect();
    }
    let alternatives = filter.any.iter().filter(|_| filter.any.len() > 1);
    alternatives
        .map(|every| Filter {
            any: vec![every.clone()],
        })
        .chain(all.into_iter().cloned().map(alone))
        .collect()
}

fn alone(criterion: Criterion) -> Filter {
    Filter {
        any: vec![vec![criterion]],
    }
}

fn simpler_criteria(criterion: &Criterion) -> Vec<Criterion> {
    match criterion {
        Criterion::Exists(operand) => simpler_operands(operand)
            .into_iter()
            .map(Criterion::Exists)
            .collect(),
        Criterion::Missing(operand) => simpler_operands(operand)
            .into_iter()
            .map(Criterion::Missing)
            .collect(),
        Criterion::Compare(left, relation, right) => {
            let mut found = Vec::new();
            if matches!(left, Operand::Item(_)) {
                found.push(Criterion::Exists(left.clone()));
            }
            let lefts = simpler_operands(left).into_iter();
            found.extend(lefts.map(|left| Criterion::Compare(left, *relation, right.clone())));
            let rights = simpler_operands(right).into_iter();
            found.extend(rights.map(|right| Criterion::Compare(left.clone(), *relation, right)));
            found
        }
    }
}

fn simpler_operands(operand: &Operand) -> Vec<Operand> {
    let fewer = |path: &Path| {
        let (_, rest) = path.steps().split_last()?;
        Some(Path::new(Root::Data, rest.to_vec()))
    };
    match operand {
        Operand::Item(path) => fewer(path).map(Operand::Item).into_iter().collect(),
        Operand::Root(path) => fewer(path).map(Operand::Root).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// The list without one element, for each of its elements.
fn without_one<T: Clone>(all: &[T]) -> impl Iterator<Item = Vec<T>> {
    (0..all.len()).map(|at| [&all[..at], &all[at + 1..]].concat())
}

#[cfg(test)]
mod tests {
    use super::simpler_paths;

    #[test]
    fn steps_go_and_filters_shrink() {
        assert_eq!(
            simpler_paths("$.a[?(@.b == 1 && @.c)]"),
            [
                "$",
                "$.a",
                "$.a[*]",
                "$.a[?(@.b == 1)]",
                "$.a[?(@.c)]",
                "$[?(@.b == 1 && @.c)]"
            ]
        );
        assert_eq!(simpler_paths("$..a"), ["$", "$.a"]);
        assert_eq!(
            simpler_paths("$[1:2]['a','b']"),
            [
                "$",
                "$[1:2]",
                "$[1:2].a",
                "$[1:2].b",
                "$['a', 'b']",
                "$[1:]['a', 'b']",
                "$[:2]['a', 'b']"
            ]
        );
    }
}
