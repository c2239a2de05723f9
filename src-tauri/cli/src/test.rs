//! `keystead test …`

use std::{io::IsTerminal, process::ExitCode, sync::Arc};

use keystead_core::{
    Code, Error, Field, Keystead,
    keystead::{KeyState, KeyView, ProviderRef, TestDialect, TestDraft, TestKey},
    probe::{Outcome, TestReport},
    provider::{Dialect, ProviderId},
};
use tokio::task::JoinSet;

use crate::{account, input, key, wait, words};

#[derive(clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
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
    /// In another of its provider's dialects than the main one; the result is told and not kept. With a --base-url where
    /// nobody is known: what is spoken there
    #[arg(long, value_parser = crate::provider::dialect)]
    dialect: Option<Dialect>,
    /// With --stdin: another base URL
    #[arg(long, requires = "stdin")]
    base_url: Option<String>,
    /// Ask a model for one token, which may cost money, and prove the key by it
    #[arg(long, requires = "keys", conflicts_with_all = ["provider", "all"])]
    paid: bool,
    /// With --paid: another model than the cheapest one known
    #[arg(long, requires = "paid")]
    model: Option<String>,
    /// With --paid: do not ask
    #[arg(long, requires = "paid")]
    yes: bool,
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
    let keys = chosen(keystead, args)?;
    if args.paid {
        return paid(keystead, args, &keys, json);
    }
    let mut all_connected = true;
    if let Some(dialect) = args.dialect {
        for key in &keys {
            let (id, run) = (key.id.clone(), key.id.clone());
            let report = wait(keystead.test_dialect(TestDialect { id, dialect, run }))?;
            all_connected &= report.outcome == Outcome::Connected;
            print(Some(key), &key.provider, &report, json);
        }
        return Ok(if all_connected { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    wait(saved(keystead, &keys, |key, report| {
        all_connected &= report.outcome == Outcome::Connected;
        print(Some(key), &key.provider, report, json);
        hint(keystead, &key.provider, report);
    }))?;
    Ok(if all_connected { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Tests saved keys side by side and tells each in its place, as soon as all before it are told. Ctrl-C ends it: what was
/// tested until then is kept.
async fn saved(
    keystead: &Keystead,
    keys: &[KeyView],
    mut each: impl FnMut(&KeyView, &TestReport),
) -> Result<(), Error> {
    let mut tests = JoinSet::new();
    for (at, key) in keys.iter().enumerate() {
        let (keystead, id) = (keystead.clone(), key.id.clone());
        // One name for all: a locked keychain is found to be locked once.
        let test = TestKey { run: id.clone(), id, batch: Some("all".into()), paid: None };
        tests.spawn(async move { (at, keystead.test_key(test).await) });
    }
    let progress = Progress::of(keys.len());
    let mut reports: Vec<Option<Result<TestReport, Error>>> = keys.iter().map(|_| None).collect();
    let mut told = 0;
    let mut done = 0;
    while let Some(ended) = tests.join_next().await {
        let (at, report) = ended.map_err(|_| Error::new(Code::Internal, "a test ended early"))?;
        reports[at] = Some(report);
        done += 1;
        progress.clear();
        while let Some(report) = reports.get_mut(told).and_then(Option::take) {
            each(&keys[told], &report?);
            told += 1;
        }
        progress.show(done);
    }
    progress.clear();
    Ok(())
}

/// How far many tests are: one line on the error output, where somebody watches it.
struct Progress(Option<usize>);

impl Progress {
    fn of(total: usize) -> Self {
        Self((total > 1 && std::io::stderr().is_terminal()).then_some(total))
    }

    fn show(&self, done: usize) {
        if let Some(total) = self.0.filter(|total| done < *total) {
            eprint!("{done} of {total} tested");
        }
    }

    fn clear(&self) {
        if self.0.is_some() {
            eprint!("\r\x1b[K");
        }
    }
}

/// One key after the other, each after its model, host and price were agreed to.
fn paid(keystead: &Keystead, args: &Args, keys: &[KeyView], json: bool) -> Result<ExitCode, Error> {
    let mut all_connected = true;
    for key in keys {
        let provider = keystead.provider(&key.provider)?;
        let none = || Error::new(Code::PaidTestNone, format!("there is no paid test for {}", provider.name));
        let terms = provider.paid.as_ref().ok_or_else(none)?;
        let unnamed = || Error::at(Field::Model, Code::ModelInvalid, "no model is known for it: name one with --model");
        let model = args.model.as_ref().or(terms.model.as_ref()).ok_or_else(unnamed)?;
        let cost = match terms.most_usd.filter(|_| Some(model) == terms.model.as_ref()) {
            Some(usd) => format!("about ${usd:.7} at the price last known"),
            None => format!("may cost money: the price list of {} tells", provider.name),
        };
        eprintln!("{}: one token of {model} at {}, {cost}.", key.reference(), provider.host);
        if !args.yes && !input::agreed("Ask for it? [y/N] ")? {
            return Err(Error::new(Code::Cancelled, "nothing was sent; --yes asks no question"));
        }
        let test = TestKey { id: key.id.clone(), run: key.id.clone(), batch: None, paid: Some(model.clone()) };
        let report = wait(keystead.test_key(test))?;
        all_connected &= report.outcome == Outcome::Connected;
        print(Some(key), &key.provider, &report, json);
        hint(keystead, &key.provider, &report);
    }
    Ok(if all_connected { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn chosen(keystead: &Keystead, args: &Args) -> Result<Vec<KeyView>, Error> {
    if !args.keys.is_empty() {
        return args.keys.iter().map(|reference| keystead.find_key(reference)).collect();
    }
    let keys = match &args.provider {
        Some(id) => keystead.provider(&id.parse()?)?.keys,
        None if args.all => keystead.providers()?.into_iter().flat_map(|p| p.keys).collect(),
        None => {
            return Err(Error::at(Field::Provider, Code::KeyNotFound, "name keys, or give --provider or --all"));
        }
    };
    let keys = keys.into_iter().map(Arc::unwrap_or_clone);
    let keys: Vec<_> = keys.filter(|key| key.enabled && key.state != KeyState::Removing).collect();
    if keys.is_empty() {
        return Err(Error::new(Code::KeyNotFound, "there is no key to test"));
    }
    Ok(keys)
}

fn unsaved(keystead: &Keystead, args: &Args, json: bool) -> Result<ExitCode, Error> {
    let id: ProviderId = args.provider.as_deref().unwrap_or_default().parse()?;
    let mut further = args.dialect;
    let provider = match &args.base_url {
        Some(base_url) if keystead.provider(&id).is_err() => {
            further = None;
            ProviderRef::Custom { name: id.to_string(), base_url: base_url.clone(), dialect: args.dialect }
        }
        base_url => ProviderRef::Existing { id: id.clone(), base_url: base_url.clone() },
    };
    let draft = input::draft(keystead, true, "", &key::places(keystead, &provider))?;
    input::refuse_another_vendor_s(keystead, &draft, &provider)?;
    key::tell_of_doctor(keystead, &provider);
    let req = TestDraft { provider, draft: Some(draft.id), run: "unsaved".into() };
    let report = match further {
        None => wait(keystead.test_draft(req))?,
        Some(dialect) => wait(keystead.test_draft_speaking(req, dialect))?,
    };
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
                "occasion": report.occasion,
                "model": report.model,
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
