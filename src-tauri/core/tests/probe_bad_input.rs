//! What no honest server sends, and what honest ones send in too many shapes: whatever comes, a test ends, in a true
//! outcome, with words that can be shown.

#[path = "probe/support.rs"]
mod support;

use keystead_core::{
    probe::{
        Cause,
        Outcome::{self, *},
        Stage, StageState, TestReport,
    },
    provider::Provider,
};
use support::{KEY, custom, moved, probe, raw, says, states};
use tokio::io::AsyncWriteExt;

/// The shapes in which providers wrap what went wrong; `T` is a type or code, `M` the message.
const SHAPES: [(&str, &str); 9] = [
    ("OpenAI", r#"{"error":{"message":"M","type":"T","param":null,"code":null}}"#),
    ("Anthropic", r#"{"type":"error","error":{"type":"T","message":"M"},"request_id":"req_1"}"#),
    ("Google", r#"{"error":{"code":STATUS,"message":"M","status":"T"}}"#),
    ("Google, in a list", r#"[{"error":{"code":STATUS,"message":"M","status":"T"}}]"#),
    ("a bare string", r#"{"error":"M","code":"T"}"#),
    ("FastAPI", r#"{"detail":"M"}"#),
    ("validation", r#"{"detail":[{"loc":["header"],"msg":"M","type":"T"}]}"#),
    ("problem details", r#"{"type":"https://x.example/T","title":"M","status":STATUS}"#),
    ("Amazon", r#"{"__type":"com.amazon.coral.service#T","message":"M"}"#),
];

fn answer(head: &str, body: &[u8]) -> Vec<u8> {
    [format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\n\r\n", body.len()).as_bytes(), body].concat()
}

async fn asked(id: &str, bytes: Vec<u8>) -> TestReport {
    let origin = format!("http://{}", says(bytes).await);
    let provider: Provider = if id == "custom" { custom(&format!("{origin}/v1")) } else { moved(id, &origin) };
    let report = probe(&provider, Some(KEY)).await;
    showable(id, &report);
    report
}

/// What holds of every report: it can be shown and kept, and it says one thing.
fn showable(what: &str, report: &TestReport) {
    assert_eq!(report.stages.len(), 6, "{what}");
    let failed = report.stages.iter().filter(|stage| stage.state == StageState::Failed).count();
    assert!(failed <= 1, "{what}: {:?}", states(report));
    assert!(!report.key_proven || report.outcome.proves_key(), "{what}: {:?}", report.outcome);
    for text in [&report.detail, &report.provider_code, &report.request_id].into_iter().flatten() {
        assert!(text.chars().count() <= 300 && !text.chars().any(char::is_control), "{what}: {text:?}");
        assert!(!text.contains(&KEY[..12]), "{what} repeats the key");
    }
    let kept = serde_json::to_string(report).expect("JSON");
    assert_eq!(serde_json::from_str::<TestReport>(&kept).expect("the same"), *report, "{what}");
}

#[tokio::test]
async fn nine_shapes_of_error_are_read_at_every_status_alike() {
    // With words that mean nothing to us: the status decides, and the words are shown as they came.
    let plain = [
        (400, ReachableUnverified),
        (401, InvalidKey),
        (402, NoCredit),
        (404, WrongBaseUrl),
        (408, ProviderDown),
        (429, RateLimited),
        (451, RegionBlocked),
        (500, ProviderDown),
        (503, ProviderDown),
        (529, ProviderDown),
    ];
    // With words that say more than the status.
    let telling = [
        (400, "API key not valid. Please pass a valid API key.", InvalidKey),
        (401, "Your API key has expired", Expired),
        (403, "This API key has been disabled", Disabled),
        (429, "Your credit balance is too low to access the API", NoCredit),
        (403, "User location is not supported for the API use.", RegionBlocked),
    ];
    let all = plain
        .iter()
        .map(|(status, outcome)| (*status, "Ouch, says the box", *outcome))
        .chain(telling.iter().map(|(status, words, outcome)| (*status, *words, *outcome)));
    for (status, message, outcome) in all {
        for (shape, body) in SHAPES {
            let body = body.replace("STATUS", &status.to_string()).replace('M', "\u{1}").replace('T', "box_fault");
            let body = body.replace('\u{1}', message);
            for id in ["openai", "anthropic", "custom"] {
                let report = asked(id, answer(&format!("{status} X"), body.as_bytes())).await;
                let what = format!("{id}, {shape}, {status}: {message}");
                assert_eq!((report.outcome, report.http_status), (outcome, Some(status)), "{what}: {report:?}");
                assert_eq!(report.detail.as_deref(), Some(message), "{what}");
            }
        }
    }
}

/// What comes, whose test it is, the bytes, and how it ends.
type Case = (&'static str, &'static str, Vec<u8>, Outcome, Option<Cause>);

/// One megabyte of zeros a thousand times smaller, over and over.
fn bomb() -> Vec<u8> {
    let mut member = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
    member.extend([0xec, 0xc1, 0x01, 0x01, 0x00, 0x00, 0x00, 0x80, 0x90, 0xfe, 0xaf, 0xee, 0x08, 0x0a]);
    member.extend(vec![0; 1024]);
    member.repeat(4096)
}

#[tokio::test]
async fn what_is_no_answer_at_all_is_called_what_it_is() {
    let page = b"<!doctype html><html><title>Welcome</title><body>Sign in</body></html>";
    let cases: Vec<Case> = vec![
        ("an empty list", "openai", answer("200 OK", br#"{"object":"list","data":[]}"#), Connected, None),
        ("an empty bare list", "mistral", answer("200 OK", b"[]"), Connected, None),
        ("an empty object", "openai", answer("200 OK", b"{}"), WrongBaseUrl, Some(Cause::Shape)),
        ("null", "openai", answer("200 OK", b"null"), WrongBaseUrl, Some(Cause::Shape)),
        ("a number", "openai", answer("200 OK", b"1e999"), WrongBaseUrl, Some(Cause::Shape)),
        ("an error with 200", "openai", answer("200 OK", br#"{"error":"no"}"#), WrongBaseUrl, Some(Cause::Shape)),
        ("a page with 200", "openai", answer("200 OK", page), WrongBaseUrl, Some(Cause::Html)),
        ("a page with 200, custom", "custom", answer("200 OK", page), WrongBaseUrl, Some(Cause::Html)),
        ("a page with 401", "openai", answer("401 X", page), InvalidKey, None),
        ("a firewall's page", "openai", answer("403 X", page), RegionBlocked, Some(Cause::Html)),
        (
            "a store of files",
            "openai",
            answer(
                "403 X",
                b"<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>",
            ),
            RegionBlocked,
            Some(Cause::Html),
        ),
        ("a page with 502", "openai", answer("502 X", page), ProviderDown, Some(Cause::Html)),
        (
            "a gzip bomb",
            "openai",
            answer("200 OK\r\ncontent-encoding: gzip", &bomb()),
            WrongBaseUrl,
            Some(Cause::TooLarge),
        ),
        ("a gzip bomb in an error", "openai", answer("401 X\r\ncontent-encoding: gzip", &bomb()), InvalidKey, None),
        ("invalid UTF-8", "openai", answer("200 OK", b"{\"data\":[\"\xff\xfe\"]}"), WrongBaseUrl, Some(Cause::Broken)),
        ("invalid UTF-8 in an error", "openai", answer("401 X", b"{\"error\":\"\xff\xc0\x80\"}"), InvalidKey, None),
        ("half a character", "openai", answer("500 X", b"\xe2\x82"), ProviderDown, None),
        ("UTF-16", "openai", answer("200 OK", b"\xff\xfe{\0}\0"), WrongBaseUrl, Some(Cause::Broken)),
        (
            "a mark of UTF-8 before it",
            "openai",
            answer("200 OK", b"\xef\xbb\xbf{\"data\":[]}"),
            WrongBaseUrl,
            Some(Cause::Shape),
        ),
        ("two answers", "openai", answer("200 OK", br#"{"data":[]}{"data":[]}"#), WrongBaseUrl, Some(Cause::Shape)),
        ("204", "openai", answer("204 No Content", b""), WrongBaseUrl, Some(Cause::Shape)),
        ("304", "openai", answer("304 Not Modified", b""), WrongBaseUrl, Some(Cause::Redirect)),
        (
            "a redirect to nowhere",
            "openai",
            answer("302 Found\r\nlocation: :::", b""),
            WrongBaseUrl,
            Some(Cause::Redirect),
        ),
        ("418", "openai", answer("418 X", b""), ReachableUnverified, None),
        ("599", "openai", answer("599 X", b""), ProviderDown, None),
        ("999", "openai", answer("999 X", b""), ProviderDown, None),
    ];
    for (what, id, bytes, outcome, cause) in cases {
        let report = asked(id, bytes).await;
        assert_eq!((report.outcome, report.cause), (outcome, cause), "{what}: {report:?}");
        assert_eq!(report.key_proven, outcome == Connected, "{what}");
    }
}

#[tokio::test]
async fn a_good_answer_that_never_ends_is_cut() {
    let server = raw(|mut stream| async move {
        if support::head(&mut stream).await.is_empty() {
            return;
        }
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n{\"data\":[").await;
        while stream.write_all(&[b' '; 8192]).await.is_ok() {}
    })
    .await;
    let report = probe(&moved("openai", &format!("http://{server}")), Some(KEY)).await;
    showable("endless", &report);
    assert_eq!((report.outcome, report.cause, report.stage), (WrongBaseUrl, Some(Cause::TooLarge), Stage::Route));
}

#[tokio::test]
async fn nonsense_in_retry_after_is_no_time() {
    let told: [(&[u8], Option<u32>); 22] = [
        (b"17", Some(17)),
        (b" 17 ", Some(17)),
        (b"0", Some(0)),
        (b"86400", Some(86_400)),
        (b"86401", None),
        (b"4294967295", None),
        (b"4294967296", None),
        (b"-1", None),
        (b"+5", Some(5)),
        (b"1.5", None),
        (b"1e3", None),
        (b"0x10", None),
        (b"1,2", None),
        (b"5s", None),
        (b"", None),
        (b"soon", None),
        (b"NaN", None),
        (b"Infinity", None),
        (b"\xff\xfe", None),
        (b"Thu, 32 Jan 2026 00:00:00 GMT", None),
        (b"Sun, 09 Sep 2001 01:46:40 GMT", None),
        (b"99999999999999999999999999999999999999", None),
    ];
    for (value, seconds) in told {
        let head = [b"HTTP/1.1 429 X\r\ncontent-length: 0\r\nretry-after: ".as_slice(), value, b"\r\n\r\n"].concat();
        let report = asked("openai", head).await;
        let what = String::from_utf8_lossy(value);
        assert_eq!((report.outcome, report.retry_after_s), (RateLimited, seconds), "{what}");
    }
}
