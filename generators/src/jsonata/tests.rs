//! Laws of drawn expressions.

use serde_json::Value;
use stepproof_specs::query::jsonata::{Evaluation, Expression, Field, World};

use super::{Drawing, Options, Source, Tree};
use crate::{
    dice::Dice,
    feature::{Feature, FeatureSet},
    input,
    shape::Shape,
};

/// An input in `$states.input`, and a variable.
struct Data {
    input: Value,
    x: Value,
}

impl World for Data {
    fn variable(&self, name: &str) -> Option<&Value> {
        (name == "x").then_some(&self.x)
    }
    fn states(&self, field: Field) -> Option<&Value> {
        (field == Field::Input).then_some(&self.input)
    }
    fn context(&self, _: &dyn Fn(usize, &str) -> bool) -> Value {
        Value::Null
    }
    fn millis(&self) -> f64 {
        0.0
    }
    fn draw(&self) -> u64 {
        0
    }
}

/// Whether a value is of a shape.
fn fits(shape: &Shape, value: &Value) -> bool {
    match shape {
        Shape::Any => true,
        Shape::Null => value.is_null(),
        Shape::Bool => value.is_boolean(),
        Shape::Number | Shape::Index => value.is_number(),
        Shape::Count => value.as_u64().is_some_and(|it| (1..=3).contains(&it)),
        Shape::Text | Shape::Timestamp => value.is_string(),
        Shape::List(each, least) => value.as_array().is_some_and(|items| {
            items.len() >= usize::from(*least) && items.iter().all(|item| fits(each, item))
        }),
        Shape::Tuple(all) => value.as_array().is_some_and(|items| {
            items.len() == all.len() && items.iter().zip(&**all).all(|(item, it)| fits(it, item))
        }),
        Shape::Object(fields) => value.as_object().is_some_and(|members| {
            fields.iter().all(|(key, shape)| {
                members
                    .get(key.text())
                    .is_some_and(|member| fits(shape, member))
            })
        }),
    }
}

struct Drawn {
    tree: Tree,
    shape: Shape,
    evaluation: Evaluation,
    input: Value,
}

fn drawn(dice: &mut Dice, library: bool, draw: Draw) -> Drawn {
    let features = FeatureSet::ALL.without(FeatureSet::of(&[Feature::Damage]));
    let (shape, other) = (input::shape(features, dice), input::shape(features, dice));
    let data = Data {
        input: shape.value(dice),
        x: other.value(dice),
    };
    let sources = vec![
        Source {
            tree: Tree::states("input"),
            shape,
        },
        Source {
            tree: Tree::variable("x"),
            shape: other,
        },
    ];
    let options = Options {
        library,
        chance: false,
        odd_names: true,
    };
    let (tree, shape) = draw(&mut Drawing::new(dice, sources, options));
    let text = format!("{{% {tree} %}}");
    let expression = Expression::parse(&text)
        .unwrap_or_else(|error| panic!("{text}: {error}"))
        .expect("an expression");
    Drawn {
        tree,
        shape,
        evaluation: expression.evaluate(&data),
        input: data.input,
    }
}

type Draw = fn(&mut Drawing<'_>) -> (Tree, Shape);

const KINDS: [Draw; 6] = [
    |it| it.any(),
    |it| (it.boolean(), Shape::Bool),
    |it| (it.text(), Shape::Text),
    |it| (it.timestamp(), Shape::Timestamp),
    |it| it.list(),
    |it| it.record(),
];

#[test]
fn drawn_expressions_are_of_their_shape() {
    let mut dice = Dice::new(11);
    for index in 0..12_000 {
        let it = drawn(&mut dice, false, KINDS[index % KINDS.len()]);
        let value = it.evaluation.outcome.as_ref();
        let value = value.unwrap_or_else(|why| panic!("{why:?}\n{}\n{}", it.tree, it.input));
        let (tree, shape) = (&it.tree, &it.shape);
        assert!(
            fits(shape, value),
            "{shape:?}\n{value}\n{tree}\n{}",
            it.input
        );
        assert!(!it.evaluation.doubts.value, "{tree} is in doubt");
        assert!(!it.evaluation.doubts.number, "{tree} has odd numbers");
    }
}

#[test]
fn drawn_expressions_parse_to_the_tree_that_was_printed() {
    let mut dice = Dice::new(12);
    for index in 0..12_000 {
        let it = drawn(&mut dice, true, KINDS[index % KINDS.len()]);
        let text = it.tree.to_string();
        assert_eq!(Tree::parse(&text).as_ref(), Some(&it.tree), "{text}");
    }
}

#[test]
fn most_of_the_library_comes_to_values_of_its_shape() {
    let mut dice = Dice::new(13);
    let mut wrong = std::collections::BTreeMap::<String, (u32, String)>::new();
    let count = 12_000;
    for index in 0..count {
        let it = drawn(&mut dice, true, KINDS[index % KINDS.len()]);
        let what = match &it.evaluation.outcome {
            Ok(value) if fits(&it.shape, value) => continue,
            Ok(_) => "misfit".to_owned(),
            Err(why) => format!("{why:?}"),
        };
        let shown = format!("{} over {}", it.tree, it.input);
        let (seen, shortest) = wrong.entry(what).or_insert((0, shown.clone()));
        *seen += 1;
        if shown.len() < shortest.len() {
            *shortest = shown;
        }
    }
    for (what, (seen, shortest)) in &wrong {
        println!("{seen} {what}: {shortest}");
    }
    let total: u32 = wrong.values().map(|it| it.0).sum();
    assert!(total as usize * 20 < count, "{total} of {count}");
}
