//! What the gates about crashes, faults and disks build on: chance that can be repeated, a folder in memory where there
//! is one, and the facade as the app opens it.
#![allow(dead_code, reason = "each test crate uses its part")]

use std::{
    cell::Cell,
    collections::BTreeMap,
    fmt::Write,
    panic,
    path::Path,
    sync::{Arc, Once},
};

use keystead_core::{
    Keystead, Result,
    keystead::{
        AddConfigured, AddKey, EditConfigured, KeyState, KeyView, ProviderRef, RemoveHeader, ReplaceKey, SetHeader,
    },
    probe::Prober,
    provider::{Config, Setting},
    secret::Passphrase,
    vault::{FileVault, Vault, Vaults},
};
use tempfile::TempDir;
use zeroize::Zeroizing;

pub(crate) const WORDS: &str = "correct horse battery";

/// Chance from a seed: `SplitMix64`.
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) fn new(seed: u64) -> Self {
        // Mixed once, or the next seed's numbers would be this one's a step later.
        Self(mix(seed))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// Less than `bound`, which is not zero.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).expect("less than a usize")
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// A key's text of about `bytes`, never the same twice.
    pub(crate) fn text(&mut self, bytes: usize) -> String {
        let mut text = format!("sk-proj-{:016x}T3BlbkFJ", self.next());
        while text.len() < bytes {
            write!(text, "{:016x}", self.next()).expect("a string takes it");
        }
        text
    }
}

/// In memory where the system has such a place: there a FULL sync costs nothing.
pub(crate) fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.expect("a folder")
}

fn mix(z: u64) -> u64 {
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

thread_local! {
    /// The time of every facade of a test: it goes on, or back, only when the test says so.
    static NOW: Cell<i64> = const { Cell::new(1_900_000_000_000) };
}

pub(crate) fn now() -> i64 {
    NOW.get()
}

pub(crate) fn pass_ms(ms: i64) {
    NOW.set(NOW.get() + ms);
}

pub(crate) fn passphrase() -> Passphrase {
    Passphrase::new(&Zeroizing::new(WORDS.as_bytes().to_vec())).expect("long enough")
}

/// As the app opens it, with an encrypted file that is quick to open.
pub(crate) fn open(home: &Path, keychain: Arc<dyn Vault>) -> Result<Keystead> {
    let file = FileVault::at(home.join("vault")).with_work_factor(2);
    let keystead = Keystead::open_with(home, Vaults::new(keychain, home).with_file(file), Prober::new(), now)?;
    // Whoever runs the tests may have keys in theirs.
    let keystead = keystead.with_environment(Arc::new(|_| None));
    keystead.begin_session()?;
    Ok(keystead)
}

pub(crate) fn draft(keystead: &Keystead, text: &str) -> Result<String> {
    Ok(keystead.draft(&Zeroizing::new(text.as_bytes().to_vec()))?.id)
}

pub(crate) fn provider(id: &str) -> ProviderRef {
    ProviderRef::Existing { id: id.parse().expect("a slug"), base_url: None }
}

pub(crate) fn add(keystead: &Keystead, provider: &str, name: &str, text: &str) -> Result<KeyView> {
    let provider = self::provider(provider);
    keystead.add_key(&AddKey { provider, name: name.into(), draft: Some(draft(keystead, text)?), tested: None })
}

pub(crate) fn replace(keystead: &Keystead, id: &str, text: &str) -> Result<KeyView> {
    keystead.replace_key(&ReplaceKey { id: id.into(), draft: draft(keystead, text)?, tested: None })
}

/// Gives a built-in provider a secret header, new or in place of the one there is.
pub(crate) fn header(keystead: &Keystead, provider: &str, name: &str, text: &str) -> Result<()> {
    let id = provider.parse().expect("a slug");
    let there = keystead.provider(&id)?.headers.into_iter().any(|header| header.name == name);
    let draft = Some(keystead.draft_header(&Zeroizing::new(text.as_bytes().to_vec()))?.id);
    let was = there.then(|| name.to_owned());
    keystead.set_header(&SetHeader { id, was, name: name.into(), value: None, draft }).map(drop)
}

pub(crate) fn drop_header(keystead: &Keystead, provider: &str, name: &str) -> Result<()> {
    keystead.remove_header(&RemoveHeader { id: provider.parse().expect("a slug"), name: name.into() }).map(drop)
}

/// A key of two secrets, of which `text` is the one people know it by.
pub(crate) fn add_form(keystead: &Keystead, name: &str, text: &str) -> Result<KeyView> {
    let setting = |text: &str| Setting::Text(text.parse().expect("a value"));
    let values = [("access_key", "ASIAIOSFODNN7EXAMPLE"), ("region", "eu-central-1")];
    let config = Config {
        mode: Some("access_key".into()),
        values: values.map(|(name, text)| (name.to_owned(), setting(text))).into(),
        ..Config::default()
    };
    let session = draft(keystead, &format!("session-of-{text}"))?;
    let parts = [("secret_key".to_owned(), draft(keystead, text)?), ("session_token".to_owned(), session)].into();
    let provider = "amazon-bedrock".parse().expect("a slug");
    keystead.add_configured(&AddConfigured { provider, name: name.into(), config, parts, tested: None })
}

/// The first secret of such a key is another from now on; the second stays.
pub(crate) fn edit_form(keystead: &Keystead, id: &str, text: &str) -> Result<KeyView> {
    let parts = [("secret_key".to_owned(), Some(draft(keystead, text)?))].into();
    let values = [("deployments".to_owned(), None)].into();
    keystead.edit_configured(&EditConfigured { id: id.into(), mode: None, values, parts, tested: None })
}

/// Ends by [`keystead_core::crash::panic_at`] are meant, by the thousand.
pub(crate) fn say_nothing_of_ends() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let tell = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if info.payload_as_str() != Some("the process ends here") {
                tell(info);
            }
        }));
    });
}

