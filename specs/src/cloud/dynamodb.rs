//! Tables (Amazon DynamoDB, API version 2012-08-10).
//!
//! Items are put, read, updated and deleted by their keys. Sources: the API reference and the Developer Guide;
//! messages of errors as public logs have them.

mod attribute;
mod condition;
mod decimal;
mod expression;
mod path;
mod table;
mod update;

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use self::{
    attribute::{Item, read_item, shown, size},
    condition::Condition,
    expression::{Defined, Parser, projection},
    path::{Path, picked},
    table::{Key, Table, check_size},
    update::Update,
};
use super::{Cloud, CloudError, params::Params};
use crate::base::{arn::Arn, time::Instant};

/// All tables by name.
#[derive(Debug, Default)]
pub(super) struct Tables(IndexMap<String, Table>);

/// Parameters of the time before expressions.
const LEGACY: [&str; 5] = [
    "Expected",
    "ConditionalOperator",
    "AttributeUpdates",
    "AttributesToGet",
    "ScanFilter",
];

pub(super) fn call(
    cloud: &mut Cloud,
    now: Instant,
    operation: &str,
    params: &Value,
) -> Result<Value, CloudError> {
    let params = Params::new(params, CloudError::missing);
    if let Some(name) = LEGACY.iter().find(|name| params.value(name).is_some()) {
        return Err(CloudError::validation(format!("{name} is not modelled")));
    }
    let Cloud {
        account,
        tables: Tables(tables),
        ..
    } = cloud;
    match operation {
        "CreateTable" => {
            let name = params.text("TableName")?;
            if tables.contains_key(name) {
                return Err(CloudError::new(
                    "ResourceInUseException",
                    format!("Table already exists: {name}"),
                ));
            }
            let table = Table::create(account, now, name, &params)?;
            let shown = table.shown("CREATING");
            tables.insert(name.to_owned(), table);
            Ok(json!({ "TableDescription": shown }))
        }
        "DescribeTable" => {
            let name = name_in(params.text("TableName")?);
            let table = tables.get(name).ok_or_else(|| no_table(name))?;
            Ok(json!({"Table": table.shown("ACTIVE")}))
        }
        "DeleteTable" => {
            let name = name_in(params.text("TableName")?);
            let table = tables.shift_remove(name).ok_or_else(|| no_table(name))?;
            Ok(json!({"TableDescription": table.shown("DELETING")}))
        }
        "ListTables" => list(tables, &params),
        "PutItem" => put(named(tables, &params)?, &params),
        "GetItem" => get(named(tables, &params)?, &params),
        "UpdateItem" => update(named(tables, &params)?, &params),
        "DeleteItem" => delete(named(tables, &params)?, &params),
        _ => Err(CloudError::unknown("dynamodb", operation)),
    }
}

fn list(tables: &IndexMap<String, Table>, params: &Params<'_>) -> Result<Value, CloudError> {
    let most = params.number("Limit")?.unwrap_or(100);
    if !(1..=100).contains(&most) {
        return Err(CloudError::validation(format!(
            "1 validation error detected: Value '{most}' at 'limit' failed to satisfy constraint: Member must \
             have value between 1 and 100"
        )));
    }
    let after = params.maybe_text("ExclusiveStartTableName")?;
    let mut names: Vec<_> = tables.keys().map(String::as_str).collect();
    names.sort_unstable();
    names.retain(|name| after.is_none_or(|after| *name > after));
    let rest = names.split_off(names.len().min(most as usize));
    let mut answer = json!({ "TableNames": names });
    if !rest.is_empty() {
        answer["LastEvaluatedTableName"] = answer["TableNames"][most as usize - 1].clone();
    }
    Ok(answer)
}

fn put(table: &mut Table, params: &Params<'_>) -> Result<Value, CloudError> {
    let returned = Returned::read(params, false)?;
    let item = item_in(params, "Item")?;
    let condition = only_condition(params)?;
    let key = table.key_of(&item)?;
    check_size(&item, "Item size has exceeded the maximum allowed size")?;
    let old = checked(table, &key, condition.as_ref(), params)?.cloned();
    let bytes = size(&item).max(old.as_ref().map_or(0, size));
    table.put(key, item);
    let mut answer = returned.answer(old.as_ref(), None, None);
    add_capacity(&mut answer, params, Units::Write, bytes)?;
    Ok(answer)
}

