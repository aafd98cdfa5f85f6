use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Account, text};

fn bucket() -> Account {
    let mut account = Account::new();
    account.ask("s3:CreateBucket", json!({"Bucket": "some-bucket"}));
    account
}

fn put(account: &mut Account, key: &str, body: Value) -> Value {
    account.ask(
        "s3:PutObject",
        json!({"Bucket": "some-bucket", "Key": key, "Body": body}),
    )
}

#[test]
fn an_object_is_read_as_it_was_put() {
    let mut account = bucket();
    let object = json!({"Bucket": "some-bucket", "Key": "a/b"});
    let etag = put(&mut account, "a/b", json!("text"))["ETag"].clone();
    assert_eq!(etag, "\"1cb251ec0d568de6a929b520c4aed8d1\"");
    let read = account.ask("s3:GetObject", object.clone());
    assert_eq!(read["Body"], "text");
    assert_eq!(read["ContentLength"], 4);
    let head = account.ask("s3:HeadObject", object.clone());
    assert_eq!((&head["ETag"], head.get("Body")), (&etag, None));
    put(&mut account, "a/b", json!({"a": [1]}));
    assert_eq!(
        account.ask("s3:GetObject", object.clone())["Body"],
        "{\"a\":[1]}"
    );
    let mut binary = object.clone();
    binary["BodyBase64"] = json!("/wA=");
    account.ask("s3:PutObject", binary);
    let read = account.ask("s3:GetObject", object.clone());
    assert_eq!(
        (&read["BodyBase64"], read.get("Body")),
        (&json!("/wA="), None)
    );
    let mut ranged = object.clone();
    ranged["Range"] = json!("bytes=1-");
    let read = account.ask("s3:GetObject", ranged);
    assert_eq!(
        (&read["Body"], &read["ContentRange"]),
        (&json!("\0"), &json!("bytes 1-1/2"))
    );
    account.ask("s3:DeleteObject", object.clone());
    account.ask("s3:DeleteObject", object);
}

#[test]
fn wrong_calls_are_refused_with_the_codes_of_the_service() {
    let mut account = bucket();
    put(&mut account, "k", json!(""));
    let at = |bucket: &str, key: &str| json!({"Bucket": bucket, "Key": key});
    let range = json!({"Bucket": "some-bucket", "Key": "k", "Range": "bytes=5-"});
    let unless = json!({"Bucket": "some-bucket", "Key": "k", "IfNoneMatch": "*"});
    for (operation, params, code, status) in [
        ("GetObject", at("some-bucket", "none"), "NoSuchKey", 404),
        ("HeadObject", at("some-bucket", "none"), "NoSuchKey", 404),
        ("GetObject", at("no-bucket", "k"), "NoSuchBucket", 404),
        ("PutObject", at("no-bucket", "k"), "NoSuchBucket", 404),
        (
            "PutObject",
            at("some-bucket", &"k".repeat(1_025)),
            "KeyTooLongError",
            400,
        ),
        ("PutObject", unless, "PreconditionFailed", 412),
        ("GetObject", range, "InvalidRange", 416),
        (
            "DeleteBucket",
            json!({"Bucket": "some-bucket"}),
            "BucketNotEmpty",
            409,
        ),
        (
            "CreateBucket",
            json!({"Bucket": "Some"}),
            "InvalidBucketName",
            400,
        ),
        (
            "CreateBucket",
            json!({"Bucket": "1.2.3.4"}),
            "InvalidBucketName",
            400,
        ),
        (
            "CreateBucket",
            json!({"Bucket": "some-bucket"}),
            "BucketAlreadyOwnedByYou",
            409,
        ),
    ] {
        let error = account.call(&format!("s3:{operation}"), params.clone());
        let error = error.expect_err("an error");
        assert_eq!(
            (error.code, error.status),
            (code, status),
            "{operation} {params}"
        );
    }
}

#[test]
fn prefixes_stand_for_what_they_have_in_common() {
    let mut account = bucket();
    for key in ["a", "b/1", "b/2", "b/c/3", "d"] {
        put(&mut account, key, json!("x"));
    }
    let params = json!({"Bucket": "some-bucket", "Delimiter": "/"});
    let listed = account.ask("s3:ListObjectsV2", params);
    let keys = |listed: &Value| {
        let contents = listed["Contents"].as_array().cloned().unwrap_or_default();
        contents
            .iter()
            .map(|it| text(&it["Key"]))
            .collect::<Vec<_>>()
    };
    assert_eq!(keys(&listed), ["a", "d"]);
    assert_eq!(listed["CommonPrefixes"], json!([{"Prefix": "b/"}]));
    let params = json!({"Bucket": "some-bucket", "Delimiter": "/", "Prefix": "b/"});
    let listed = account.ask("s3:ListObjectsV2", params);
    assert_eq!(keys(&listed), ["b/1", "b/2"]);
    assert_eq!(listed["CommonPrefixes"], json!([{"Prefix": "b/c/"}]));
}

proptest! {
    /// Pages together list every key, and every common prefix, once and in order.
    #[test]
    fn pages_leave_nothing_out(
        keys in prop::collection::btree_set("[ab/]{1,4}", 1..20),
        size in 1..5_i64,
        has_delimiter in any::<bool>(),
    ) {
        let mut account = bucket();
        for key in &keys {
            put(&mut account, key, json!("x"));
        }
        let mut params = json!({"Bucket": "some-bucket"});
        if has_delimiter {
            params["Delimiter"] = json!("/");
        }
        let names = |listed: &Value| -> Vec<String> {
            let list = |list: &str, name: &str| {
                let all = listed[list].as_array().cloned().unwrap_or_default();
                all.iter().map(|it| text(&it[name])).collect::<Vec<_>>()
            };
            [list("Contents", "Key"), list("CommonPrefixes", "Prefix")].concat()
        };
        let whole = account.ask("s3:ListObjectsV2", params.clone());
        params["MaxKeys"] = json!(size);
        let mut paged = BTreeSet::new();
        loop {
            let page = account.ask("s3:ListObjectsV2", params.clone());
            prop_assert!(page["KeyCount"].as_i64() <= Some(size));
            for name in names(&page) {
                prop_assert!(paged.insert(name));
            }
            if page["IsTruncated"] == false {
                break;
            }
            params["ContinuationToken"] = page["NextContinuationToken"].clone();
        }
        let whole: BTreeSet<_> = names(&whole).into_iter().collect();
        prop_assert_eq!(paged, whole);
    }
}
