use std::{fs, sync::Arc};

use tempfile::TempDir;
use zeroize::Zeroizing;

use super::*;
use crate::{
    keystead::{AddKey, EditProvider, Leftover, ProviderRef},
    probe::Prober,
    secret::Passphrase,
    vault::{FileVault, Vault, VaultKind, VaultState, Vaults, fault::Memory},
};

const PART: &str = "header:x-org-token";
const WORDS: &str = "correct horse battery";

struct Bench {
    home: TempDir,
    vault: Memory,
    keystead: Keystead,
}

fn open(home: &std::path::Path, vault: &Memory) -> Keystead {
    let file = FileVault::at(home.join("vault")).with_work_factor(2);
    let vaults = Vaults::new(Arc::new(vault.clone()), home).with_file(file);
    let keystead = Keystead::open_with(home, vaults, Prober::new(), || 1_900_000_000_000).expect("opens");
    keystead.begin_session().expect("begun");
    keystead
}

fn id(slug: &str) -> ProviderId {
    slug.parse().expect("a slug")
}

fn text(n: u32) -> String {
    format!("org-{n:08}-0123456789abcdef")
}

impl Bench {
    fn new() -> Self {
        let (home, vault) = (tempfile::tempdir().expect("a folder"), Memory::new());
        let keystead = open(home.path(), &vault);
        Self { home, vault, keystead }
    }

    fn restart(self) -> Self {
        drop(self.keystead);
        Self { keystead: open(self.home.path(), &self.vault), home: self.home, vault: self.vault }
    }

    /// The database is gone.
    fn lose_database(self) -> Self {
        drop(self.keystead);
        for end in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(self.home.path().join(format!("keystead.db{end}")));
        }
        Self { keystead: open(self.home.path(), &self.vault), home: self.home, vault: self.vault }
    }

    /// A custom provider with one key.
    fn custom(&self) -> ProviderId {
        let provider =
            ProviderRef::Custom { name: "My box".into(), base_url: "https://box.example/v1".into(), dialect: None };
        let draft = self.draft("sk-box-0123456789abcdef0123");
        let add = AddKey { provider, name: "Box".into(), draft: Some(draft), tested: None };
        self.keystead.add_key(&add).expect("saved").provider
    }

    fn draft(&self, text: &str) -> String {
        self.keystead.draft(&Zeroizing::new(text.as_bytes().to_vec())).expect("a secret").id
    }

    fn keep(&self, provider: Option<&ProviderId>, part: &str, text: &str) -> Result<()> {
        let draft = self.keystead.drafts.get(&self.draft(text))?;
        let chosen = provider.map(|id| self.keystead.chosen(id)).transpose()?;
        let origins = chosen.as_ref().map(|c| c.provider.allowed_origins()).unwrap_or_default();
        let lock = self.keystead.lock()?;
        self.keystead.keep_belonging(&lock, chosen.as_ref(), part, &origins, &draft, |_| Ok(()))
    }

    fn read(&self, provider: Option<&ProviderId>, part: &str) -> Option<String> {
        let bound = self.keystead.read_belonging(provider, part).expect("readable");
        bound.map(|bound| bound.for_its_owner().expose().to_owned())
    }

    fn drop_it(&self, provider: Option<&ProviderId>, part: &str) -> bool {
        let _lock = self.keystead.lock().expect("free");
        self.keystead.drop_belonging(provider, part, |_| Ok(())).expect("dropped")
    }

    /// Vault entries that are not the fingerprint key's.
    fn entries(&self) -> usize {
        let entries = self.vault.entries();
        entries.iter().filter(|e| self.vault.label(e).is_some_and(|l| l != "Keystead: fingerprints")).count()
    }

    fn leftovers(&self) -> Vec<Leftover> {
        self.keystead.check_storage().expect("checked").leftovers
    }

    fn adopt_all(&self) -> crate::keystead::Adoption {
        let entries: Vec<String> = self.leftovers().into_iter().map(|left| left.entry).collect();
        self.keystead.adopt(&entries).expect("adopted")
    }
}

