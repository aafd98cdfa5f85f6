//! Tags of machines and activities.

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::{
    CallError, Service,
    arn::{self, MachineArn},
    params::Params,
};
use crate::{base::arn::Arn, deviation::CallRule};

/// The most tags of a resource (Developer Guide, "Quotas related to tagging").
const MOST: usize = 50;
/// What a tag may contain besides letters, digits and white space (API reference, `TagResource`).
const MARKS: &str = "_.:/=+-@";

/// Tags by their keys, in the order in which they were added.
pub(super) type Tags = IndexMap<String, String>;

impl Service {
    /// Adds tags; one of a key that is there replaces it.
    pub(super) fn tag(&mut self, params: &Params<'_>) -> Result<Value, CallError> {
        let arn = self.taggable(params)?;
        let mut tags = self.tags.get(&arn).cloned().unwrap_or_default();
        for (key, value) in read(params)? {
            if !tags.contains_key(&key) || self.keeps(CallRule::TagReplaced) {
                tags.insert(key, value);
            }
        }
        check_number(&tags, Some(&arn))?;
        self.tags.insert(arn, tags);
        Ok(json!({}))
    }

    /// Removes tags; keys that are not there do not matter (recorded).
    pub(super) fn untag(&mut self, params: &Params<'_>) -> Result<Value, CallError> {
        let arn = self.taggable(params)?;
        if let Some(tags) = self.tags.get_mut(&arn) {
            for key in params.list("tagKeys").iter().filter_map(Value::as_str) {
                tags.shift_remove(key);
            }
        }
        Ok(json!({}))
    }

    pub(super) fn list_tags(&self, params: &Params<'_>) -> Result<Value, CallError> {
        let arn = self.taggable(params)?;
        let tags: Vec<Value> = self
            .tags
            .get(&arn)
            .into_iter()
            .flatten()
            .map(|(key, value)| json!({ "key": key, "value": value }))
            .collect();
        Ok(json!({ "tags": tags }))
    }

    pub(super) fn keep_tags(&mut self, arn: &str, tags: Tags) {
        if !tags.is_empty() {
            self.tags.insert(arn.to_owned(), tags);
        }
    }

    /// The resource that is tagged: a machine or an activity. A version has no tags of its own
    /// (recorded).
    fn taggable(&self, params: &Params<'_>) -> Result<String, CallError> {
        let arn = params.text("resourceArn")?;
        let kind = Arn::parse(arn).and_then(|arn| arn.kind_and_name());
        match kind.map(|(kind, _)| kind) {
            Some(arn::ACTIVITY) => arn::of_kind(arn, arn::ACTIVITY).map(drop)?,
            _ => MachineArn::parse(arn).map(drop)?,
        }
        if self.machines.contains_key(arn) || self.activities.contains_key(arn) {
            Ok(arn.to_owned())
        } else {
            Err(CallError::no_resource(arn))
        }
    }
}

/// The tags with which something is created.
pub(super) fn given(params: &Params<'_>) -> Result<Tags, CallError> {
    let tags = read(params)?;
    check_number(&tags, None)?;
    Ok(tags)
}

fn read(params: &Params<'_>) -> Result<Tags, CallError> {
    let mut tags = Tags::new();
    for tag in params.list("tags") {
        let key = tag["key"].as_str().unwrap_or_default();
        let value = tag["value"].as_str().unwrap_or_default();
        let fine = |c: char| c.is_alphanumeric() || c.is_whitespace() || MARKS.contains(c);
        if let Some(wrong) = [key, value].into_iter().find(|it| !it.chars().all(fine)) {
            let error = format!(
                "Tags may only contain letters, digits, white space and {MARKS}: '{wrong}'"
            );
            return Err(CallError::validation(error).in_our_words());
        }
        tags.insert(key.to_owned(), value.to_owned());
    }
    Ok(tags)
}

fn check_number(tags: &Tags, arn: Option<&str>) -> Result<(), CallError> {
    if tags.len() <= MOST {
        return Ok(());
    }
    let error = CallError::new("TooManyTags", format!("a resource has at most {MOST} tags"));
    let error = error.in_our_words();
    Err(match arn {
        Some(arn) => error.with("resourceName", arn),
        None => error,
    })
}