fn delete(table: &mut Table, params: &Params<'_>) -> Result<Value, CloudError> {
    let returned = Returned::read(params, false)?;
    let condition = only_condition(params)?;
    let key = table.key(&item_in(params, "Key")?)?;
    checked(table, &key, condition.as_ref(), params)?;
    let old = table.remove(&key);
    let mut answer = returned.answer(old.as_ref(), None, None);
    add_capacity(
        &mut answer,
        params,
        Units::Write,
        old.as_ref().map_or(0, size),
    )?;
    Ok(answer)
}

fn get(table: &mut Table, params: &Params<'_>) -> Result<Value, CloudError> {
    let defined = Defined::read(params, &["ProjectionExpression"])?;
    let paths = Parser::begin(params, "ProjectionExpression", &defined)?;
    let paths = paths.map(projection).transpose()?;
    defined.check_used()?;
    let key = table.key(&item_in(params, "Key")?)?;
    let item = table.get(&key);
    let mut answer = json!({});
    if let Some(item) = item {
        answer["Item"] = match paths {
            None => shown(item),
            Some(paths) => copied(item, paths.iter()),
        };
    }
    let units = if params.flag("ConsistentRead")? {
        Units::ConsistentRead
    } else {
        Units::Read
    };
    add_capacity(&mut answer, params, units, item.map_or(0, size))?;
    Ok(answer)
}

fn update(table: &mut Table, params: &Params<'_>) -> Result<Value, CloudError> {
    let returned = Returned::read(params, true)?;
    let defined = Defined::read(params, &["UpdateExpression", "ConditionExpression"])?;
    let update = Parser::begin(params, "UpdateExpression", &defined)?;
    let update = update.map(Update::read).transpose()?.unwrap_or_default();
    let condition = condition(params, &defined)?;
    defined.check_used()?;
    let given = item_in(params, "Key")?;
    let key = table.key(&given)?;
    if let Some(path) = update.paths().find(|path| table.is_key(&path.name)) {
        return Err(CloudError::validation(format!(
            "One or more parameter values were invalid: Cannot update attribute {}. This attribute is part of \
             the key",
            path.name
        )));
    }
    let old = checked(table, &key, condition.as_ref(), params)?.cloned();
    let before = old.clone().unwrap_or(given);
    let after = update.apply(&before)?;
    let bytes = size(&after).max(size(&before));
    let mut answer = returned.answer(old.as_ref(), Some(&after), Some(&update));
    table.put(key, after);
    add_capacity(&mut answer, params, Units::Write, bytes)?;
    Ok(answer)
}

/// The item with a key, of which the condition holds.
fn checked<'t>(
    table: &'t Table,
    key: &Key,
    condition: Option<&Condition>,
    params: &Params<'_>,
) -> Result<Option<&'t Item>, CloudError> {
    let old = table.get(key);
    let nothing = Item::new();
    if condition.is_none_or(|condition| condition.holds(old.unwrap_or(&nothing))) {
        return Ok(old);
    }
    let error = CloudError::new(
        "ConditionalCheckFailedException",
        "The conditional request failed",
    );
    let wants_item = params.maybe_text("ReturnValuesOnConditionCheckFailure")? == Some("ALL_OLD");
    Err(match old.filter(|_| wants_item) {
        Some(item) => error.with("Item", shown(item)),
        None => error,
    })
}

/// The condition of a call that has no other expression.
fn only_condition(params: &Params<'_>) -> Result<Option<Condition>, CloudError> {
    let defined = Defined::read(params, &["ConditionExpression"])?;
    let condition = condition(params, &defined)?;
    defined.check_used()?;
    Ok(condition)
}

