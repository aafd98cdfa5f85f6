//! The way of data through a state, in either language: what is read on the way in, what the state's
//! work is given, what is assigned and put out on the way out.

use stepproof_specs::{
    asl::{
        CatchFlow, DataFlow, JsonPathCatch, JsonPathFlow, JsonataCatch, JsonataFlow, Nullable,
        QueryLanguage, Text,
    },
    query::jsonata::Template,
};

use super::{
    Builder, Place,
    draft::Flow,
    expressions::{More, object, of_item, read, with_member},
    flow::Context,
};
use crate::{
    feature::Feature,
    jsonata::{Drawing, Tree},
    key::Key,
    shape::{Fields, Shape},
};

/// A state's data flow under construction.
#[derive(Debug)]
pub(super) struct Passage {
    pub(super) flow: DataFlow,
    /// The shape of the effective input.
    pub(super) effective: Shape,
}

impl Passage {
    pub(super) fn is_jsonata(&self) -> bool {
        self.flow.language() == QueryLanguage::Jsonata
    }

    /// Whether the effective input is the raw input.
    pub(super) fn is_on_raw(&self) -> bool {
        match &self.flow {
            DataFlow::JsonPath(flow) => flow.input_path == Nullable::Absent,
            DataFlow::Jsonata(_) => true,
        }
    }
}

/// A state in JSONata without any fields.
pub(super) fn plain(language: QueryLanguage) -> DataFlow {
    match language {
        QueryLanguage::JsonPath => DataFlow::JsonPath(JsonPathFlow::default()),
        QueryLanguage::Jsonata => DataFlow::Jsonata(JsonataFlow::default()),
    }
}

