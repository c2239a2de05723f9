//! What a server answered, in whichever of the shapes providers use.

use reqwest::header::{HeaderMap, LOCATION, RETRY_AFTER};
use serde_json::Value;
use time::{OffsetDateTime, format_description::well_known::Rfc2822};
use url::Url;

use crate::auth::refusal_of;

/// Nobody asks to be left alone for longer.
const DAY_S: u32 = 86_400;

/// Status, headers, and as much of the body as is read.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    /// There was more of it.
    pub(super) cut: bool,
}

/// The provider's words.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Said {
    pub(super) message: Option<String>,
    /// Codes, types, states and reasons; the most specific first.
    pub(super) codes: Vec<String>,
}

impl Answer {
    pub(super) fn json(&self) -> Option<Value> {
        if self.cut { None } else { serde_json::from_slice(&self.body).ok() }
    }

    pub(super) fn is_html(&self) -> bool {
        let typed = self.header("content-type").is_some_and(|t| t.to_ascii_lowercase().starts_with("text/html"));
        (typed || self.body.trim_ascii_start().starts_with(b"<")) && self.amazon_s().is_none()
    }

    /// Code and words of a refusal in the XML of Amazon's older services, whatever it is said to be. What stores of files
    /// answer in XML is no refusal of a key: a base URL leads there by mistake.
    fn amazon_s(&self) -> Option<(String, String)> {
        let text = std::str::from_utf8(&self.body).ok().filter(|_| !self.cut)?.trim_start();
        let begins = text.starts_with('<') && text.contains("<ErrorResponse");
        refusal_of(text).filter(|_| begins)
    }

