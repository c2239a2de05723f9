//! `keystead activity`, `undo` and `key restore`

use std::{fmt::Write as _, process::ExitCode};

use comfy_table::{Table, presets};
use keystead_core::{
    Code, Error, Keystead,
    keystead::{Actor, EventKind, EventView, ListActivity},
};
use time::OffsetDateTime;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// About this provider only
    #[arg(long)]
    provider: Option<String>,
    /// About this key only: PROVIDER/NAME, or an id
    #[arg(long)]
    key: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 30)]
    count: u32,
}

pub(crate) fn run(keystead: &Keystead, args: &Args, json: bool) -> Result<ExitCode, Error> {
    let provider = args.provider.as_deref().map(str::parse).transpose()?;
    let key = args.key.as_deref().map(|named| keystead.find_key(named)).transpose()?.map(|key| key.id);
    let events = keystead.activity(&ListActivity { provider, key, before: None, count: Some(args.count) })?;
    show(&events, json);
    Ok(ExitCode::SUCCESS)
}

/// The last change that can be taken back, or this one.
pub(crate) fn undo(keystead: &Keystead, event: Option<i64>, json: bool) -> Result<ExitCode, Error> {
    let id = if let Some(id) = event {
        id
    } else {
        let all = keystead.activity(&ListActivity { count: Some(1000), ..ListActivity::default() })?;
        // What took something back is not the last change, but its end.
        let last = all.iter().find(|event| event.undoable && event.undoes.is_none());
        last.ok_or_else(|| Error::new(Code::UndoNothing, "there is nothing that could be taken back"))?.id
    };
    show(&[keystead.undo(id)?], json);
    Ok(ExitCode::SUCCESS)
}

/// The removal of a key by the event's number or the key's name, taken back.
pub(crate) fn restore(keystead: &Keystead, named: &str, json: bool) -> Result<ExitCode, Error> {
    let all = keystead.activity(&ListActivity { count: Some(1000), ..ListActivity::default() })?;
    let (provider, name) = match named.trim_start_matches("keystead://").split_once('/') {
        Some((provider, name)) => (Some(provider), name),
        None => (None, named),
    };
    let fits = |event: &&EventView| {
        let removed = event.kind == Some(EventKind::KeyRemoved) && event.undoable && event.undoes.is_none();
        let called = event.subject.eq_ignore_ascii_case(name)
            && provider.is_none_or(|provider| event.provider.as_ref().is_some_and(|id| id.as_str() == provider));
        removed && (called || event.id.to_string() == named)
    };
    let none = || Error::new(Code::KeyNotFound, "no removed key is known by this name");
    let event = all.iter().find(fits).ok_or_else(none)?;
    show(&[keystead.undo(event.id)?], json);
    if !json {
        eprintln!("keystead: its secret is gone: enter it again with `keystead key rotate`");
    }
    Ok(ExitCode::SUCCESS)
}

fn show(events: &[EventView], json: bool) {
    if json {
        println!("{}", serde_json::json!(events));
        return;
    }
    if events.is_empty() {
        println!("Nothing has happened yet.");
        return;
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(["", "WHEN (UTC)", "BY", "WHAT"]);
    for event in events {
        let by = match event.actor {
            Actor::App => "window",
            Actor::Command => "command",
            Actor::Schedule => "schedule",
        };
        table.add_row([event.id.to_string(), moment(event.at), by.into(), words(event)]);
    }
    println!("{table}");
}

/// `2026-11-21 14:06`
fn moment(at: i64) -> String {
    let Ok(at) = OffsetDateTime::from_unix_timestamp(at.div_euclid(1000)) else { return String::new() };
    format!("{} {:02}:{:02}", at.date(), at.hour(), at.minute())
}

/// One line, and one for each part that was changed.
fn words(event: &EventView) -> String {
    let subject = match &event.provider_name {
        Some(provider) if *provider != event.subject => format!("{provider} / {}", event.subject),
        _ => event.subject.clone(),
    };
    let what = event.kind.map_or("something this version does not know", what);
    let back = if event.undoes.is_some() { "taken back: " } else { "" };
    let gone = if event.undone { " (taken back)" } else { "" };
    let mut text = format!("{back}{what} {subject}{gone}");
    let or_nothing = |text: &Option<String>| match text.as_deref() {
        None | Some("") => "nothing".to_owned(),
        // Weights are kept as numbers with a fraction.
        Some(text) => text.strip_suffix(".0").unwrap_or(text).to_owned(),
    };
    for change in &event.changes {
        let (from, to) = (or_nothing(&change.from), or_nothing(&change.to));
        let _ = write!(text, "\n  {}: {from} → {to}", change.part);
    }
    text
}

fn what(kind: EventKind) -> &'static str {
    match kind {
        EventKind::KeyAdded => "key added",
        EventKind::KeyEdited => "key changed",
        EventKind::KeysEdited => "keys changed",
        EventKind::KeysOrdered => "keys put in order",
        EventKind::KeyReplaced => "key replaced",
        EventKind::KeyRemoved => "key removed",
        EventKind::KeyCopied => "key copied",
        EventKind::KeyShown => "key shown",
        EventKind::KeyTested => "key tested",
        EventKind::ModelsApplied => "models applied",
        EventKind::ProviderEdited => "provider changed",
        EventKind::ProviderRemoved => "provider removed",
        EventKind::NetworkEdited => "network changed",
        EventKind::ConsentGiven => "plain http allowed",
        EventKind::ConsentRevoked => "plain http forbidden",
        EventKind::WorkspaceAdded => "workspace added",
        EventKind::WorkspaceEdited => "workspace changed",
        EventKind::WorkspaceRemoved => "workspace removed",
        EventKind::TaskAdded => "task added",
        EventKind::TaskEdited => "task changed",
        EventKind::TasksOrdered => "tasks put in order",
        EventKind::TaskRemoved => "task removed",
        EventKind::TaskAssigned => "task uses something else",
        EventKind::LimitAdded => "limit added",
        EventKind::LimitEdited => "limit changed",
        EventKind::LimitRemoved => "limit removed",
        EventKind::SettingChanged => "setting changed",
        EventKind::MaintenanceBegun => "maintenance begun",
        EventKind::MaintenanceEnded => "maintenance ended",
        EventKind::MessengerEdited => "messages set up",
    }
}