fn condition<'t>(
    params: &Params<'t>,
    defined: &'t Defined<'t>,
) -> Result<Option<Condition>, CloudError> {
    let parser = Parser::begin(params, "ConditionExpression", defined)?;
    parser.map(Condition::read).transpose()
}

/// What of an item is returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Returned {
    Nothing,
    AllOld,
    AllNew,
    UpdatedOld,
    UpdatedNew,
}

impl Returned {
    fn read(params: &Params<'_>, is_update: bool) -> Result<Self, CloudError> {
        match params.maybe_text("ReturnValues")? {
            None | Some("NONE") => Ok(Self::Nothing),
            Some("ALL_OLD") => Ok(Self::AllOld),
            Some("ALL_NEW") if is_update => Ok(Self::AllNew),
            Some("UPDATED_OLD") if is_update => Ok(Self::UpdatedOld),
            Some("UPDATED_NEW") if is_update => Ok(Self::UpdatedNew),
            Some(_) => Err(CloudError::validation("Return values set to invalid value")),
        }
    }

    fn answer(self, old: Option<&Item>, new: Option<&Item>, update: Option<&Update>) -> Value {
        let updated = |item: &Item| {
            let paths = update.into_iter().flat_map(Update::paths);
            copied(item, paths)
        };
        let attributes = match self {
            Self::Nothing => None,
            Self::AllOld => old.map(shown),
            Self::AllNew => new.map(shown),
            Self::UpdatedOld => old.map(updated),
            Self::UpdatedNew => new.map(updated),
        };
        let is_any = |attributes: &Value| attributes.as_object().is_some_and(|it| !it.is_empty());
        match attributes.filter(is_any) {
            None => json!({}),
            Some(attributes) => json!({ "Attributes": attributes }),
        }
    }
}

/// What is at these paths of an item.
fn copied<'p>(item: &Item, paths: impl Iterator<Item = &'p Path>) -> Value {
    shown(&picked(item, paths))
}

/// What a call costs.
#[derive(Clone, Copy)]
enum Units {
    Read,
    ConsistentRead,
    Write,
}

/// Adds what a call consumed, if that is asked for (Developer Guide, "Read and write operations").
fn add_capacity(
    answer: &mut Value,
    params: &Params<'_>,
    units: Units,
    bytes: usize,
) -> Result<(), CloudError> {
    let asked = params.maybe_text("ReturnConsumedCapacity")?;
    let whole = |unit: usize| bytes.div_ceil(unit).max(1) as f64;
    let consumed = match units {
        Units::Read => whole(4_096) / 2.0,
        Units::ConsistentRead => whole(4_096),
        Units::Write => whole(1_024),
    };
    let mut told = Map::from_iter([
        (
            "TableName".to_owned(),
            json!(name_in(params.text("TableName")?)),
        ),
        ("CapacityUnits".to_owned(), json!(consumed)),
    ]);
    match asked {
        Some("TOTAL") => {}
        Some("INDEXES") => {
            told.insert("Table".to_owned(), json!({ "CapacityUnits": consumed }));
        }
        _ => return Ok(()),
    }
    answer["ConsumedCapacity"] = told.into();
    Ok(())
}

fn item_in(params: &Params<'_>, name: &str) -> Result<Item, CloudError> {
    params.required(name)?;
    let map = params.map(name)?;
    map.map_or_else(|| Ok(Item::new()), read_item)
}

fn named<'t>(
    tables: &'t mut IndexMap<String, Table>,
    params: &Params<'_>,
) -> Result<&'t mut Table, CloudError> {
    let name = name_in(params.text("TableName")?);
    tables
        .get_mut(name)
        .ok_or_else(|| CloudError::new("ResourceNotFoundException", "Requested resource not found"))
}

/// The name in a name or an ARN.
fn name_in(text: &str) -> &str {
    let resource = Arn::parse(text).map_or(text, |arn| arn.resource);
    resource.strip_prefix("table/").unwrap_or(resource)
}

fn no_table(name: &str) -> CloudError {
    CloudError::new(
        "ResourceNotFoundException",
        format!("Requested resource not found: Table: {name} not found"),
    )
}
