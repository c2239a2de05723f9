//! `keystead test …`

use std::process::ExitCode;

use keystead_core::{
    Code, Error, Field, Keystead,
    keystead::{KeyState, KeyView, ProviderRef, TestDraft, TestKey},
    probe::{Outcome, TestReport},
    provider::ProviderId,
};

use crate::{account, input, wait, words};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Saved keys: PROVIDER/NAME, or an id
    keys: Vec<String>,
    /// Every key of this provider; with --stdin, the provider of a key that is not saved
    #[arg(long, conflicts_with_all = ["keys", "all"])]
    provider: Option<String>,
    /// Every enabled key
    #[arg(long, conflicts_with = "keys")]
    all: bool,
    /// Test the key on standard input and store nothing
    #[arg(long, requires = "provider")]
    stdin: bool,
    /// With --stdin: another base URL
    #[arg(long, requires = "stdin")]
    base_url: Option<String>,
}

impl Args {
    pub(crate) fn of_saved_keys(&self) -> bool {
        !self.stdin
    }
}

pub(crate) fn run(keystead: &Keystead, args: &Args, json: bool) -> Result<ExitCode, Error> {
    if args.stdin {
        return unsaved(keystead, args, json);
    }
    let mut all_connected = true;
    for key in chosen(keystead, args)? {
        let report = wait(keystead.test_key(TestKey { id: key.id.clone(), run: key.id.clone() }))?;
        all_connected &= report.outcome == Outcome::Connected;
        print(Some(&key), &key.provider, &report, json);
        hint(keystead, &key.provider, &report);
    }
    Ok(if all_connected { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn chosen(keystead: &Keystead, args: &Args) -> Result<Vec<KeyView>, Error> {
    if !args.keys.is_empty() {
        return args.keys.iter().map(|reference| keystead.find_key(reference)).collect();
    }
    let mut keys: Vec<KeyView> = match &args.provider {
        Some(id) => keystead.provider(&id.parse()?)?.keys,
        None if args.all => keystead.providers()?.into_iter().flat_map(|p| p.keys).collect(),
        None => {
            return Err(Error::at(Field::Provider, Code::KeyNotFound, "name keys, or give --provider or --all"));
        }
    };
    keys.retain(|key| key.enabled && key.state != KeyState::Removing);
    if keys.is_empty() {
        return Err(Error::new(Code::KeyNotFound, "there is no key to test"));
    }
    Ok(keys)
}

fn unsaved(keystead: &Keystead, args: &Args, json: bool) -> Result<ExitCode, Error> {
    let id: ProviderId = args.provider.as_deref().unwrap_or_default().parse()?;
    let place = Some(&id).filter(|_| args.base_url.is_none());
    let draft = input::draft(keystead, &input::secret(true, "")?, place)?;
    let provider = match &args.base_url {
        Some(base_url) if keystead.provider(&id).is_err() => {
            ProviderRef::Custom { name: id.to_string(), base_url: base_url.clone() }
        }
        base_url => ProviderRef::Existing { id: id.clone(), base_url: base_url.clone() },
    };
    let report = wait(keystead.test_draft(TestDraft { provider, draft: Some(draft.id), run: "unsaved".into() }))?;
    print(None, &id, &report, json);
    hint(keystead, &id, &report);
    Ok(if report.outcome == Outcome::Connected { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A rejected key may be good in another region of its vendor. Nothing is tried there unasked.
pub(crate) fn hint(keystead: &Keystead, provider: &ProviderId, report: &TestReport) {
    if report.outcome != Outcome::InvalidKey {
        return;
    }
    let Ok(provider) = keystead.provider(provider) else { return };
    for region in provider.regions {
        let name = region.name.map(|name| format!(" ({name})")).unwrap_or_default();
        eprintln!(
            "keystead: keys of {} are also made for {}{name}; to send it there: keystead test --provider {} --base-url {} --stdin",
            provider.name, region.host, provider.id, region.base_url
        );
    }
}

/// One line a key: text, or the object `keystead.test/1`.
pub(crate) fn print(key: Option<&KeyView>, provider: &ProviderId, report: &TestReport, json: bool) {
    if json {
        println!(
            "{}",
            serde_json::json!({
                "schema": "keystead.test/1",
                "key": key.map(KeyView::reference),
                "provider": provider,
                "outcome": report.outcome,
                "key_proven": report.key_proven,
                "stage": report.stage,
                "cause": report.cause,
                "http_status": report.http_status,
                "provider_code": report.provider_code,
                "latency_ms": report.latency_ms,
                "url": report.url,
                "account": report.account,
                "message": words::sentence(report),
            })
        );
        return;
    }
    let name = key.map_or_else(|| provider.to_string(), KeyView::reference);
    let time = report.latency_ms.map(|ms| format!(" ({ms} ms)")).unwrap_or_default();
    let told = account::line(&report.account);
    let told = if told.is_empty() { told } else { format!(" {told}.") };
    println!("{name}: {}{told}{time}", words::sentence(report));
}
