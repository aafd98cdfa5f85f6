//! S3: REST with XML, buckets as the first part of the path or of the host's name.

use std::{borrow::Cow, collections::BTreeMap};

use axum::{
    body::Body,
    http::{
        HeaderMap, Method, StatusCode,
        header::{CONTENT_TYPE, HOST},
        request::Parts,
    },
    response::Response,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};
use stepproof_specs::cloud::CloudError;

use super::{
    super::exchange::{self, header},
    Account,
    xml::{self, Lists},
};

const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";
const XML: &str = "application/xml";
/// What headers of metadata begin with.
const METADATA: &str = "x-amz-meta-";

/// Parameters of a query that make no other operation of a request.
const HARMLESS: [&str; 10] = [
    "list-type",
    "prefix",
    "delimiter",
    "max-keys",
    "start-after",
    "continuation-token",
    "encoding-type",
    "fetch-owner",
    "x-id",
    "x-amz-",
];

/// A request, taken apart.
struct Asked<'r> {
    method: &'r Method,
    bucket: String,
    key: String,
    query: BTreeMap<String, String>,
    headers: &'r HeaderMap,
    body: &'r [u8],
}

pub(super) fn answer(account: &Account, head: &Parts, body: &[u8]) -> Response {
    let path = percent_decode_str(head.uri.path()).decode_utf8_lossy();
    let (bucket, key) = object_of(bucket(&head.headers), &path);
    let query = head.uri.query().unwrap_or_default();
    let asked = Asked {
        method: &head.method,
        bucket: bucket.to_owned(),
        key: key.to_owned(),
        query: form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect(),
        headers: &head.headers,
        body,
    };
    let Some(operation) = asked.operation() else {
        return refused(
            &asked,
            501,
            "NotImplemented",
            "this request is not modelled",
        );
    };
    let params = match asked.params(operation) {
        Ok(params) => params,
        Err(Malformed) => {
            let message = "the chunks of the body are malformed";
            return refused(&asked, 400, "IncompleteBody", message);
        }
    };
    match account.service.cloud("s3", operation, &params) {
        Ok(answer) => asked.answered(operation, answer),
        Err(CloudError {
            code,
            message,
            status,
            ..
        }) => refused(&asked, status, code, &message),
    }
}

/// The bucket in the name of the host: `bucket.localhost`.
pub(super) fn bucket(headers: &HeaderMap) -> Option<&str> {
    let host = header(headers, HOST.as_str())?;
    let name = host.split_once(':').map_or(host, |(name, _)| name);
    name.strip_suffix(".localhost")
}

/// The bucket and the key that a path names, with the bucket in the name of the host. Keys may begin with a
/// slash.
fn object_of<'p>(host: Option<&'p str>, path: &'p str) -> (&'p str, &'p str) {
    let path = path.strip_prefix('/').unwrap_or(path);
    match host {
        Some(bucket) => (bucket, path),
        None => path.split_once('/').unwrap_or((path, "")),
    }
}

/// A body in chunks that breaks off or is not in chunks.
#[derive(Debug, PartialEq, Eq)]
struct Malformed;