/// Texts by "provider/name", those of secret headers by "provider#name".
pub(crate) type Keys = BTreeMap<String, String>;

/// All keys that are there, but not those being removed.
pub(crate) fn views(keystead: &Keystead) -> Result<Vec<KeyView>> {
    let keys = keystead.providers()?.into_iter().flat_map(|provider| provider.keys).map(Arc::unwrap_or_clone);
    Ok(keys.filter(|key| key.state != KeyState::Removing).collect())
}

pub(crate) fn find(keystead: &Keystead, which: &str) -> Option<KeyView> {
    views(keystead).expect("listed").into_iter().find(|key| format!("{}/{}", key.provider, key.name) == which)
}

/// What each key's text reads as, and each secret header's.
pub(crate) fn keys(keystead: &Keystead) -> std::result::Result<Keys, String> {
    let mut keys = Keys::new();
    for key in views(keystead).map_err(|e| e.to_string())? {
        let name = format!("{}/{}", key.provider, key.name);
        let text = keystead.with_secret(&key.id, ToOwned::to_owned).map_err(|e| format!("{name}: {:?} {e}", e.code))?;
        keys.insert(name, text);
    }
    for provider in keystead.providers().map_err(|e| e.to_string())? {
        for header in provider.headers.iter().filter(|header| header.plain.is_none()) {
            let name = format!("{}#{}", provider.id, header.name);
            let text =
                keystead.header_text(&provider.id, &header.name).map_err(|e| format!("{name}: {:?} {e}", e.code))?;
            keys.insert(name, text);
        }
    }
    Ok(keys)
}

/// Everything the database says about secrets, to compare.
pub(crate) fn rows(home: &Path) -> Vec<String> {
    let db = rusqlite::Connection::open(home.join("keystead.db")).expect("opens");
    let mut rows = Vec::new();
    for sql in [
        "SELECT id || ' ' || ifnull(key, '-') || ' ' || state || ' ' || ifnull(current_version, 0) || ' '
         || next_version || ' ' || ifnull(vault, '-') FROM secret ORDER BY id",
        "SELECT secret || ' ' || version || ' ' || kind || ' ' || vault || ' ' || held FROM vault_op ORDER BY id",
    ] {
        let mut statement = db.prepare(sql).expect("a query");
        rows.extend(statement.query_map([], |r| r.get::<_, String>(0)).expect("rows").map(|r| r.expect("a row")));
    }
    rows
}
