//! A vendor's other regions: tried when the user says so, with keys that were entered for the vendor, and nowhere else.
//! The real hosts are out of reach on purpose: a proxy that lets nobody through notes where a key would have gone.

mod common;

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    sync::{Arc, Mutex},
    thread,
};

use common::{CANARY, contains, existing};
use keystead_core::{
    Code, Keystead,
    keystead::{AddKey, EditNetwork, EditProvider, KeyView, TestKey, TryRegion, UseRegion},
    probe::{Outcome, Prober},
    vault::{Vaults, fault::Memory},
};
use tempfile::TempDir;

const CHINA: &str = "https://api.moonshot.cn/v1";
const HOME: &str = "https://api.moonshot.ai/v1";

struct Scene {
    keystead: Keystead,
    vault: Memory,
    asked: Arc<Mutex<Vec<String>>>,
    home: TempDir,
}

impl Scene {
    fn new() -> Self {
        let (proxy, asked) = barred();
        let (home, vault) = (tempfile::tempdir().expect("a folder"), Memory::new());
        let vaults = Vaults::new(Arc::new(vault.clone()), home.path());
        let keystead = Keystead::open_with(home.path(), vaults, Prober::new(), || 1_900_000_000_000).expect("opens");
        let through = EditNetwork { proxy: Some(proxy), ..EditNetwork::default() };
        keystead.edit_network(&through).expect("chosen");
        let variables = BTreeMap::from([("MY_KIMI", CANARY)]);
        let keystead =
            keystead.with_environment(Arc::new(move |name| variables.get(name).map(|text| (*text).to_owned())));
        Self { keystead, vault, asked, home }
    }

    fn add(&self, provider: &str, text: &str) -> KeyView {
        let draft = Some(self.keystead.draft(&text.as_bytes().to_vec().into()).expect("a key").id);
        let req = AddKey { provider: existing(provider), name: String::new(), draft, tested: None };
        self.keystead.add_key(&req).expect("saved")
    }

    async fn try_at(&self, key: &KeyView, base_url: &str) -> keystead_core::Result<String> {
        let req = TryRegion { id: key.id.clone(), base_url: base_url.into(), run: "r".into() };
        self.keystead.try_region(req).await.map(|report| {
            assert_eq!(report.outcome, Outcome::Unreachable, "the proxy lets nobody through");
            report.url
        })
    }

    fn use_at(&self, key: &KeyView, base_url: &str) -> keystead_core::Result<KeyView> {
        self.keystead.use_region(&UseRegion { id: key.id.clone(), base_url: base_url.into() })
    }

    fn move_to(&self, base_url: &str) {
        let id = "moonshotai".parse().expect("a slug");
        let req = EditProvider { id, name: None, base_url: Some(Some(base_url.into())) };
        self.keystead.edit_provider(&req).expect("edited");
    }

    /// Where anything wanted to go, since this was asked last.
    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().expect("whole"))
    }
}

/// A proxy that lets nobody through, and what it was asked for.
fn barred() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let at = format!("http://{}", listener.local_addr().expect("bound"));
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let notes = Arc::clone(&asked);
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut line = String::new();
            BufReader::new(&stream).read_line(&mut line).expect("a request");
            notes.lock().expect("whole").extend(line.split(' ').nth(1).map(str::to_owned));
            stream.write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n").ok();
        }
    });
    (at, asked)
}

#[test]
fn the_regions_a_provider_is_not_in_are_shown() {
    let scene = Scene::new();
    let regions = |id: &str| {
        let provider = scene.keystead.provider(&id.parse().expect("a slug")).expect("there");
        provider.regions.into_iter().map(|r| (r.name, r.host)).collect::<Vec<_>>()
    };
    assert_eq!(regions("moonshotai"), [(Some("China".into()), "api.moonshot.cn".into())]);
    assert!(regions("openai").is_empty());
    scene.move_to(CHINA);
    assert_eq!(regions("moonshotai"), [(None, "api.moonshot.ai".into())]);
    scene.move_to("https://llm.example/v1");
    assert!(regions("moonshotai").is_empty(), "a gateway is no region");
    for id in ["alibaba", "zai", "siliconflow", "minimax"] {
        assert!(!regions(id).is_empty(), "{id}");
    }
}

