//! `keystead key …`

use std::process::ExitCode;

use clap::Subcommand;
use comfy_table::{Table, presets};
use keystead_core::{
    Error, Keystead,
    keystead::{AddKey, KeySource, KeyView, ProviderRef, RenameKey, ReplaceKey, TestDraft, TestKey},
    probe::TestReport,
};

use crate::{input, test, wait, words};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Save a key; it is read from a hidden prompt or standard input
    Add {
        /// A provider's id (see `keystead provider list --all`), or a new name together with --base-url
        provider: String,
        /// The key's name; the first free one if omitted
        #[arg(long, default_value = "")]
        name: String,
        /// Where the provider is; with a name that is not in the catalogue, a custom OpenAI-compatible provider is made
        #[arg(long)]
        base_url: Option<String>,
        /// Read the key from standard input
        #[arg(long, conflicts_with = "keyless")]
        stdin: bool,
        /// Save an entry without a key, for a local server
        #[arg(long)]
        keyless: bool,
        /// Do not test it
        #[arg(long)]
        no_test: bool,
    },
    /// List keys
    List,
    /// Give a key another name
    Rename {
        /// PROVIDER/NAME, or an id
        key: String,
        /// New
        name: String,
    },
    /// Replace a key's secret: the new one is tested, written and read back before the old one goes
    Rotate {
        /// PROVIDER/NAME, or an id
        key: String,
        /// Read the new key from standard input
        #[arg(long)]
        stdin: bool,
        /// Switch even if the test says the new key is not good
        #[arg(long)]
        force: bool,
    },
    /// Remove a key: its secret leaves the keychain and cannot come back
    Rm {
        /// PROVIDER/NAME, or an id
        key: String,
    },
}

pub(crate) fn run(keystead: &Keystead, command: &Command, json: bool) -> Result<ExitCode, Error> {
    match command {
        Command::Add { provider, name, base_url, stdin, keyless, no_test } => {
            let provider = named_provider(keystead, provider, base_url.as_deref())?;
            let draft = if *keyless { None } else { Some(keystead.draft(&input::secret(*stdin, "Key: ")?)?.id) };
            let key = keystead.add_key(&AddKey { provider, name: name.clone(), draft, tested: None })?;
            let report = if *no_test { None } else { Some(tested(keystead, &key)?) };
            Ok(saved(keystead, &key, report.as_ref(), json))
        }
        Command::List => list(keystead, json),
        Command::Rename { key, name } => {
            let id = keystead.find_key(key)?.id;
            let key = keystead.rename_key(&RenameKey { id, name: name.clone() })?;
            Ok(saved(keystead, &key, None, json))
        }
        Command::Rotate { key, stdin, force } => rotate(keystead, key, *stdin, *force, json),
        Command::Rm { key } => {
            let key = keystead.find_key(key)?;
            keystead.remove_key(&key.id)?;
            if json {
                println!("{}", serde_json::json!({ "removed": key.reference() }));
            } else {
                println!("Removed {}.", key.reference());
            }
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn named_provider(keystead: &Keystead, name: &str, base_url: Option<&str>) -> Result<ProviderRef, Error> {
    let known = name.parse().ok().filter(|id| keystead.provider(id).is_ok());
    match (known, base_url) {
        (Some(id), base_url) => Ok(ProviderRef::Existing { id, base_url: base_url.map(Into::into) }),
        (None, Some(base_url)) => Ok(ProviderRef::Custom { name: name.into(), base_url: base_url.into() }),
        (None, None) => Ok(ProviderRef::Existing { id: name.parse()?, base_url: None }),
    }
}

fn rotate(keystead: &Keystead, key: &str, stdin: bool, force: bool, json: bool) -> Result<ExitCode, Error> {
    let key = keystead.find_key(key)?;
    let draft = keystead.draft(&input::secret(stdin, &format!("New key for {}: ", key.name))?)?.id;
    let provider = ProviderRef::Existing { id: key.provider.clone(), base_url: None };
    let run = "rotate".to_owned();
    let report = wait(keystead.test_draft(TestDraft { provider, draft: Some(draft.clone()), run: run.clone() }))?;
    if words::is_bad(report.outcome) && !force {
        test::print(Some(&key), &key.provider, &report, json);
        eprintln!("keystead: the old key is kept; --force replaces it all the same");
        return Ok(ExitCode::FAILURE);
    }
    let key = keystead.replace_key(&ReplaceKey { id: key.id, draft, tested: Some(run) })?;
    Ok(saved(keystead, &key, Some(&report), json))
}

fn tested(keystead: &Keystead, key: &KeyView) -> Result<TestReport, Error> {
    wait(keystead.test_key(TestKey { id: key.id.clone(), run: key.id.clone() }))
}

fn saved(_keystead: &Keystead, key: &KeyView, report: Option<&TestReport>, json: bool) -> ExitCode {
    if json {
        println!("{}", described(key, report));
    } else {
        let result = report.map(|r| format!(" {}", words::sentence(r))).unwrap_or_default();
        println!("Saved {}.{result}", key.reference());
    }
    ExitCode::SUCCESS
}

fn described(key: &KeyView, report: Option<&TestReport>) -> serde_json::Value {
    let mut value = serde_json::json!(key);
    value["ref"] = key.reference().into();
    if let Some(report) = report {
        value["last_test"] = serde_json::json!(report);
    }
    value
}

fn list(keystead: &Keystead, json: bool) -> Result<ExitCode, Error> {
    let keys: Vec<KeyView> = keystead.providers()?.into_iter().flat_map(|p| p.keys).collect();
    if json {
        let all: Vec<_> = keys.iter().map(|key| described(key, None)).collect();
        println!("{}", serde_json::json!(all));
        return Ok(ExitCode::SUCCESS);
    }
    if keys.is_empty() {
        println!("No keys yet. Add one with: keystead key add openai");
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(["KEY", "HINT", "LAST TEST"]);
    for key in &keys {
        let hint = match (&key.hint, key.source) {
            (Some(hint), _) => hint.to_string(),
            (None, KeySource::None) => "no key needed".into(),
            (None, KeySource::Vault) => "–".into(),
        };
        let last = key.last_test.as_ref().map_or("not tested", |report| words::badge(report.outcome));
        table.add_row([key.reference(), hint, last.into()]);
    }
    println!("{table}");
    Ok(ExitCode::SUCCESS)
}
