//! A Map that is run by itself: its items, the inputs of its iterations, its batches, and whether too
//! many iterations failed. Its iterations are not run, so a distributed Map is no different.

use std::{cell::Cell, sync::Arc};

use serde_json::{Map as Object, Value};

use super::{
    super::{
        Execution,
        eval::Eval,
        frame::FrameId,
        runtime_error::{Result, RuntimeError},
    },
    Step,
};
use crate::{
    asl::{Body, Bound, DataFlow, Limit, Map},
    clause::Clause,
    deviation::Place,
};

const TOLERATED_COUNT: &str = "ToleratedFailureCount";
const TOLERATED_PERCENTAGE: &str = "ToleratedFailurePercentage";
const BATCH_ITEMS: &str = "MaxItemsPerBatch";
const BATCH_BYTES: &str = "MaxInputBytesPerBatch";

impl Execution {
    /// Evaluates everything that a Map says of its iterations, in the order of an execution.
    pub(in super::super) fn look_at_items(&mut self, id: FrameId, map: &Map) -> Result<()> {
        let eval = self.eval(id);
        let flow = eval.flow();
        let effective = flow.effective_input(&eval)?;
        let items = if map.distributed.contains_key("ItemReader") {
            eval.read_items(map)?
        } else {
            Some(flow.items(&eval, &effective)?)
        };
        if let (Some(items), false) = (&items, map.distributed.contains_key("ItemReader")) {
            eval.makes(Step::Items, &array(items));
        }
        let most = match &map.max_concurrency {
            None => 0,
            Some(Limit::Literal(most)) => *most,
            Some(limit) => flow.max_concurrency(&eval, limit, &effective)?,
        };
        self.see(|seen| seen.max_concurrency = Some(most));
        let eval = self.eval(id);
        if let Some(count) =
            eval.number_of(map.bound(TOLERATED_COUNT), TOLERATED_COUNT, &effective)?
        {
            self.see(|seen| seen.tolerated_count = Some(count as u64));
        }
        let percentage = map.bound(TOLERATED_PERCENTAGE);
        if let Some(percent) = eval.number_of(percentage, TOLERATED_PERCENTAGE, &effective)? {
            self.see(|seen| seen.tolerated_percentage = Some(percent));
        }
        let Some(items) = items else {
            return Ok(());
        };
        let inputs = eval.iteration_inputs(&effective, items)?;
        self.see(|seen| seen.iterations = inputs.len());
        if map.distributed.contains_key("ItemBatcher") {
            let batches = eval.batches(map, &effective, &inputs)?;
            eval.makes(Step::Batches, &Arc::new(Value::Array(batches)));
        }
        Ok(())
    }

    /// Whether no more iterations failed than the Map tolerates, of those that have a result.
    pub(super) fn tolerated(&self, id: FrameId, result: &Value) -> Result<()> {
        let (Body::Map(_), Some(given)) = (&self.active(id).state.body, self.given()) else {
            return Ok(());
        };
        let failed = given.failed_iterations;
        let (mut most, mut percent, mut all) = (None, None, 0);
        self.see(|seen| {
            (most, percent) = (seen.tolerated_count, seen.tolerated_percentage);
            all = result.as_array().map_or(seen.iterations, Vec::len);
        });
        let share = failed as f64 / all.max(1) as f64 * 100.0;
        if most.is_some_and(|most| failed > most) || percent.is_some_and(|it| share > it) {
            let rule = Clause::MapTolerance;
            self.mark(rule);
            let text = "The specified tolerated failure threshold was exceeded";
            return Err(Box::new(RuntimeError::named(
                TOLERANCE_EXCEEDED,
                rule,
                text,
            )));
        }
        Ok(())
    }
}

const TOLERANCE_EXCEEDED: &str = "States.ExceedToleratedFailureThreshold";

