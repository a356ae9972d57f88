use chrono::{DateTime, Utc};
use model::record::Record;
use serde_json::{Value, json};

use super::{FieldError, parse, parse_all};

fn now() -> DateTime<Utc> {
    "2018-08-13T16:00:00Z".parse().unwrap()
}

/// A record that is right, with some fields replaced; `null` takes one away.
fn with(fields: Value) -> Value {
    let mut record = json!({ "service": "order-service", "environment": "dev", "commit": "7fc38a2b69e35dc2c3ba4b9bac4d1bd28d7e24aa" });
    for (field, value) in fields.as_object().unwrap() {
        record[field] = value.clone();
    }
    record
}

fn ok(value: Value) -> Record {
    parse(value.clone(), now()).unwrap_or_else(|errors| panic!("{value}: {errors:?}"))
}

fn errors(value: Value) -> Vec<String> {
    parse(value, now()).unwrap_err().iter().map(ToString::to_string).collect()
}

#[test]
fn the_record_of_the_manual_is_read_whole() {
    let record = ok(json!({
        "service": "order-service", "environment": "dev", "commit": "7fc38a2b69e35dc2c3ba4b9bac4d1bd28d7e24aa",
        "by": "gauxachs", "at": "2018-08-13T15:56:53Z",
        "image": "registry.example.com:5000/shop/order-service:7fc38a2b",
        "digest": "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "version": "1.4.0",
        "branch": "main", "repository": "https://git.example.com/shop/order-service", "url": "https://ci.example.com/job/812",
        "outcome": "success", "ticket": { "id": 7 }
    }));
    insta::assert_json_snapshot!(record);
}

#[test]
fn what_is_left_out_has_its_default() {
    let record = ok(with(json!({ "by": null, "version": "" })));
    assert_eq!((record.at, record.outcome), (now(), model::record::Outcome::Success));
    assert_eq!((record.by, record.version, record.extra.len()), (None, None, 0));
}

#[test]
fn any_one_identity_is_enough() {
    let digest = format!("sha256:{}", "a".repeat(64));
    for identity in [json!({ "digest": digest }), json!({ "image": "shop/cart:1.4.0" }), json!({ "version": "1.4.0" })] {
        let mut value = with(identity);
        value["commit"] = Value::Null;
        ok(value);
    }
}

#[test]
fn fields_are_normalised() {
    let record = ok(with(json!({ "service": "  cart ", "commit": "7FC38A2", "at": "2018-08-13T17:56:53.123456+02:00" })));
    assert_eq!((record.service.as_str(), record.commit.as_deref()), ("cart", Some("7fc38a2")));
    assert_eq!(record.at.to_rfc3339(), "2018-08-13T15:56:53.123+00:00");
}

#[test]
fn a_clock_may_be_five_minutes_ahead_and_no_more() {
    ok(with(json!({ "at": "2018-08-13T16:05:00Z" })));
    let errors = errors(with(json!({ "at": "2018-08-13T16:05:01Z" })));
    assert!(errors[0].starts_with("/at: 2018-08-13T16:05:01Z is in the future"), "{errors:?}");
}

#[test]
fn the_field_at_fault_is_named() {
    let long = "x".repeat(300);
    let cases = [
        (json!(7), "a record is a JSON object, not a number"),
        (json!([with(json!({}))]), "a record is a JSON object, not an array"),
        (with(json!({ "service": null })), "/service: is missing: a record names its service and its environment"),
        (with(json!({ "environment": " " })), "/environment: is missing: a record names its service and its environment"),
        (with(json!({ "service": 7 })), "/service: must be text, not a number"),
        (with(json!({ "service": long })), "/service: has 300 characters: at most 253 are allowed"),
        (with(json!({ "by": "a\nb" })), "/by: holds a control character (a line break or the like)"),
        (with(json!({ "commit": "7fc38a" })), "/commit: `7fc38a` is not a git commit: 7 to 40 hexadecimal digits"),
        (with(json!({ "commit": "main-7fc38a2" })), "/commit: `main-7fc38a2` is not a git commit: 7 to 40 hexadecimal digits"),
        (with(json!({ "commit": "a".repeat(41) })), "is not a git commit"),
        (with(json!({ "commit": null })), "what was deployed is missing: give at least one of `commit`, `digest`, `image`, `version`"),
        (
            with(json!({ "digest": "sha256:abc" })),
            "/digest: `sha256:abc` is not an image digest: `sha256:` and 64 lower-case hexadecimal digits",
        ),
        (with(json!({ "digest": format!("sha256:{}", "A".repeat(64)) })), "is not an image digest"),
        (with(json!({ "image": "Not An Image" })), "/image: "),
        (with(json!({ "url": "javascript:alert(1)" })), "/url: must begin with http:// or https://, not javascript:"),
        (with(json!({ "url": "ci/job/7" })), "/url: `ci/job/7` is not a URL"),
        (with(json!({ "at": "yesterday" })), "/at: `yesterday` is not an RFC 3339 time: write it like 2018-08-13T15:56:53Z"),
        (with(json!({ "at": "2018-08-13 15:56:53" })), "is not an RFC 3339 time"),
        (with(json!({ "at": 1534175813 })), "/at: must be text, not a number"),
        (with(json!({ "outcome": "ok" })), "/outcome: `ok` is not an outcome: one of `started`, `success`, `failure`, `cancelled`"),
        (with(json!({ "note": "x".repeat(17_000) })), "the unknown fields are longer than 16384 bytes of JSON"),
    ];
    for (value, expected) in cases {
        let found = errors(value.clone());
        assert!(found.len() == 1 && found[0].contains(expected), "{value}\n  expected {expected}\n  found {found:?}");
    }
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let found = errors(json!({ "environment": 1, "commit": "xyz", "outcome": "ok" }));
    let pointers: Vec<_> = found.iter().filter_map(|error| error.split(':').next()).collect();
    assert_eq!(pointers, ["/service", "/environment", "/commit", "/outcome"]);
}

#[test]
fn an_array_names_the_place_of_each_error() {
    let value = json!([with(json!({})), with(json!({ "commit": "xyz" })), "seven"]);
    let found = parse_all(value, now()).unwrap_err();
    let pointers: Vec<_> = found.iter().map(|FieldError { pointer, .. }| pointer.as_str()).collect();
    assert_eq!(pointers, ["/1/commit", "/2"]);
}

#[test]
fn arrays_have_bounds() {
    assert_eq!(parse_all(json!([]), now()).unwrap_err()[0].to_string(), "the array is empty: send at least one record");
    let many = Value::Array(vec![with(json!({})); 1001]);
    assert_eq!(parse_all(many, now()).unwrap_err()[0].to_string(), "1001 records at once: send at most 1000");
    assert_eq!(parse_all(with(json!({})), now()).unwrap().len(), 1);
    assert_eq!(parse_all(Value::Array(vec![with(json!({})); 1000]), now()).unwrap().len(), 1000);
}