#[tokio::test]
async fn a_saved_key_is_tried_in_a_region_only_by_its_name() {
    let scene = Scene::new();
    let key = scene.add("moonshotai", CANARY);
    assert_eq!(scene.try_at(&key, CHINA).await.as_deref(), Ok("https://api.moonshot.cn/v1/users/me/balance"));
    assert_eq!(scene.asked(), ["api.moonshot.cn:443"]);
    for other in ["https://llm.example/v1", HOME, "https://api.moonshot.cn/v2", "https://api.siliconflow.cn/v1"] {
        assert_eq!(scene.try_at(&key, other).await.expect_err(other).code, Code::OriginNotAllowed);
        assert_eq!(scene.use_at(&key, other).expect_err(other).code, Code::OriginNotAllowed);
    }
    assert_eq!(scene.asked(), [""; 0], "nobody was asked");
    let now = scene.keystead.find_key("moonshotai").expect("there");
    assert_eq!(
        (now.last_test, now.bound_to.as_deref()),
        (None, Some("https://api.moonshot.ai")),
        "trying keeps nothing"
    );
}

#[tokio::test]
async fn a_key_entered_for_another_host_is_not_taken_to_a_region() {
    let scene = Scene::new();
    scene.move_to("https://llm.example/v1");
    let key = scene.add("moonshotai", CANARY);
    scene.move_to(HOME);
    assert_eq!(scene.try_at(&key, CHINA).await.expect_err("a gateway's key").code, Code::OriginNotAllowed);
    assert_eq!(scene.use_at(&key, CHINA).expect_err("a gateway's key").code, Code::OriginNotAllowed);
    assert_eq!(scene.asked(), [""; 0]);
}

#[tokio::test]
async fn a_key_becomes_one_of_the_region_and_the_provider_moves_there() {
    let scene = Scene::new();
    let key = scene.add("moonshotai", CANARY);
    let other = scene.add("moonshotai", "sk-0123456789abcdef0123456789abcdef");
    let moved = scene.use_at(&key, CHINA).expect("moved");
    assert_eq!((moved.id.as_str(), moved.bound_to.as_deref()), (key.id.as_str(), Some("https://api.moonshot.cn")));
    assert_eq!(moved.hint, key.hint);
    assert_eq!(scene.keystead.with_secret(&key.id, ToOwned::to_owned).as_deref(), Ok(CANARY));
    let provider = scene.keystead.provider(&"moonshotai".parse().expect("a slug")).expect("there");
    assert_eq!(provider.base_url, CHINA);
    let stays = provider.keys.into_iter().find(|k| k.id == other.id).expect("there");
    assert_eq!(stays.bound_to.as_deref(), Some("https://api.moonshot.ai"));
    let report = scene
        .keystead
        .test_key(TestKey { id: key.id.clone(), run: "r".into(), ..TestKey::default() })
        .await
        .expect("a report");
    assert_eq!(report.outcome, Outcome::Unreachable, "it may go there now");
    let report = scene
        .keystead
        .test_key(TestKey { id: other.id, run: "r".into(), ..TestKey::default() })
        .await
        .expect("a report");
    assert_eq!(report.outcome, Outcome::NotConfigured, "the other may not");
    assert_eq!(scene.vault.entries().len(), 3, "two keys and the fingerprints' own: the old entry is gone");
    for file in std::fs::read_dir(scene.home.path()).expect("a folder") {
        let path = file.expect("an entry").path();
        assert!(!path.is_file() || !contains(&std::fs::read(path).expect("a file"), b"CanaryT3Blbk"));
    }
}

#[tokio::test]
async fn a_key_in_a_variable_moves_by_its_reference() {
    let scene = Scene::new();
    let key = scene.add("moonshotai", "env.MY_KIMI");
    assert!(scene.try_at(&key, CHINA).await.is_ok());
    let moved = scene.use_at(&key, CHINA).expect("moved");
    assert_eq!(moved.bound_to.as_deref(), Some("https://api.moonshot.cn"));
    assert_eq!(moved.variable.map(|v| v.name.to_string()).as_deref(), Some("MY_KIMI"));
    assert_eq!(scene.vault.entries().len(), 0);
}