impl Eval<'_> {
    fn number_of(
        &self,
        bound: Option<Bound>,
        name: &str,
        effective: &Value,
    ) -> Result<Option<f64>> {
        Ok(match bound {
            None => None,
            Some(Bound::Literal(number)) => Some(number),
            Some(bound) => Some(self.flow().bound(self, name, &bound, effective)?),
        })
    }

    /// The items that the reader of a Map has read; nothing if it is not given what.
    fn read_items(&self, map: &Map) -> Result<Option<Vec<Arc<Value>>>> {
        let given = self.execution.given().and_then(|it| it.read.as_deref());
        let Some(text) = given else {
            return Ok(None);
        };
        let config = &map.distributed["ItemReader"]["ReaderConfig"];
        let lines = |text: &str| text.lines().map(serde_json::from_str::<Value>).collect();
        let read: Result<Value, _> = match config["InputType"].as_str() {
            None | Some("JSON") => serde_json::from_str(text),
            Some("JSONL") => lines(text),
            // The items of no other type are looked at.
            Some(_) => return Ok(None),
        };
        let Ok(mut read) = read else {
            return Err(self.unsupported("an item reader's data that is no JSON"));
        };
        if let Some(pointer) = config["ItemsPointer"].as_str() {
            let pointed = read.pointer_mut(pointer).map(Value::take);
            read =
                pointed.ok_or_else(|| self.unsupported("an ItemsPointer that points nowhere"))?;
            self.makes(Step::Pointed, &Arc::new(read.clone()));
        }
        let most = config["MaxItems"].as_u64().filter(|most| *most > 0);
        match read {
            Value::Array(mut items) => {
                items.truncate(most.map_or(usize::MAX, |most| most as usize));
                Ok(Some(items.into_iter().map(Arc::new).collect()))
            }
            _ => Err(self.unsupported("items that are no array")),
        }
    }

    /// The inputs of the iterations: the items, or what the selector makes of them.
    fn iteration_inputs(
        &self,
        effective: &Value,
        items: Vec<Arc<Value>>,
    ) -> Result<Vec<Arc<Value>>> {
        let flow = &self.active.state.flow;
        let has_selector = match flow {
            DataFlow::JsonPath(flow) => flow.item_selector.is_some(),
            DataFlow::Jsonata(flow) => flow.item_selector.is_some(),
        };
        if !has_selector {
            return Ok(items);
        }
        let inputs: Vec<_> = items
            .into_iter()
            .enumerate()
            .map(|(index, item)| {
                let eval = Eval {
                    item: Some((index, &item)),
                    token: None,
                    place: Cell::new(Place::ItemSelector),
                    ..*self
                };
                eval.flow().item_input(&eval, effective, item.clone())
            })
            .collect::<Result<_>>()?;
        self.makes(Step::Selected, &array(&inputs));
        Ok(inputs)
    }

    /// The batches of a Map's items. The items of a batch are texts in JSON (recorded in 2026-09).
    fn batches(
        &self,
        map: &Map,
        effective: &Arc<Value>,
        items: &[Arc<Value>],
    ) -> Result<Vec<Value>> {
        let most = self.number_of(map.batch_bound(BATCH_ITEMS), BATCH_ITEMS, effective)?;
        let bytes = self.number_of(map.batch_bound(BATCH_BYTES), BATCH_BYTES, effective)?;
        let (most, bytes) = (
            most.unwrap_or(f64::INFINITY),
            bytes.unwrap_or(f64::INFINITY),
        );
        let input = self.flow().batch_input(self, map, effective)?;
        let mut batch = Object::new();
        if let Some(input) = input {
            batch.insert("BatchInput".to_owned(), input);
        }
        batch.insert("Items".to_owned(), Value::Array(Vec::new()));
        let empty = Value::Object(batch.clone()).to_string().len();
        let mut batches: Vec<Vec<Value>> = Vec::new();
        let mut size = 0;
        for item in items {
            let item = item.to_string();
            // With the comma before it.
            let more = item.len() + 1;
            let fits = batches
                .last()
                .is_some_and(|last| ((last.len() + 1) as f64) <= most);
            if !fits || (size + more) as f64 > bytes {
                batches.push(Vec::new());
                size = empty - 1;
            }
            size += more;
            if let Some(last) = batches.last_mut() {
                last.push(item.into());
            }
        }
        let filled = batches.into_iter().map(|items| {
            batch.insert("Items".to_owned(), items.into());
            Value::Object(batch.clone())
        });
        Ok(filled.collect())
    }
}

/// Data as one array.
fn array(items: &[Arc<Value>]) -> Arc<Value> {
    Arc::new(items.iter().map(|item| Value::clone(item)).collect())
}
