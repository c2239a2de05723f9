//! Two hundred keys against servers that take a tenth of a second, on sixteen addresses of this machine.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use keystead_core::{
    Keystead,
    keystead::{AddKey, ProviderRef, TestKey},
    probe::{Outcome, Prober, Target},
    provider::{Catalog, Proves, Provider},
    secret,
    vault::fault::Memory,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

const KEYS: usize = 200;
const HOSTS: usize = 15;
/// How all keys end.
const END: &str = "T3BlbkFJ0123456789abcdef";
const ANSWER_AFTER: Duration = Duration::from_millis(100);
/// All that providers' good answers have.
const BODY: &str = r#"{"object":"list","data":[],"models":[],"id":"a","balance":"1","remaining":1,"status":"ok"}"#;

pub(crate) fn bench(runs: usize) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let asked = Arc::new(AtomicUsize::new(0));
        let mut origins = Vec::new();
        for n in 1..=HOSTS {
            origins.push(host(format!("127.0.0.{n}"), asked.clone()).await);
        }
        let providers = suitable(&origins[0], &asked).await;
        let home = tempfile::tempdir().unwrap();
        let keystead = Keystead::open(home.path(), Arc::new(Memory::new())).unwrap();
        let mut keys = Vec::new();
        for n in 0..KEYS {
            let provider = &providers[n % providers.len()];
            let base = format!("{}{}", origins[n % HOSTS], provider.base_url.url().path());
            let text = format!("sk-proj-{n:08}{END}");
            let draft = keystead.draft(&Zeroizing::new(text.into_bytes())).unwrap().id;
            let which = ProviderRef::Existing { id: provider.id.clone(), base_url: Some(base) };
            let req = AddKey { provider: which, name: format!("Key {n}"), draft: Some(draft), tested: None };
            keys.push(keystead.add_key(&req).unwrap().id);
        }
        let before = memory_kb();
        let mut times = Vec::new();
        for _ in 0..runs {
            let begun = Instant::now();
            let mut tests = JoinSet::new();
            for id in &keys {
                let (keystead, id) = (keystead.clone(), id.clone());
                let test = TestKey { run: id.clone(), id, batch: Some("bench".into()), paid: None };
                tests.spawn(async move { keystead.test_key(test).await.unwrap().outcome });
            }
            while let Some(outcome) = tests.join_next().await {
                assert_eq!(outcome.unwrap(), Outcome::Connected);
            }
            times.push(begun.elapsed());
        }
        let (seconds, peak) = (super::median(times) / 1000.0, memory_kb());
        println!(
            "testing {KEYS} keys, s         {seconds:>9.2}  (gate 1.60)   {HOSTS} hosts of {} ms, peak memory {} MB, {} MB more than before",
            ANSWER_AFTER.as_millis(),
            peak / 1000,
            peak.saturating_sub(before) / 1000
        );
    });
}

/// As many providers as there are hosts whose test is one request that this stub's answer satisfies.
async fn suitable(origin: &str, asked: &AtomicUsize) -> Vec<Provider> {
    let key = secret::clean(&b"sk-proj-00000000T3BlbkFJ0123456789abcdef".to_vec().into()).unwrap().0;
    let mut found = Vec::new();
    let placed = |p: &Provider| {
        Catalog::builtin().form(&p.id).is_some_and(keystead_core::provider::Blueprint::is_placed_by_user)
    };
    for provider in Catalog::builtin().iter().filter(|p| p.proves() == Proves::Key && !p.local && !placed(p)) {
        let Ok(base) = format!("{origin}{}", provider.base_url.url().path()).parse() else { continue };
        let there = provider.at(base).standing_in();
        let before = asked.load(Ordering::SeqCst);
        let target = Target { provider: &there, secret: Some(&key), login: None, headers: &[], now_ms: 0 };
        let report = Prober::new().run(target, &CancellationToken::new()).await.unwrap();
        let once = asked.load(Ordering::SeqCst) - before == 1;
        if report.outcome == Outcome::Connected && once && there.allowed_origins().len() == 1 {
            found.push(provider.clone());
        }
        if found.len() == HOSTS {
            break;
        }
    }
    assert_eq!(found.len(), HOSTS, "a provider for each host");
    found
}

async fn host(address: String, asked: Arc<AtomicUsize>) -> String {
    let listener = TcpListener::bind((address.as_str(), 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let asked = asked.clone();
            tokio::spawn(async move {
                let mut head = [0; 8192];
                // Who only looks whether somebody is there says nothing.
                while let Ok(length @ 1..) = stream.read(&mut head).await {
                    asked.fetch_add(1, Ordering::SeqCst);
                    tokio::time::sleep(ANSWER_AFTER).await;
                    // A wrong key is random behind its prefix.
                    let good = head[..length].windows(END.len()).any(|piece| piece == END.as_bytes());
                    let status = if good { "200 OK" } else { "401 Unauthorized" };
                    let answer = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{BODY}", BODY.len());
                    if stream.write_all(answer.as_bytes()).await.is_err() {
                        break;
                    }
                }
            });
        }
    });
    format!("http://{address}:{port}")
}

/// The most this process ever held, in kilobytes; nothing where the system does not tell.
fn memory_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