#[test]
fn is_kept_replaced_and_removed_beside_the_keys() {
    let bench = Bench::new();
    let box_id = bench.custom();
    assert_eq!(bench.read(Some(&box_id), PART), None);
    bench.keep(Some(&box_id), PART, &text(1)).expect("kept");
    bench.keep(None, "proxy", &text(2)).expect("kept");
    bench.keep(Some(&id("openai")), PART, &text(3)).expect("kept");
    bench.keep(Some(&box_id), PART, &text(4)).expect("replaced");
    assert_eq!(bench.read(Some(&box_id), PART), Some(text(4)));
    assert_eq!((bench.read(None, "proxy"), bench.read(Some(&id("openai")), PART)), (Some(text(2)), Some(text(3))));
    assert_eq!(bench.entries(), 4, "the replaced one is gone");
    let labels: Vec<_> = bench.vault.entries().iter().filter_map(|e| bench.vault.label(e)).collect();
    assert!(labels.contains(&"Keystead: My box x-org-token".to_owned()), "{labels:?}");
    assert!(bench.drop_it(Some(&box_id), PART) && !bench.drop_it(Some(&box_id), PART));
    assert_eq!((bench.read(Some(&box_id), PART), bench.entries()), (None, 3));
    let view = bench.keystead.vault_status().expect("status");
    assert_eq!((view.secrets, view.pending), (3, 0));
}

#[test]
fn goes_only_where_it_was_entered_for() {
    let bench = Bench::new();
    let box_id = bench.custom();
    bench.keep(Some(&box_id), PART, &text(1)).expect("kept");
    let moved = Some(Some("https://elsewhere.example/v1".to_owned()));
    bench.keystead.edit_provider(&EditProvider { id: box_id.clone(), name: None, base_url: moved }).expect("moved");
    let bound = bench.keystead.read_belonging(Some(&box_id), PART).expect("readable").expect("there");
    let there = bench.keystead.chosen(&box_id).expect("there").provider.base_url.origin();
    assert_eq!(bound.release_for(&there).err().expect("refused").code, Code::OriginNotAllowed);
}

#[test]
fn a_locked_keychain_keeps_what_is_removed_until_it_is_open() {
    let bench = Bench::new();
    let box_id = bench.custom();
    bench.keep(Some(&box_id), PART, &text(1)).expect("kept");
    bench.vault.set_state(VaultState::Locked);
    assert_eq!(bench.keep(Some(&box_id), PART, &text(2)).expect_err("locked").code, Code::VaultLocked);
    assert!(bench.drop_it(Some(&box_id), PART));
    assert_eq!(bench.entries(), 2);
    bench.vault.heal();
    // The same place is free again at once.
    bench.keep(Some(&box_id), PART, &text(3)).expect("kept");
    assert_eq!(bench.keystead.vault_status().expect("status").pending, 0);
    assert_eq!((bench.read(Some(&box_id), PART), bench.entries()), (Some(text(3)), 2));
}

#[test]
fn moves_to_another_vault_and_survives_a_session_as_a_gap() {
    let bench = Bench::new();
    let box_id = bench.custom();
    bench.keep(Some(&box_id), PART, &text(1)).expect("kept");
    bench.keep(None, "proxy", &text(2)).expect("kept");
    bench.keystead.create_file_vault(&Passphrase::new(&Zeroizing::new(WORDS.into())).expect("long")).expect("made");
    while bench.keystead.move_keys(VaultKind::File).expect("moved").left > 0 {}
    assert_eq!(bench.vault.entries(), []);
    assert_eq!((bench.read(Some(&box_id), PART), bench.read(None, "proxy")), (Some(text(1)), Some(text(2))));
    assert_eq!(bench.leftovers(), []);
    while bench.keystead.move_keys(VaultKind::Session).expect("moved").left > 0 {}
    assert_eq!(bench.read(Some(&box_id), PART), Some(text(1)));
    let bench = bench.restart();
    assert_eq!(bench.keystead.vault_status().expect("status").lost_session, 3);
    let gap = bench.keystead.read_belonging(Some(&box_id), PART).err().expect("gone");
    assert_eq!(gap.code, Code::SessionOnly);
    bench.keystead.use_vault(VaultKind::Keychain).expect("chosen");
    bench.keep(Some(&box_id), PART, &text(4)).expect("entered again");
    assert_eq!(bench.read(Some(&box_id), PART), Some(text(4)));
}

#[test]
fn one_that_cannot_be_moved_is_named() {
    let bench = Bench::new();
    let box_id = bench.custom();
    bench.keep(Some(&box_id), PART, &text(1)).expect("kept");
    let entry = bench.vault.entries().into_iter().find(|e| bench.vault.label(e).is_some_and(|l| l.contains("x-org")));
    bench.vault.lose(&entry.expect("there"));
    bench.keystead.create_file_vault(&Passphrase::new(&Zeroizing::new(WORDS.into())).expect("long")).expect("made");
    let step = bench.keystead.move_keys(VaultKind::File).expect("moved");
    let failed: Vec<_> = step.failed.iter().map(|f| (f.name.provider.as_str(), f.name.name.as_str(), f.code)).collect();
    assert_eq!(failed, [("My box", "x-org-token", Code::SecretMissing)]);
}