impl Builder<'_> {
    /// Begins a state: draws its language, and `InputPath`.
    pub(super) fn enter(&mut self, place: &Place<'_>, raw: &Shape) -> Passage {
        let language = self.language(place);
        self.enter_in(place, raw, language)
    }

    /// Begins a state in this language.
    pub(super) fn enter_in(
        &mut self,
        place: &Place<'_>,
        raw: &Shape,
        language: QueryLanguage,
    ) -> Passage {
        match language {
            QueryLanguage::JsonPath => {
                let (input_path, effective) = self.input_path(place, raw);
                let flow = JsonPathFlow {
                    input_path,
                    ..JsonPathFlow::default()
                };
                Passage {
                    flow: DataFlow::JsonPath(flow),
                    effective,
                }
            }
            QueryLanguage::Jsonata => Passage {
                flow: plain(language),
                effective: raw.clone(),
            },
        }
    }

    /// Draws what the state's work is given: `Parameters` or `Arguments`; returns its shape.
    pub(super) fn given(
        &mut self,
        place: &Place<'_>,
        passage: &mut Passage,
        context: Context,
    ) -> Shape {
        let effective = passage.effective.clone();
        match &mut passage.flow {
            DataFlow::JsonPath(flow) => {
                let (parameters, made) =
                    self.template(place, Feature::Parameters, context, effective);
                flow.parameters = parameters;
                made
            }
            DataFlow::Jsonata(flow) => {
                if self.dice.one_in(2) {
                    return effective;
                }
                let (arguments, made) = self.json(place, &effective, context.into(), 0);
                flow.arguments = Some(arguments);
                made
            }
        }
    }

    /// Draws the way out of a state that has a result. `merging` is the place for what can fail.
    pub(super) fn leave(
        &mut self,
        place: &Place<'_>,
        merging: &Place<'_>,
        passage: Passage,
        raw: &Shape,
        result: Shape,
    ) -> (DataFlow, Flow) {
        match passage.flow {
            DataFlow::JsonPath(mut flow) => {
                let (assign, variables) = self.assign(place, &result);
                let (selector, selected) = self.result_selector(place, assign.is_some(), result);
                let (result_path, merged) = self.result_path(merging, raw, selected);
                let (output_path, data) = self.output_path(place, merged);
                flow.assign = assign;
                flow.result_selector = selector;
                flow.result_path = result_path;
                flow.output_path = output_path;
                (DataFlow::JsonPath(flow), Flow { data, variables })
            }
            DataFlow::Jsonata(mut flow) => {
                let more = More::Result(&result);
                let (assign, variables) = self.assign_json(merging, raw, more);
                let (output, data) = self.output(merging, raw, more, &result);
                flow.assign = assign;
                flow.output = output;
                (DataFlow::Jsonata(flow), Flow { data, variables })
            }
        }
    }

    /// Draws the way out of a state that has no result, and whose output is its effective input
    /// unless a field says otherwise.
    pub(super) fn pass_on(
        &mut self,
        place: &Place<'_>,
        passage: Passage,
        raw: &Shape,
    ) -> (DataFlow, Flow) {
        match passage.flow {
            DataFlow::JsonPath(mut flow) => {
                let (assign, variables) = self.assign(place, &passage.effective);
                let (output_path, data) = self.output_path(place, passage.effective);
                flow.assign = assign;
                flow.output_path = output_path;
                (DataFlow::JsonPath(flow), Flow { data, variables })
            }
            DataFlow::Jsonata(mut flow) => {
                let (assign, variables) = self.assign_json(place, raw, More::Nothing);
                let (output, data) = self.output(place, raw, More::Nothing, raw);
                flow.assign = assign;
                flow.output = output;
                (DataFlow::Jsonata(flow), Flow { data, variables })
            }
        }
    }

    /// Draws `Output` in JSONata; without it the output is `default`.
    pub(super) fn output(
        &mut self,
        place: &Place<'_>,
        raw: &Shape,
        more: More<'_>,
        default: &Shape,
    ) -> (Option<Template>, Shape) {
        if place.keeps {
            return self.kept(raw, more);
        }
        if self.dice.one_in(3) {
            return (None, default.clone());
        }
        if self.dice.one_in(4) && raw.is_object() {
            let key = self.key(place);
            let (value, shape) = self.drawing(place, raw, more).any();
            return (Some(with_member(key, value)), raw.clone().with(key, shape));
        }
        let (output, made) = self.json(place, raw, more, 0);
        (Some(output), made)
    }

    /// An output that keeps every member of the input, in the body of a loop.
    fn kept(&mut self, raw: &Shape, more: More<'_>) -> (Option<Template>, Shape) {
        let (value, shape) = match more {
            More::Result(shape) => (Tree::states("result"), shape.clone()),
            _ if self.dice.one_in(2) => return (None, raw.clone()),
            _ => (Tree::whole(self.dice.between(1, 3)), Shape::Count),
        };
        (
            Some(with_member(Key::LATEST, value)),
            raw.clone().with(Key::LATEST, shape),
        )
    }

    /// Draws what a catcher does; returns it and the flow out of it. Undamaged: it is not known what
    /// AWS does when a catcher fails.
    pub(super) fn catch_flow(
        &mut self,
        place: &Place<'_>,
        raw: &Shape,
        language: QueryLanguage,
    ) -> (CatchFlow, Flow) {
        match language {
            QueryLanguage::JsonPath => {
                let (result_path, data) = self.result_path(place, raw, Shape::error_output());
                let (assign, variables) = self.assign(place, &Shape::error_output());
                let flow = JsonPathCatch {
                    result_path,
                    assign,
                };
                (CatchFlow::JsonPath(flow), Flow { data, variables })
            }
            QueryLanguage::Jsonata => {
                let (assign, variables) = self.assign_json(place, raw, More::Error);
                let (output, data) = if self.dice.one_in(2) {
                    (None, Shape::error_output())
                } else {
                    self.output(place, raw, More::Error, &Shape::error_output())
                };
                let flow = JsonataCatch { assign, output };
                (CatchFlow::Jsonata(flow), Flow { data, variables })
            }
        }
    }

    /// Draws an expression that gives a text, for a field that also takes a literal.
    pub(super) fn text_expression(&mut self, place: &Place<'_>, raw: &Shape) -> Text {
        let draw = |it: &mut Drawing<'_>| (it.text(), Shape::Text);
        let (made, _) = self.expression(place, raw, More::Nothing, &Shape::Text, draw);
        Text::Expression(made)
    }

    /// Draws `ItemSelector` in JSONata; returns it and the shape of an iteration's input.
    pub(super) fn select_item(
        &mut self,
        place: &Place<'_>,
        raw: &Shape,
        item: Shape,
    ) -> (Option<Template>, Shape) {
        if !self.draws(place, Feature::ItemSelector, 2) {
            return (None, item);
        }
        if self.dice.one_in(3) {
            let (selector, made) = self.json(place, raw, More::Item(&item), 0);
            return (Some(selector), made);
        }
        let mut members = Vec::new();
        let mut shapes = Fields::new();
        if self.dice.chance(3, 4) {
            members.push((Key::INDEX, read(&of_item("Index"))));
            shapes.push((Key::INDEX, Shape::Index));
        }
        if self.dice.chance(3, 4) {
            members.push((Key::VALUE, read(&of_item("Value"))));
            shapes.push((Key::VALUE, item.clone()));
        }
        if members.is_empty() || self.dice.one_in(3) {
            let (value, shape) = self.json(place, raw, More::Item(&item), 1);
            members.push((Key::A, value));
            shapes.push((Key::A, shape));
        }
        (Some(object(members)), Shape::object(shapes))
    }
}
