//! Objects (Amazon S3, API version 2006-03-01).
//!
//! Objects have no versions and no parts. Sources: the API reference, and its list of error responses.

use std::{borrow::Cow, collections::BTreeMap};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::{Cloud, CloudError, account::Account, digest::md5_hex, params::Params};
use crate::base::time::Instant;

/// All buckets by name.
pub(super) type Buckets = IndexMap<String, Bucket>;

/// The longest key, in bytes.
const LONGEST_KEY: usize = 1_024;
/// The largest metadata, in bytes.
const LARGEST_METADATA: usize = 2_048;
/// How many objects are listed at once.
const PAGE: i64 = 1_000;

/// The objects of a bucket by key.
pub(super) type Bucket = BTreeMap<String, Object>;

#[derive(Debug)]
pub(super) struct Object {
    content: Vec<u8>,
    /// In quotes, as it is told.
    etag: String,
    kind: String,
    metadata: Map<String, Value>,
    modified: Instant,
}

pub(super) fn call(
    cloud: &mut Cloud,
    now: Instant,
    operation: &str,
    params: &Value,
) -> Result<Value, CloudError> {
    let params = Params::new(params, missing);
    let Cloud {
        account, buckets, ..
    } = cloud;
    match operation {
        "CreateBucket" => create(account, buckets, &params),
        "DeleteBucket" => {
            let is_empty = named(buckets, &params)?.is_empty();
            if !is_empty {
                let message = "The bucket you tried to delete is not empty";
                return Err(CloudError::new("BucketNotEmpty", message).status(409));
            }
            buckets.shift_remove(params.text("Bucket")?);
            Ok(json!({}))
        }
        "HeadBucket" => {
            named(buckets, &params)?;
            Ok(json!({"BucketRegion": account.region}))
        }
        "PutObject" => put(named(buckets, &params)?, now, &params),
        "GetObject" => found(named(buckets, &params)?, &params)?.read(&params),
        "HeadObject" => Ok(found(named(buckets, &params)?, &params)?.described()),
        "DeleteObject" => {
            named(buckets, &params)?.remove(params.text("Key")?);
            Ok(json!({}))
        }
        "ListObjectsV2" => list(named(buckets, &params)?, &params),
        _ => Err(CloudError::unknown("s3", operation)),
    }
}

fn create(
    account: &Account,
    buckets: &mut Buckets,
    params: &Params<'_>,
) -> Result<Value, CloudError> {
    let name = params.text("Bucket")?;
    if !is_bucket_name(name) {
        return Err(CloudError::new(
            "InvalidBucketName",
            "The specified bucket is not valid.",
        ));
    }
    // In the oldest region a bucket may be created again.
    if buckets.contains_key(name) && account.region != "us-east-1" {
        let message =
            "Your previous request to create the named bucket succeeded and you already own it.";
        return Err(CloudError::new("BucketAlreadyOwnedByYou", message).status(409));
    }
    buckets.entry(name.to_owned()).or_default();
    Ok(json!({"Location": format!("/{name}")}))
}

/// User Guide, "General purpose bucket naming rules".
fn is_bucket_name(name: &str) -> bool {
    let is_end = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    (3..=63).contains(&name.len())
        && name.chars().all(|c| is_end(c) || c == '-' || c == '.')
        && name.starts_with(is_end)
        && name.ends_with(is_end)
        && !name.contains("..")
        && !is_address(name)
}

/// Whether a name has the form of an IP address.
fn is_address(name: &str) -> bool {
    let mut parts = name.split('.');
    name.matches('.').count() == 3 && parts.all(|part| part.parse::<u16>().is_ok())
}

fn put(bucket: &mut Bucket, now: Instant, params: &Params<'_>) -> Result<Value, CloudError> {
    let key = params.text("Key")?;
    if key.len() > LONGEST_KEY {
        return Err(CloudError::new("KeyTooLongError", "Your key is too long"));
    }
    let metadata = params.map("Metadata")?.cloned().unwrap_or_default();
    let texts = metadata.iter().map(|(name, value)| {
        let text = value.as_str();
        text.map(|value| name.len() + value.len())
            .ok_or_else(|| CloudError::serialization(name, "a string"))
    });
    if texts.sum::<Result<usize, _>>()? > LARGEST_METADATA {
        return Err(CloudError::new(
            "MetadataTooLarge",
            "Your metadata headers exceed the maximum allowed metadata size",
        ));
    }
    if params.maybe_text("IfNoneMatch")? == Some("*") && bucket.contains_key(key) {
        let message = "At least one of the pre-conditions you specified did not hold";
        return Err(CloudError::new("PreconditionFailed", message).status(412));
    }
    let content = content(params)?;
    let etag = format!("\"{}\"", md5_hex(&content));
    let kind = params.maybe_text("ContentType")?;
    let object = Object {
        content,
        kind: kind.unwrap_or("binary/octet-stream").to_owned(),
        metadata,
        modified: now,
        etag: etag.clone(),
    };
    bucket.insert(key.to_owned(), object);
    Ok(json!({ "ETag": etag }))
}

/// The bytes that are put.
fn content(params: &Params<'_>) -> Result<Vec<u8>, CloudError> {
    if let Some(encoded) = params.maybe_text("BodyBase64")? {
        let decoded = STANDARD.decode(encoded);
        return decoded.map_err(|_| CloudError::serialization("BodyBase64", "in Base64"));
    }
    Ok(match params.value("Body") {
        None => Vec::new(),
        Some(Value::String(text)) => text.clone().into_bytes(),
        Some(other) => other.to_string().into_bytes(),
    })
}