    /// Compressed though nobody asked, or no text at all.
    pub(super) fn is_garbled(&self) -> bool {
        let encoded = self.header("content-encoding").is_some_and(|e| !e.eq_ignore_ascii_case("identity"));
        encoded || (!self.cut && std::str::from_utf8(&self.body).is_err())
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(super) fn redirect_host(&self, from: &Url) -> Option<String> {
        let to = from.join(self.headers.get(LOCATION)?.to_str().ok()?).ok()?;
        let host = to.host_str()?;
        Some(to.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
    }

    /// Seconds, from the header (a number, or a date) or from Google's `retryDelay`. Longer than a day is nonsense.
    pub(super) fn retry_after_s(&self, json: Option<&Value>, now_ms: i64) -> Option<u32> {
        let told = self.headers.get(RETRY_AFTER).and_then(|v| v.to_str().ok()).map(str::trim);
        let seconds = told.and_then(|text| text.parse().ok());
        let until = || {
            let at = OffsetDateTime::parse(told?, &Rfc2822).ok()?;
            u32::try_from(at.unix_timestamp() - now_ms / 1000).ok()
        };
        let delay = || {
            let details = json?.pointer("/error/details")?.as_array()?;
            let text = details.iter().find_map(|d| d.get("retryDelay")?.as_str())?;
            text.strip_suffix('s')?.split('.').next()?.parse().ok()
        };
        seconds.or_else(until).or_else(delay).filter(|seconds| *seconds <= DAY_S)
    }

    pub(super) fn said(&self, json: Option<&Value>) -> Said {
        let mut said = Said::default();
        match (json, self.amazon_s()) {
            (Some(value), _) => said.read(value, 0),
            (None, Some((code, message))) => {
                said.codes.push(code);
                said.tell(&message);
            }
            (None, None) if !self.is_html() && !self.is_garbled() => {
                let text = String::from_utf8_lossy(&self.body[..self.body.len().min(4096)]).trim().to_owned();
                said.message = (!text.is_empty()).then_some(text);
            }
            (None, None) => {}
        }
        // Names say more than numbers.
        said.codes.sort_by_key(|code| code.bytes().all(|b| b.is_ascii_digit()));
        said
    }
}

impl Said {
    fn read(&mut self, value: &Value, depth: u8) {
        match value {
            Value::String(text) => self.tell(text),
            Value::Array(items) if depth < 4 => items.iter().take(3).for_each(|item| self.read(item, depth + 1)),
            Value::Object(fields) if depth < 4 => {
                if let Some(Value::String(told)) = fields.get("error_description") {
                    // RFC 6749, section 5.2: beside a description the error is a code.
                    self.code(fields.get("error"));
                    self.tell(told);
                }
                let details = fields.get("details").and_then(Value::as_array);
                details.into_iter().flatten().for_each(|detail| self.code(detail.get("reason")));
                for name in ["reason", "code", "error_code", "err_code", "__type", "status", "type", "status_code"] {
                    self.code(fields.get(name));
                }
                for name in [
                    "error",
                    "errors",
                    "base_resp",
                    "message",
                    "detail",
                    "msg",
                    "status_msg",
                    "err_msg",
                    "error_description",
                    "title",
                ] {
                    if let Some(inner) = fields.get(name) {
                        self.read(inner, depth + 1);
                    }
                }
            }
            _ => {}
        }
    }

    fn tell(&mut self, text: &str) {
        if self.message.is_none() && !text.trim().is_empty() {
            self.message = Some(text.to_owned());
        }
    }

    fn code(&mut self, value: Option<&Value>) {
        let code = match value {
            // Amazon writes a name space before its types.
            Some(Value::String(text)) if text != "error" && !text.is_empty() && text.len() <= 120 => {
                text.rsplit('#').next().unwrap_or(text).to_owned()
            }
            Some(Value::Number(number)) => number.to_string(),
            _ => return,
        };
        if !self.codes.contains(&code) {
            self.codes.push(code);
        }
    }

    /// Whether one of the codes is this one, whatever the case.
    pub(super) fn has_code(&self, code: &str) -> bool {
        self.codes.iter().any(|c| c.eq_ignore_ascii_case(code))
    }

    /// Message and codes in lower case, to look for words in.
    pub(super) fn words(&self) -> String {
        let message = self.message.iter().map(String::as_str);
        message.chain(self.codes.iter().map(String::as_str)).collect::<Vec<_>>().join(" \n ").to_lowercase()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(body: &str) -> Answer {
        Answer { status: 400, headers: HeaderMap::new(), body: body.into(), cut: false }
    }

    #[test]
    fn reads_every_shape_of_error() {
        for (body, message, codes) in [
            (r#"{"error":{"message":"m","type":"t","code":"c"}}"#, "m", vec!["c", "t"]),
            (r#"{"error":{"message":"m","type":"t","code":null}}"#, "m", vec!["t"]),
            (r#"{"error":{"code":401,"message":"m"}}"#, "m", vec!["401"]),
            (r#"{"error":"m"}"#, "m", vec![]),
            (r#"{"error":"c","error_description":"m"}"#, "m", vec!["c"]),
            (r#"{"code":"c","error":"m"}"#, "m", vec!["c"]),
            (r#"{"type":"error","error":{"type":"t","message":"m"}}"#, "m", vec!["t"]),
            (
                r#"{"error":{"code":400,"status":"S","message":"m","details":[{"reason":"R"}]}}"#,
                "m",
                vec!["R", "S", "400"],
            ),
            (r#"{"message":"m","type":"t","code":"c"}"#, "m", vec!["c", "t"]),
            (r#"{"message":"m","id":"1"}"#, "m", vec![]),
            (r#"{"detail":"m"}"#, "m", vec![]),
            (r#"{"detail":{"status":"s","message":"m"}}"#, "m", vec!["s"]),
            (r#"{"detail":[{"msg":"m","type":"t"}]}"#, "m", vec!["t"]),
            (r#"{"status":403,"title":"Forbidden","detail":"m"}"#, "m", vec!["403"]),
            (r#"{"err_code":"c","err_msg":"m"}"#, "m", vec!["c"]),
            (r#"{"__type":"com.amazon.coral.service#t","message":"m"}"#, "m", vec!["t"]),
            (r#"{"base_resp":{"status_code":1008,"status_msg":"m"}}"#, "m", vec!["1008"]),
            (r#"[{"error":{"message":"m","status":"s"}}]"#, "m", vec!["s"]),
            (r#""m""#, "m", vec![]),
            ("m", "m", vec![]),
        ] {
            let a = answer(body);
            let said = a.said(a.json().as_ref());
            assert_eq!(
                (said.message.as_deref(), said.codes),
                (Some(message), codes.iter().map(ToString::to_string).collect()),
                "{body}"
            );
        }
        let page = answer("<html><title>x</title></html>");
        assert_eq!(page.said(page.json().as_ref()), Said::default());
    }

    #[test]
    fn understands_when_to_come_back() {
        let told = |header: &str, body: &str| {
            let mut a = answer(body);
            if !header.is_empty() {
                a.headers.insert(RETRY_AFTER, header.parse().expect("a header"));
            }
            a.retry_after_s(a.json().as_ref(), 1_000_000_000_000)
        };
        assert_eq!(told("12", ""), Some(12));
        assert_eq!(told("Sun, 09 Sep 2001 01:47:40 GMT", ""), Some(60));
        assert_eq!(told("", r#"{"error":{"details":[{"retryDelay":"7.5s"}]}}"#), Some(7));
        for nonsense in
            ["-1", "soon", "1e9", "99999999999", "4294967295", "86401", "Sun, 09 Sep 1999 01:47:40 GMT", "NaN"]
        {
            assert_eq!(told(nonsense, ""), None, "{nonsense}");
        }
    }
}
