//! `keystead models …`

use std::{
    io::{IsTerminal, Write},
    process::ExitCode,
};

use comfy_table::{CellAlignment, Table, presets};
use keystead_core::{
    Code, Error, Keystead,
    keystead::{ApplyModels, FetchModels, KeyView, ModelState, ModelView, ModelsView},
    probe::{ListProgress, ListReport, Outcome},
};
use serde_json::{Value, json};

use crate::{wait, words};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// PROVIDER/NAME, or an id
    key: String,
    /// Ask the provider; without, the last list is shown
    #[arg(long)]
    refresh: bool,
    /// Only models with all of these words in their id or name
    #[arg(long, value_name = "WORDS")]
    find: Option<String>,
    /// Take all that is new, let go all that is gone
    #[arg(long, conflicts_with_all = ["take", "leave"])]
    apply: bool,
    /// Take this model
    #[arg(long, value_name = "MODEL")]
    take: Vec<String>,
    /// Leave this model out; one that is gone is forgotten
    #[arg(long, value_name = "MODEL")]
    leave: Vec<String>,
}

impl Args {
    /// Whether it may have to send the key.
    pub(crate) fn asks(&self) -> bool {
        self.refresh
    }
}

pub(crate) fn run(keystead: &Keystead, args: &Args, json: bool) -> Result<ExitCode, Error> {
    let key = keystead.find_key(&args.key)?;
    let mut view = if args.refresh { fetched(keystead, &key)? } else { keystead.models(&key.id)? };
    if !view.listable && view.listed_at.is_none() {
        return Err(Error::new(Code::ModelsNotListed, "this provider lists no models"));
    }
    // What has just failed is told whatever is decided about the list before it.
    let tried = view.last_try.clone().filter(|_| args.refresh);
    let changed = |state| view.that_are(state).map(|model| model.id.clone()).collect();
    let decision = match args {
        Args { apply: true, .. } => (changed(ModelState::New), changed(ModelState::Gone)),
        Args { take, leave, .. } => (take.clone(), leave.clone()),
    };
    if !decision.0.is_empty() || !decision.1.is_empty() {
        let (take, leave) = decision;
        view = keystead.apply_models(&ApplyModels { id: key.id.clone(), take, leave })?;
    }
    if let Some(find) = &args.find {
        view.find(find);
    }
    if json {
        println!("{}", described(&key, &view, tried.as_ref()));
    } else {
        print(&key, &view, tried.as_ref());
    }
    Ok(match tried.and_then(|report| report.failure) {
        None => ExitCode::SUCCESS,
        Some(failure) if failure.outcome == Outcome::VaultUnavailable => ExitCode::from(3),
        Some(_) => ExitCode::FAILURE,
    })
}

/// On a terminal, pages are counted while they come.
fn fetched(keystead: &Keystead, key: &KeyView) -> Result<ModelsView, Error> {
    let terminal = std::io::stderr().is_terminal();
    let progress = |at: ListProgress| {
        if terminal && at.pages > 1 {
            let _ = write!(std::io::stderr(), "\rpage {}, {} models ", at.pages, at.models);
        }
    };
    let view = wait(keystead.fetch_models(FetchModels { id: key.id.clone(), run: key.id.clone() }, progress));
    if terminal {
        let _ = write!(std::io::stderr(), "\r\x1b[K");
    }
    view
}

/// The object `keystead.models/1`.
fn described(key: &KeyView, view: &ModelsView, tried: Option<&ListReport>) -> Value {
    let model = |model: &ModelView| {
        let price = model.price.as_ref();
        json!({
            "id": model.id,
            "name": model.name,
            "context": model.context,
            "input_price": price.map(|p| p.input),
            "output_price": price.map(|p| p.output),
            "currency": price.map(|p| &p.currency),
            "state": model.state,
            "first_seen": model.first_seen,
            "gone_since": model.gone_since,
        })
    };
    let report = tried.or(view.last_try.as_ref());
    let failure = report.and_then(|report| Some((report, report.failure.as_ref()?))).map(|(report, failure)| {
        json!({
            "outcome": failure.outcome,
            "cause": failure.cause,
            "page": failure.page,
            "http_status": failure.http_status,
            "message": words::no_list(failure),
            "at": report.at,
        })
    });
    json!({
        "schema": "keystead.models/1",
        "key": key.reference(),
        "provider": key.provider,
        "public": view.public,
        "url": report.map(|report| &report.url),
        "listed_at": view.listed_at,
        "decided_at": view.decided_at,
        "new": view.that_are(ModelState::New).count(),
        "gone": view.that_are(ModelState::Gone).count(),
        "failure": failure,
        "models": view.models.iter().map(model).collect::<Vec<_>>(),
    })
}

fn print(key: &KeyView, view: &ModelsView, tried: Option<&ListReport>) {
    if let Some(failure) = tried.or(view.last_try.as_ref()).and_then(|report| report.failure.as_ref()) {
        eprintln!("keystead: no list came (page {}). {}", failure.page, words::no_list(failure));
        if view.listed_at.is_some() {
            eprintln!("keystead: what follows is the list before it");
        }
    }
    if view.listed_at.is_none() {
        println!("No list yet. Ask for it with: keystead models {} --refresh", key.reference());
        return;
    }
    if view.models.is_empty() {
        println!("The provider lists no models for this key.");
        return;
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(["MODEL", "CONTEXT", "IN /M", "OUT /M", ""]);
    for at in 1..=3 {
        table.column_mut(at).into_iter().for_each(|column| column.set_cell_alignment(CellAlignment::Right));
    }
    for model in &view.models {
        let amount = |amount: Option<f64>| {
            let currency = model.price.as_ref().map_or("", |p| &p.currency);
            amount.map_or_else(|| "–".to_owned(), |n| format!("{n} {currency}"))
        };
        let price = model.price.as_ref();
        table.add_row([
            model.id.clone(),
            model.context.map_or_else(|| "–".to_owned(), |n| n.to_string()),
            amount(price.map(|p| p.input)),
            amount(price.map(|p| p.output)),
            word(model.state).to_owned(),
        ]);
    }
    println!("{table}");
    let (new, gone) = (view.that_are(ModelState::New).count(), view.that_are(ModelState::Gone).count());
    if new + gone > 0 {
        println!("{new} new, {gone} gone. Apply with: keystead models {} --apply", key.reference());
    }
}

fn word(state: ModelState) -> &'static str {
    match state {
        ModelState::Applied => "",
        ModelState::New => "new",
        ModelState::Left => "left out",
        ModelState::Gone => "gone",
        ModelState::Kept => "gone, kept",
    }
}
