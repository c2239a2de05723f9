//! A bot's server, and a facade whose clock goes as a test says.

use std::{
    io::{self, Write},
    sync::{
        Arc, LazyLock, Mutex,
        atomic::{AtomicI64, Ordering},
    },
};

use keystead_core::{
    Keystead,
    keystead::{AddKey, EditMessenger, EditSettings, KeyView, MessageTry, MessengerView, ProviderRef, TestKey},
    probe::{Limits, Outcome, Prober},
    vault::{FileVault, Vaults, fault::Memory},
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::{Mutex as Turn, MutexGuard};
use tracing_subscriber::{filter::LevelFilter, fmt::format::FmtSpan, layer::SubscriberExt, util::SubscriberInitExt};
use wiremock::{Mock, MockServer, Request, ResponseTemplate, matchers::any};
use zeroize::Zeroizing;

/// No other text of a test has a piece of it.
pub(crate) const TOKEN: &str = "7318264059:Wm9vqRtQ-uVxYzKlMnPq_Lk7Hs1Ng5Pv0Xe2";
pub(crate) const CHAT: &str = "424242";
pub(crate) const MINUTE: i64 = 60_000;
pub(crate) const HOUR: i64 = 60 * MINUTE;
/// 2030-03-18, 12:00 UTC.
const NOON: i64 = 1_900_022_400_000 + 12 * HOUR;

/// The clock of all facades here: a test that has its turn has it alone.
static NOW: AtomicI64 = AtomicI64::new(NOON);
static ALONE: Turn<()> = Turn::const_new(());

fn now() -> i64 {
    NOW.load(Ordering::SeqCst)
}

pub(crate) fn pass(ms: i64) {
    NOW.fetch_add(ms, Ordering::SeqCst);
}

fn utc(_: i64) -> i32 {
    0
}

/// Everything that was logged, as it came: before the last guard takes out what is a secret.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

static LOG: LazyLock<Log> = LazyLock::new(|| {
    let log = Log::default();
    let written = log.clone();
    let lines = tracing_subscriber::fmt::layer().with_ansi(false).with_span_events(FmtSpan::FULL);
    let lines = lines.with_writer(move || written.clone());
    tracing_subscriber::registry().with(LevelFilter::TRACE).with(lines).init();
    log
});

impl Log {
    pub(crate) fn text() -> String {
        String::from_utf8_lossy(&LOG.0.lock().expect("whole")).into_owned()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("whole").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub(crate) struct Scene {
    pub(crate) home: TempDir,
    pub(crate) vault: Memory,
    pub(crate) keystead: Keystead,
    _turn: MutexGuard<'static, ()>,
}

impl Scene {
    pub(crate) async fn new() -> Self {
        let turn = ALONE.lock().await;
        LazyLock::force(&LOG);
        NOW.store(NOON, Ordering::SeqCst);
        let (home, vault) = (tempfile::tempdir().expect("a folder"), Memory::new());
        let keystead = open(&home, &vault);
        Self { home, vault, keystead, _turn: turn }
    }

    /// With a bot at `server`, which may write to [`CHAT`].
    pub(crate) async fn with_bot(server: &Bot) -> Self {
        let scene = Self::new().await;
        scene.edit(&EditMessenger { server: Some(Some(server.uri())), ..chat(CHAT) });
        scene.token(TOKEN).expect("kept");
        scene
    }

    pub(crate) fn reopen(&mut self) {
        self.keystead = open(&self.home, &self.vault);
    }

    pub(crate) fn edit(&self, req: &EditMessenger) -> MessengerView {
        self.keystead.edit_messenger(req).expect("chosen")
    }

    pub(crate) fn token(&self, text: &str) -> keystead_core::Result<MessengerView> {
        self.keystead.keep_bot_token(&Zeroizing::new(text.as_bytes().to_vec()))
    }

    pub(crate) fn view(&self) -> MessengerView {
        self.keystead.messenger().expect("a view")
    }

    pub(crate) async fn test(&self) -> MessageTry {
        self.keystead.send_test_message().await.expect("an answer")
    }

    /// What a minute of the running app does; what the desktop is to show.
    pub(crate) async fn look(&self) -> Vec<String> {
        let notices = self.keystead.messages_due().await.expect("looked");
        let ids: Vec<_> = notices.iter().map(|notice| notice.id).collect();
        self.keystead.note_notices(&ids, true).expect("noted");
        notices.into_iter().map(|notice| format!("{}: {}", notice.title, notice.text)).collect()
    }

    pub(crate) fn desktop(&self, on: bool) {
        let edit = EditSettings { notifications: Some(on), ..EditSettings::default() };
        self.keystead.edit_settings(&edit).expect("set");
    }

    pub(crate) fn key(&self, provider: &Provider, name: &str) -> KeyView {
        self.key_of("openai", provider, name)
    }

    pub(crate) fn key_of(&self, slug: &str, provider: &Provider, name: &str) -> KeyView {
        let base_url = Some(format!("{}/v1", provider.server.uri()));
        let provider = ProviderRef::Existing { id: slug.parse().expect("a slug"), base_url };
        let text = format!("sk-proj-{name:0>8}T3BlbkFJ0123456789abcdef");
        let draft = Some(self.keystead.draft(&Zeroizing::new(text.into_bytes())).expect("a draft").id);
        self.keystead.add_key(&AddKey { provider, name: name.into(), draft, tested: None }).expect("saved")
    }

    pub(crate) async fn tested(&self, key: &KeyView) -> Outcome {
        let req = TestKey { id: key.id.clone(), run: "r".into(), ..TestKey::default() };
        self.keystead.test_key(req).await.expect("tested").outcome
    }

    /// Every byte that was written to the data folder.
    pub(crate) fn written(&self) -> Vec<u8> {
        let files = std::fs::read_dir(self.home.path()).expect("listed").map(|file| file.expect("a file").path());
        files.filter(|path| path.is_file()).flat_map(|path| std::fs::read(path).expect("read")).collect()
    }
}

fn open(home: &TempDir, vault: &Memory) -> Keystead {
    let file = FileVault::at(home.path().join("vault")).with_work_factor(2);
    let vaults = Vaults::new(Arc::new(vault.clone()), home.path()).with_file(file);
    let prober = Prober::with_limits(Limits { total: std::time::Duration::from_secs(5), ..Limits::default() });
    let keystead = Keystead::open_with(home.path(), vaults, prober, now).expect("opens").in_zone(utc);
    let keystead = keystead.with_environment(Arc::new(|_| None));
    keystead.begin_session().expect("begun");
    keystead
}

pub(crate) fn chat(id: &str) -> EditMessenger {
    EditMessenger { chat_id: Some(Some(id.into())), ..EditMessenger::default() }
}

/// Answers as the Bot API does: 401 for another token, 400 for another chat, else as it was told to.
pub(crate) struct Bot {
    server: MockServer,
    says: Arc<Mutex<Option<ResponseTemplate>>>,
}

impl Bot {
    pub(crate) async fn start() -> Self {
        let server = MockServer::start().await;
        let says: Arc<Mutex<Option<ResponseTemplate>>> = Arc::default();
        let told = says.clone();
        let answer = move |request: &Request| match &*told.lock().expect("whole") {
            Some(answer) => answer.clone(),
            None => usual(request),
        };
        Mock::given(any()).respond_with(answer).mount(&server).await;
        Self { server, says }
    }

    pub(crate) fn uri(&self) -> String {
        self.server.uri()
    }

    pub(crate) fn says(&self, answer: ResponseTemplate) {
        *self.says.lock().expect("whole") = Some(answer);
    }

    pub(crate) fn behaves(&self) {
        *self.says.lock().expect("whole") = None;
    }

    pub(crate) async fn requests(&self) -> Vec<Request> {
        self.server.received_requests().await.expect("recorded")
    }

    /// What it was asked to send, in order.
    pub(crate) async fn texts(&self) -> Vec<String> {
        let body = |request: &Request| serde_json::from_slice::<Value>(&request.body).expect("JSON");
        self.requests().await.iter().map(|request| body(request)["text"].as_str().expect("a text").to_owned()).collect()
    }
}

fn usual(request: &Request) -> ResponseTemplate {
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let path = request.url.path();
    if path != format!("/bot{TOKEN}/sendMessage") {
        let known = path.starts_with("/bot") && path.ends_with("/sendMessage");
        return if known { refused(401, "Unauthorized") } else { refused(404, "Not Found") };
    }
    if request.headers.get("content-type").is_none_or(|kind| kind != "application/json") || body["text"] == json!("") {
        return refused(400, "Bad Request: message text is empty");
    }
    if body["chat_id"] != json!(CHAT) {
        return refused(400, "Bad Request: chat not found");
    }
    let sent = json!({ "ok": true, "result": { "message_id": 7, "chat": { "id": 424_242 }, "text": body["text"] } });
    ResponseTemplate::new(200).set_body_json(sent)
}

pub(crate) fn refused(code: u16, said: &str) -> ResponseTemplate {
    let body = json!({ "ok": false, "error_code": code, "description": said });
    ResponseTemplate::new(code).set_body_json(body)
}

pub(crate) fn slow_down(seconds: &Value) -> ResponseTemplate {
    let mut body = json!({ "ok": false, "error_code": 429, "description": "Too Many Requests: retry later" });
    body["parameters"] = json!({ "retry_after": seconds });
    ResponseTemplate::new(429).set_body_json(body)
}

/// A provider whose keys are good until it says otherwise.
pub(crate) struct Provider {
    server: MockServer,
    says: Arc<Mutex<(u16, Value)>>,
}

impl Provider {
    pub(crate) async fn start() -> Self {
        let server = MockServer::start().await;
        let says = Arc::new(Mutex::new((200, Value::Null)));
        let told = says.clone();
        let answer = move |asked: &Request| {
            let key = asked.headers.get("authorization").and_then(|value| value.to_str().ok());
            // What Keystead asks with to find out what a yes is worth is nobody's key.
            if !key.is_some_and(|key| key.contains("T3Blbk")) {
                return ResponseTemplate::new(401);
            }
            let (status, body) = told.lock().expect("whole").clone();
            ResponseTemplate::new(status).set_body_json(body)
        };
        Mock::given(any()).respond_with(answer).mount(&server).await;
        let provider = Self { server, says };
        provider.answers(200);
        provider
    }

    pub(crate) fn answers(&self, status: u16) {
        let body = match status {
            200 => json!({ "object": "list", "data": [{ "id": "gpt-5", "object": "model" }] }),
            _ => json!({ "error": { "message": "no", "code": "invalid_api_key" } }),
        };
        *self.says.lock().expect("whole") = (status, body);
    }

    pub(crate) fn says(&self, body: Value) {
        *self.says.lock().expect("whole") = (200, body);
    }
}