impl Object {
    fn described(&self) -> Value {
        json!({
            "AcceptRanges": "bytes",
            "ContentLength": self.content.len(),
            "ContentType": self.kind,
            "ETag": self.etag,
            "LastModified": self.modified.0 as f64 / 1_000.0,
            "Metadata": self.metadata,
        })
    }

    fn read(&self, params: &Params<'_>) -> Result<Value, CloudError> {
        let mut answer = self.described();
        let mut content = Cow::Borrowed(self.content.as_slice());
        if let Some((first, last)) = self.range(params.maybe_text("Range")?)? {
            let length = self.content.len();
            content = Cow::Owned(self.content[first..=last].to_vec());
            answer["ContentLength"] = content.len().into();
            answer["ContentRange"] = format!("bytes {first}-{last}/{length}").into();
        }
        match std::str::from_utf8(&content) {
            Ok(text) => answer["Body"] = text.into(),
            Err(_) => answer["BodyBase64"] = STANDARD.encode(&content).into(),
        }
        Ok(answer)
    }

    /// The first and the last byte of a range; none if it is not one, which is ignored (RFC 9110, 14.2).
    fn range(&self, range: Option<&str>) -> Result<Option<(usize, usize)>, CloudError> {
        let length = self.content.len();
        let Some((first, last)) = range
            .and_then(|range| range.strip_prefix("bytes="))
            .and_then(|range| range.split_once('-'))
        else {
            return Ok(None);
        };
        let range = match (first.parse::<usize>(), last.parse::<usize>()) {
            (Ok(first), Ok(last)) if first <= last => (first, last.min(length.saturating_sub(1))),
            (Ok(first), Err(_)) if last.is_empty() => (first, length.saturating_sub(1)),
            (Err(_), Ok(count)) if first.is_empty() => {
                (length.saturating_sub(count), length.saturating_sub(1))
            }
            _ => return Ok(None),
        };
        if range.0 >= length {
            let message = "The requested range is not satisfiable";
            return Err(CloudError::new("InvalidRange", message).status(416));
        }
        Ok(Some(range))
    }
}

fn list(bucket: &Bucket, params: &Params<'_>) -> Result<Value, CloudError> {
    let prefix = params.maybe_text("Prefix")?.unwrap_or_default();
    let delimiter = params.maybe_text("Delimiter")?.filter(|it| !it.is_empty());
    let most = params.number("MaxKeys")?.unwrap_or(PAGE);
    if most < 0 {
        return Err(CloudError::new(
            "InvalidArgument",
            "Argument maxKeys must be an integer between 0 and 2147483647",
        ));
    }
    let most = most.min(PAGE) as usize;
    let after = match params.maybe_text("ContinuationToken")? {
        Some(token) => Some(read_token(token)?),
        None => params.maybe_text("StartAfter")?.map(str::to_owned),
    };
    let (mut contents, mut prefixes) = (Vec::new(), Vec::<String>::new());
    // The last key or common prefix that was listed.
    let mut last = None;
    let mut is_truncated = false;
    for (key, object) in bucket.range(prefix.to_owned()..) {
        let Some(rest) = key.strip_prefix(prefix) else {
            break;
        };
        let common = delimiter.and_then(|delimiter| {
            let end = rest.find(delimiter)? + delimiter.len();
            Some(&key[..prefix.len() + end])
        });
        let listed = common.unwrap_or(key);
        let is_before = |after: &String| listed <= after.as_str() || key <= after;
        if last.as_deref() == Some(listed) || after.as_ref().is_some_and(is_before) {
            continue;
        }
        if contents.len() + prefixes.len() == most {
            is_truncated = most > 0;
            break;
        }
        last = Some(listed.to_owned());
        match common {
            Some(common) => prefixes.push(common.to_owned()),
            None => contents.push(json!({
                "Key": key,
                "LastModified": object.modified.0 as f64 / 1_000.0,
                "ETag": object.etag,
                "Size": object.content.len(),
                "StorageClass": "STANDARD",
            })),
        }
    }
    let mut answer = json!({
        "Name": params.text("Bucket")?,
        "Prefix": prefix,
        "KeyCount": contents.len() + prefixes.len(),
        "MaxKeys": most,
        "IsTruncated": is_truncated,
    });
    for name in ["Delimiter", "ContinuationToken", "StartAfter"] {
        if let Some(text) = params.maybe_text(name)? {
            answer[name] = text.into();
        }
    }
    if !contents.is_empty() {
        answer["Contents"] = contents.into();
    }
    if !prefixes.is_empty() {
        let prefixes = prefixes.into_iter().map(|it| json!({ "Prefix": it }));
        answer["CommonPrefixes"] = prefixes.collect();
    }
    if let Some(last) = last.filter(|_| is_truncated) {
        answer["NextContinuationToken"] = STANDARD.encode(last).into();
    }
    Ok(answer)
}

fn read_token(token: &str) -> Result<String, CloudError> {
    let decoded = STANDARD.decode(token).ok();
    decoded
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(|| {
            CloudError::new(
                "InvalidArgument",
                "The continuation token provided is incorrect",
            )
        })
}

fn named<'b>(buckets: &'b mut Buckets, params: &Params<'_>) -> Result<&'b mut Bucket, CloudError> {
    buckets.get_mut(params.text("Bucket")?).ok_or_else(|| {
        CloudError::new("NoSuchBucket", "The specified bucket does not exist").status(404)
    })
}

fn found<'b>(bucket: &'b Bucket, params: &Params<'_>) -> Result<&'b Object, CloudError> {
    bucket.get(params.text("Key")?).ok_or_else(|| {
        CloudError::new("NoSuchKey", "The specified key does not exist.").status(404)
    })
}

/// In HTTP a request without these names something else.
fn missing(name: &str) -> CloudError {
    CloudError::new(
        "InvalidRequest",
        format!("Missing required parameter {name}"),
    )
}
