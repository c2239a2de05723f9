//! JSON of whatever shape: every text in it under its name.

use serde_json::Value;

use super::Pair;

/// Deeper is no configuration of anybody's.
const DEPTH: usize = 16;

/// Google's key file for a service account (cloud.google.com/iam/docs/keys-create-delete).
pub(super) fn is_service_account(text: &str) -> bool {
    text.starts_with('{')
        && serde_json::from_str::<Value>(text).is_ok_and(|value| {
            value["type"] == "service_account" && value["private_key"].is_string() && value["client_email"].is_string()
        })
}

pub(super) fn pairs(text: &str) -> Option<Vec<Pair>> {
    if !text.starts_with(['{', '[']) {
        return None;
    }
    let value = serde_json::from_str(text).ok()?;
    let mut pairs = Vec::new();
    collect("", &value, &mut pairs, DEPTH);
    Some(pairs)
}

fn collect(name: &str, value: &Value, pairs: &mut Vec<Pair>, depth: usize) {
    let Some(depth) = depth.checked_sub(1) else { return };
    match value {
        Value::String(text) => pairs.push(Pair::new(name, text.as_str())),
        Value::Array(values) => values.iter().for_each(|value| collect(name, value, pairs, depth)),
        Value::Object(fields) => fields.iter().for_each(|(name, value)| collect(name, value, pairs, depth)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
