//! The bounds of a distributed Map, whose fields are kept as JSON, in the form that is evaluated.

use serde_json::Value;

use super::{Dynamic, Map};
use crate::query::{
    jsonata::{Expression, Template as JsonataTemplate},
    jsonpath::{path::Path, template::Template},
};

/// A number that a distributed Map is bounded by.
pub type Bound = Dynamic<f64>;

impl Map {
    /// A field of a distributed Map that bounds it, for example `ToleratedFailureCount`.
    pub fn bound(&self, name: &str) -> Option<Bound> {
        bound(name, |name| self.distributed.get(name))
    }

    /// A field of its `ItemBatcher` that bounds a batch, for example `MaxItemsPerBatch`.
    pub fn batch_bound(&self, name: &str) -> Option<Bound> {
        let batcher = self.distributed.get("ItemBatcher")?;
        bound(name, |name| batcher.get(name))
    }

    /// `BatchInput` of its `ItemBatcher` in JSONPath.
    pub fn batch_input(&self) -> Option<Template> {
        Template::parse(self.batch_input_as_written()?).ok()
    }

    /// `BatchInput` of its `ItemBatcher` in JSONata.
    pub fn batch_input_jsonata(&self) -> Option<JsonataTemplate> {
        self.batch_input_as_written().map(JsonataTemplate::of)
    }

    fn batch_input_as_written(&self) -> Option<&Value> {
        self.distributed.get("ItemBatcher")?.get("BatchInput")
    }
}

/// A literal number, an expression, or the path in the field's twin. A definition that was decoded has
/// no other form.
fn bound<'v>(name: &str, get: impl Fn(&str) -> Option<&'v Value>) -> Option<Bound> {
    match get(name) {
        Some(Value::String(text)) => {
            let expression = Expression::parse(text).ok().flatten();
            expression.map(Bound::Expression)
        }
        Some(number) => number.as_f64().map(Bound::Literal),
        None => {
            let path = get(&format!("{name}Path"))?.as_str()?;
            Path::parse(path).ok().map(Bound::Path)
        }
    }
}