#[test]
fn check_storage_names_what_is_missing_and_a_lost_database_gets_it_back() {
    let bench = Bench::new();
    let box_id = bench.custom();
    bench.keep(Some(&box_id), PART, &text(1)).expect("kept");
    bench.keep(None, "proxy", &text(2)).expect("kept");
    let mut bench = bench.lose_database();
    let named: Vec<_> = bench.leftovers().into_iter().map(|l| (l.own, l.label, l.part)).collect();
    assert!(named.contains(&(false, Some("x-org-token".into()), Some(PART.into()))), "{named:?}");
    let adoption = bench.adopt_all();
    assert_eq!((adoption.adopted.len(), adoption.belongings.len(), adoption.failed.len()), (1, 2, 0));
    assert_eq!((bench.read(Some(&box_id), PART), bench.read(None, "proxy")), (Some(text(1)), Some(text(2))));
    let there = bench.keystead.provider(&box_id).expect("rebuilt");
    assert_eq!((there.base_url.as_str(), there.keys.len()), ("https://box.example/v1", 1));

    let entry = bench.vault.entries().into_iter().find(|e| bench.vault.label(e).is_some_and(|l| l.contains("x-org")));
    let entry = entry.expect("there");
    let bytes = bench.vault.bytes(&entry).expect("there");
    bench.vault.lose(&entry);
    let found = bench.keystead.check_storage().expect("checked");
    let missing: Vec<_> = found.missing_belongings.iter().map(|m| (m.owner.as_str(), m.name.as_str())).collect();
    // The name was the database's alone.
    assert_eq!((missing, found.missing.len()), (vec![("my-box", "x-org-token")], 0));
    // Entered again, and then the old one turns up: it is left over, and does not take the new one's place.
    bench.keep(Some(&box_id), PART, &text(5)).expect("entered again");
    bench.vault.put(&entry, "put back", &bytes).expect("put back");
    bench = bench.lose_database();
    assert_eq!(bench.adopt_all().failed.len(), 0, "two versions of one secret are one");
    assert_eq!(bench.read(Some(&box_id), PART), Some(text(5)));
}

#[test]
fn of_two_secrets_for_one_place_the_first_keeps_it() {
    let bench = Bench::new();
    let box_id = bench.custom();
    bench.keep(Some(&box_id), PART, &text(1)).expect("kept");
    let bench = bench.lose_database();
    // Made anew before the old one was adopted.
    assert_eq!(bench.custom(), box_id);
    bench.keep(Some(&box_id), PART, &text(2)).expect("kept");
    let header = |l: &Leftover| l.part.is_some();
    let left: Vec<String> = bench.leftovers().into_iter().filter(header).map(|l| l.entry).collect();
    let adoption = bench.keystead.adopt(&left).expect("tried");
    assert_eq!((adoption.failed.len(), bench.read(Some(&box_id), PART)), (1, Some(text(2))));
    // Its own entry gone, the other one may have its place.
    let [lost] = bench
        .vault
        .entries()
        .into_iter()
        .filter(|e| !left.contains(&e.to_string()) && bench.vault.label(e).is_some_and(|l| l.contains("x-org")))
        .collect::<Vec<_>>()[..]
    else {
        panic!("one")
    };
    bench.vault.lose(&lost);
    bench.keystead.check_storage().expect("checked");
    let adoption = bench.keystead.adopt(&left).expect("adopted");
    assert_eq!((adoption.belongings.len(), bench.read(Some(&box_id), PART)), (1, Some(text(1))));
}

#[test]
fn goes_with_its_provider() {
    let bench = Bench::new();
    let box_id = bench.custom();
    bench.keep(Some(&box_id), PART, &text(1)).expect("kept");
    bench.keep(None, "proxy", &text(2)).expect("kept");
    bench.keystead.remove_provider(&box_id).expect("removed");
    assert_eq!((bench.entries(), bench.read(None, "proxy")), (1, Some(text(2))));
    assert_eq!(bench.leftovers(), []);
}

#[test]
fn who_knows_only_keys_does_not_take_it_for_one() {
    let bench = Bench::new();
    let box_id = bench.custom();
    bench.keep(Some(&box_id), PART, &text(1)).expect("kept");
    for entry in bench.vault.entries() {
        let bytes = bench.vault.bytes(&entry).expect("there");
        let wire: serde_json::Value = serde_json::from_slice(&bytes).expect("JSON");
        assert_eq!(wire["f"] == 2, wire.get("t").is_some());
    }
}
