//! Tables, and the keys of their items.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::attribute::{Attribute, Item, size};
use crate::{
    base::time::Instant,
    cloud::{CloudError, account::Account, params::Params},
};

/// The largest key attributes, in bytes: of the partition key, and of the sort key.
const LARGEST_KEYS: [usize; 2] = [2_048, 1_024];
/// The largest item, in bytes.
pub(super) const LARGEST_ITEM: usize = 400 << 10;

/// A table.
#[derive(Debug)]
pub(super) struct Table {
    /// The attributes of the key with their types: the partition key, and perhaps the sort key.
    keys: Vec<(String, String)>,
    /// What was given of it, and its ARN, id and time.
    description: Map<String, Value>,
    items: BTreeMap<Key, Item>,
}

/// The values of the attributes of a key.
pub(super) type Key = Vec<Attribute>;

impl Table {
    pub fn create(
        account: &mut Account,
        now: Instant,
        name: &str,
        params: &Params<'_>,
    ) -> Result<Self, CloudError> {
        check_name(name)?;
        let definitions = params.required("AttributeDefinitions")?;
        let keys = keys(params)?;
        let has_indexes = ["GlobalSecondaryIndexes", "LocalSecondaryIndexes"]
            .iter()
            .any(|name| params.value(name).is_some());
        if !has_indexes && params.list("AttributeDefinitions")?.len() != keys.len() {
            return Err(invalid(
                "Number of attributes in KeySchema does not exactly match number of attributes defined in \
                 AttributeDefinitions",
            ));
        }
        let is_on_demand = params.maybe_text("BillingMode")? == Some("PAY_PER_REQUEST");
        let throughput = params.map("ProvisionedThroughput")?;
        let (reads, writes) = match throughput {
            None if !is_on_demand => {
                return Err(invalid(
                    "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is \
                     PROVISIONED",
                ));
            }
            Some(_) if is_on_demand => {
                return Err(invalid(
                    "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is \
                     PAY_PER_REQUEST",
                ));
            }
            None => (json!(0), json!(0)),
            Some(throughput) => {
                let units = |name: &str| throughput.get(name).cloned().unwrap_or_default();
                (units("ReadCapacityUnits"), units("WriteCapacityUnits"))
            }
        };
        let mut description = Map::from_iter([
            ("AttributeDefinitions".to_owned(), definitions.clone()),
            ("TableName".to_owned(), json!(name)),
            (
                "KeySchema".to_owned(),
                params.required("KeySchema")?.clone(),
            ),
            ("CreationDateTime".to_owned(), json!(now.0 as f64 / 1_000.0)),
            (
                "ProvisionedThroughput".to_owned(),
                json!({
                    "NumberOfDecreasesToday": 0,
                    "ReadCapacityUnits": reads,
                    "WriteCapacityUnits": writes,
                }),
            ),
            (
                "TableArn".to_owned(),
                json!(account.arn("dynamodb", &format!("table/{name}"))),
            ),
            ("TableId".to_owned(), json!(account.uuid())),
            ("DeletionProtectionEnabled".to_owned(), json!(false)),
        ]);
        if is_on_demand {
            let billing = json!({"BillingMode": "PAY_PER_REQUEST"});
            description.insert("BillingModeSummary".to_owned(), billing);
        }
        for name in ["GlobalSecondaryIndexes", "LocalSecondaryIndexes"] {
            if let Some(indexes) = params.value(name) {
                description.insert(name.to_owned(), indexes.clone());
            }
        }
        Ok(Self {
            keys,
            description,
            items: BTreeMap::new(),
        })
    }

    /// The table as it is told, in this state.
    pub fn shown(&self, status: &str) -> Value {
        let mut shown = self.description.clone();
        shown.insert("TableStatus".to_owned(), json!(status));
        shown.insert("ItemCount".to_owned(), json!(self.items.len()));
        let bytes: usize = self.items.values().map(size).sum();
        shown.insert("TableSizeBytes".to_owned(), json!(bytes));
        Value::Object(shown)
    }

    pub fn get(&self, key: &Key) -> Option<&Item> {
        self.items.get(key)
    }

    pub fn put(&mut self, key: Key, item: Item) {
        self.items.insert(key, item);
    }

    pub fn remove(&mut self, key: &Key) -> Option<Item> {
        self.items.remove(key)
    }