impl Asked<'_> {
    /// The operation, if it is one that is modelled.
    fn operation(&self) -> Option<&'static str> {
        let is_harmless = |name: &String| {
            let name = name.to_ascii_lowercase();
            HARMLESS
                .iter()
                .any(|harmless| match harmless.strip_suffix('-') {
                    Some(_) => name.starts_with(harmless),
                    None => name == *harmless,
                })
        };
        if !self.query.keys().all(is_harmless) || self.headers.contains_key("x-amz-copy-source") {
            return None;
        }
        let lists = self.query.get("list-type").is_some_and(|it| it == "2");
        Some(match (self.method, self.key.is_empty()) {
            (&Method::PUT, true) => "CreateBucket",
            (&Method::HEAD, true) => "HeadBucket",
            (&Method::DELETE, true) => "DeleteBucket",
            (&Method::GET, true) if lists => "ListObjectsV2",
            (&Method::PUT, false) => "PutObject",
            (&Method::GET, false) => "GetObject",
            (&Method::HEAD, false) => "HeadObject",
            (&Method::DELETE, false) => "DeleteObject",
            _ => return None,
        })
    }

    fn params(&self, operation: &str) -> Result<Value, Malformed> {
        let mut params = json!({ "Bucket": self.bucket });
        let mut texts = Vec::new();
        match operation {
            "ListObjectsV2" => {
                let names = [
                    ("Prefix", "prefix"),
                    ("Delimiter", "delimiter"),
                    ("StartAfter", "start-after"),
                    ("ContinuationToken", "continuation-token"),
                ];
                texts.extend(names.map(|(name, asked)| {
                    let value = self.query.get(asked);
                    (name, value.map(String::as_str))
                }));
                if let Some(most) = self.query.get("max-keys") {
                    let most = most.parse::<i64>();
                    params["MaxKeys"] = most.unwrap_or(-1).into();
                }
            }
            "CreateBucket" | "HeadBucket" | "DeleteBucket" => {}
            _ => texts.push(("Key", Some(self.key.as_str()))),
        }
        if operation == "GetObject" {
            texts.push(("Range", header(self.headers, "range")));
        }
        if operation == "PutObject" {
            texts.push(("ContentType", header(self.headers, CONTENT_TYPE.as_str())));
            texts.push(("IfNoneMatch", header(self.headers, "if-none-match")));
            let metadata = self.headers.iter().filter_map(|(name, value)| {
                let name = name.as_str().strip_prefix(METADATA)?;
                Some((name.to_owned(), value.to_str().ok()?.into()))
            });
            params["Metadata"] = Value::Object(metadata.collect());
            params["BodyBase64"] = STANDARD.encode(self.content()?).into();
        }
        for (name, value) in texts {
            if let Some(value) = value {
                params[name] = value.into();
            }
        }
        Ok(params)
    }

    /// The content of the body, which some clients send in signed chunks.
    fn content(&self) -> Result<Cow<'_, [u8]>, Malformed> {
        let hash = header(self.headers, "x-amz-content-sha256").unwrap_or_default();
        if hash.starts_with("STREAMING-") {
            return unchunked(self.body).map(Cow::Owned);
        }
        Ok(Cow::Borrowed(self.body))
    }

    fn answered(&self, operation: &str, answer: Value) -> Response {
        match operation {
            "ListObjectsV2" => {
                let text = xml::document(
                    "ListBucketResult",
                    Some(NAMESPACE),
                    &self.listed(answer),
                    Lists::Flat,
                );
                exchange::answer(StatusCode::OK, XML, text)
            }
            "CreateBucket" => {
                let mut response = exchange::answer(StatusCode::OK, XML, Body::empty());
                let location = answer["Location"].as_str().unwrap_or_default();
                exchange::with(&mut response, "location", location);
                response
            }
            "HeadBucket" => {
                let mut response = exchange::answer(StatusCode::OK, XML, Body::empty());
                let region = answer["BucketRegion"].as_str().unwrap_or_default();
                exchange::with(&mut response, "x-amz-bucket-region", region);
                response
            }
            "DeleteBucket" | "DeleteObject" => {
                exchange::answer(StatusCode::NO_CONTENT, XML, Body::empty())
            }
            _ => object(operation, &answer),
        }
    }

    /// A list as it is written: times as text, and names encoded if that is asked for.
    fn listed(&self, mut answer: Value) -> Value {
        let encodes = self
            .query
            .get("encoding-type")
            .is_some_and(|it| it == "url");
        let encode = |value: &mut Value| {
            if let Some(text) = value.as_str().filter(|_| encodes) {
                let text: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
                *value = text.into();
            }
        };
        for content in answer["Contents"].as_array_mut().into_iter().flatten() {
            encode(&mut content["Key"]);
            let modified = time(&content["LastModified"]);
            content["LastModified"] = format!("{modified:.3}").into();
        }
        for prefix in answer["CommonPrefixes"]
            .as_array_mut()
            .into_iter()
            .flatten()
        {
            encode(&mut prefix["Prefix"]);
        }
        for name in ["Prefix", "Delimiter", "StartAfter"] {
            if let Some(value) = answer.get_mut(name) {
                encode(value);
            }
        }
        // What there is none of is not told.
        if let Some(members) = answer.as_object_mut() {
            members.retain(|_, value| !value.is_null());
        }
        if encodes {
            answer["EncodingType"] = "url".into();
        }
        answer
    }
}

