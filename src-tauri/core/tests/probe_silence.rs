//! A canary goes through whole tests while everything that can log does: it comes out nowhere.

#[path = "probe/support.rs"]
mod support;

use std::{
    fmt::Write as _,
    io,
    sync::{Arc, Mutex},
};

use support::{KEY, custom, moved, probe};
use tracing_subscriber::fmt::MakeWriter;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no panic").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

impl log::Log for Log {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let _ = io::Write::write_all(&mut self.clone(), format!("{} {}\n", record.target(), record.args()).as_bytes());
    }

    fn flush(&self) {}
}

#[tokio::test]
async fn no_log_and_no_report_holds_a_piece_of_the_key() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing_subscriber::filter::LevelFilter::TRACE);
    subscriber.with_writer(log.clone()).init();
    // `init` may already serve `log`; if not, this does.
    if log::set_boxed_logger(Box::new(log.clone())).is_ok() {
        log::set_max_level(log::LevelFilter::Trace);
    }
    let mut reports = String::new();
    for status in [200, 302, 400, 401, 403, 404, 429, 500] {
        let server = MockServer::start().await;
        let echo =
            format!(r#"{{"error":{{"message":"You sent {KEY}, or {}***{}.","code":"{KEY}"}}}}"#, &KEY[..8], &KEY[40..]);
        let answer = ResponseTemplate::new(status)
            .set_body_raw(echo, "application/json")
            .insert_header("x-request-id", KEY)
            .insert_header("location", format!("https://{}.evil.example/{KEY}", &KEY[..20]))
            .insert_header("retry-after", KEY);
        Mock::given(any()).respond_with(answer).mount(&server).await;
        for provider in [moved("openai", &server.uri()), moved("anthropic", &server.uri()), custom(&server.uri())] {
            let report = probe(&provider, Some(KEY)).await;
            reports.push_str(&serde_json::to_string(&report).expect("JSON"));
            let _ = write!(reports, "{report:?}");
        }
    }
    // A server that is not there, and one that nobody trusts.
    for origin in ["http://127.0.0.1:1", "https://127.0.0.1:1"] {
        let _ = write!(reports, "{:?}", probe(&moved("openai", origin), Some(KEY)).await);
    }
    let logged = String::from_utf8_lossy(&log.0.lock().expect("no panic")).into_owned();
    assert!(logged.contains("hyper") || logged.contains("reqwest"), "nothing was logged at all:\n{logged}");
    for (what, text) in [("a log", &logged), ("a report", &reports)] {
        let text = text.to_lowercase();
        for window in KEY.to_lowercase().as_bytes().windows(6) {
            let window = std::str::from_utf8(window).expect("ASCII");
            // What the test's own server logs is not ours to keep quiet; it names itself.
            let held = text.lines().find(|line| line.contains(window) && !line.contains("wiremock"));
            assert!(held.is_none(), "{what} holds {window}: {held:?}");
        }
    }
}