    /// Whether an attribute belongs to the key.
    pub fn is_key(&self, name: &str) -> bool {
        self.keys.iter().any(|(key, _)| key == name)
    }

    /// The key of an item that is put.
    pub fn key_of(&self, item: &Item) -> Result<Key, CloudError> {
        let keys = self.keys.iter().map(|(name, kind)| {
            let value = item
                .get(name)
                .ok_or_else(|| invalid(&format!("Missing the key {name} in the item")))?;
            if value.kind() != kind {
                return Err(invalid(&format!(
                    "Type mismatch for key {name} expected: {kind} actual: {}",
                    value.kind()
                )));
            }
            Ok(value.clone())
        });
        self.checked(keys.collect::<Result<_, _>>()?)
    }

    /// A key that is given by itself.
    pub fn key(&self, given: &Item) -> Result<Key, CloudError> {
        let keys = self.keys.iter().map(|(name, kind)| {
            let value = given.get(name);
            value.filter(|value| value.kind() == kind).cloned()
        });
        let key: Option<Key> = keys.collect();
        let key = key.filter(|key| key.len() == given.len()).ok_or_else(|| {
            CloudError::validation("The provided key element does not match the schema")
        })?;
        self.checked(key)
    }

    fn checked(&self, key: Key) -> Result<Key, CloudError> {
        for (place, ((name, _), value)) in self.keys.iter().zip(&key).enumerate() {
            let (is_empty, kind) = match value {
                Attribute::S(text) => (text.is_empty(), "string"),
                Attribute::B(bytes) => (bytes.is_empty(), "binary"),
                _ => (false, ""),
            };
            if is_empty {
                return Err(CloudError::validation(format!(
                    "One or more parameter values are not valid. The AttributeValue for a key attribute cannot \
                     contain an empty {kind} value. Key: {name}"
                )));
            }
            if value.size() > LARGEST_KEYS[place] {
                let which = ["hashkey", "rangekey"][place];
                return Err(invalid(&format!(
                    "Size of {which} has exceeded the maximum size limit of{} bytes",
                    LARGEST_KEYS[place]
                )));
            }
        }
        Ok(key)
    }
}

/// Refuses an item that is too large.
pub(super) fn check_size(item: &Item, message: &str) -> Result<(), CloudError> {
    if size(item) > LARGEST_ITEM {
        return Err(CloudError::validation(message));
    }
    Ok(())
}

/// The attributes of the key with their types.
fn keys(params: &Params<'_>) -> Result<Vec<(String, String)>, CloudError> {
    params.required("KeySchema")?;
    let schema = params.list("KeySchema")?;
    let roles: Vec<_> = schema.iter().map(|key| key["KeyType"].as_str()).collect();
    if !matches!(roles[..], [Some("HASH")] | [Some("HASH"), Some("RANGE")]) {
        return Err(CloudError::validation(
            "Invalid KeySchema: The first KeySchemaElement is not a HASH key type, or the second is not a RANGE \
             key type",
        ));
    }
    let definitions = params.list("AttributeDefinitions")?;
    let names = |list: &[Value]| {
        let names = list.iter().filter_map(|it| it["AttributeName"].as_str());
        names.collect::<Vec<_>>().join(", ")
    };
    let keys = schema.iter().map(|key| {
        let name = &key["AttributeName"];
        let definition = definitions.iter().find(|it| it["AttributeName"] == *name);
        let kind = definition.and_then(|it| it["AttributeType"].as_str());
        let kind = kind.filter(|kind| ["S", "N", "B"].contains(kind));
        Some((name.as_str()?.to_owned(), kind?.to_owned()))
    });
    keys.collect::<Option<_>>().ok_or_else(|| {
        invalid(&format!(
            "Some index key attributes are not defined in AttributeDefinitions. Keys: [{}], \
             AttributeDefinitions: [{}]",
            names(schema),
            names(definitions)
        ))
    })
}

fn check_name(name: &str) -> Result<(), CloudError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    if (3..=255).contains(&name.len()) && name.chars().all(allowed) {
        return Ok(());
    }
    Err(CloudError::validation(
        "Invalid table/index name.  Table/index names must be between 3 and 255 characters long, and may contain \
         only the characters a-z, A-Z, 0-9, '_', '-', and '.'",
    ))
}

fn invalid(reason: &str) -> CloudError {
    CloudError::validation(format!(
        "One or more parameter values were invalid: {reason}"
    ))
}