/// An object in headers, and perhaps a body.
fn object(operation: &str, answer: &Value) -> Response {
    let text = |name: &str| answer[name].as_str().unwrap_or_default();
    let is_part = answer.get("ContentRange").is_some();
    let status = if is_part {
        StatusCode::PARTIAL_CONTENT
    } else {
        StatusCode::OK
    };
    let body = match answer.get("BodyBase64").and_then(Value::as_str) {
        Some(encoded) => STANDARD.decode(encoded).unwrap_or_default(),
        None => text("Body").as_bytes().to_vec(),
    };
    let mut response = exchange::answer(status, XML, Body::from(body));
    exchange::with(&mut response, "etag", text("ETag"));
    if operation == "PutObject" {
        return response;
    }
    let modified = time(&answer["LastModified"]);
    let modified = modified.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let mut told = vec![
        ("content-type".to_owned(), text("ContentType").to_owned()),
        ("last-modified".to_owned(), modified),
        ("accept-ranges".to_owned(), text("AcceptRanges").to_owned()),
    ];
    if is_part {
        told.push(("content-range".to_owned(), text("ContentRange").to_owned()));
    }
    if operation == "HeadObject" {
        let length = answer["ContentLength"].to_string();
        told.push(("content-length".to_owned(), length));
    }
    let nothing = Map::new();
    let metadata = answer["Metadata"].as_object().unwrap_or(&nothing);
    told.extend(metadata.iter().filter_map(|(name, value)| {
        Some((format!("{METADATA}{name}"), value.as_str()?.to_owned()))
    }));
    for (name, value) in told {
        exchange::with(&mut response, &name, &value);
    }
    response
}

/// A time that is told in seconds.
fn time(seconds: &Value) -> Timestamp {
    let millis = seconds.as_f64().unwrap_or_default() * 1_000.0;
    Timestamp::from_millisecond(millis as i64).unwrap_or_default()
}

fn refused(asked: &Asked<'_>, status: u16, code: &str, message: &str) -> Response {
    let content = json!({
        "Code": code,
        "Message": message,
        "BucketName": asked.bucket,
        "Key": asked.key,
        "RequestId": uuid::Uuid::new_v4().to_string(),
    });
    // Whoever asks for the head of an answer is told only the status.
    let text = if asked.method == Method::HEAD {
        String::new()
    } else {
        xml::document("Error", None, &content, Lists::Flat)
    };
    exchange::answer(exchange::status(status), XML, text)
}

/// The content of a body in chunks (API reference, "Signature calculations for the authorization header:
/// transferring payload in multiple chunks"). Signatures and what trails are not looked at.
fn unchunked(mut body: &[u8]) -> Result<Vec<u8>, Malformed> {
    let mut content = Vec::new();
    loop {
        let end = body
            .windows(2)
            .position(|it| it == b"\r\n")
            .ok_or(Malformed)?;
        let line = std::str::from_utf8(&body[..end]).map_err(|_| Malformed)?;
        let size = line.split(';').next().unwrap_or_default();
        let size = usize::from_str_radix(size, 16).map_err(|_| Malformed)?;
        body = &body[end + 2..];
        if size == 0 {
            return Ok(content);
        }
        let (chunk, rest) = body.split_at_checked(size).ok_or(Malformed)?;
        content.extend(chunk);
        body = rest.strip_prefix(b"\r\n").ok_or(Malformed)?;
    }
}

#[cfg(test)]
mod tests {
    use super::{Malformed, object_of, unchunked};

    #[test]
    fn keys_may_begin_with_a_slash() {
        for (host, path, named) in [
            (None, "/b", ("b", "")),
            (None, "/b/", ("b", "")),
            (None, "/b/k/l", ("b", "k/l")),
            (None, "/b//k", ("b", "/k")),
            (Some("b"), "/", ("b", "")),
            (Some("b"), "/k", ("b", "k")),
            (Some("b"), "//k", ("b", "/k")),
        ] {
            assert_eq!(object_of(host, path), named, "{path}");
        }
    }

    #[test]
    fn chunks_are_put_together() {
        let body =
            b"3;chunk-signature=0\r\nabc\r\n1\r\n\n\r\n0\r\nx-amz-checksum-crc32:AAAA\r\n\r\n";
        assert_eq!(unchunked(body), Ok(b"abc\n".to_vec()));
        for broken in [
            "",
            "3",
            "3\r\nab",
            "3\r\nabcd\r\n0\r\n",
            "x\r\n",
            "1\r\na\r\n",
        ] {
            assert_eq!(unchunked(broken.as_bytes()), Err(Malformed), "{broken}");
        }
    }
}
