//! `keystead resolve`

use std::process::ExitCode;

use keystead_core::{
    Error, Keystead,
    keystead::{Broken, ConsideredKey, Place, Resolution, Resolve},
    limit::Breach,
    policy::Tier,
};

use crate::words;

/// Which key and model a task uses now. Exit 1 when no key can be used
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The task's name for programs
    #[arg(long)]
    task: String,
    /// In this workspace; the current one if omitted
    #[arg(long, value_name = "WORKSPACE")]
    workspace: Option<String>,
    /// The same session gets the same key
    #[arg(long)]
    session: Option<String>,
    /// SHA-256 of the token of the program that asks
    #[arg(long, value_name = "HASH")]
    caller: Option<String>,
    /// For batch or file work
    #[arg(long)]
    batch: bool,
    /// Tell every key that was considered, and why
    #[arg(long)]
    explain: bool,
}

pub(crate) fn run(keystead: &Keystead, args: &Args, json: bool) -> Result<ExitCode, Error> {
    let found = keystead.resolve(&Resolve {
        task: args.task.clone(),
        workspace: args.workspace.clone(),
        session: args.session.clone(),
        caller: args.caller.clone(),
        batch: Some(args.batch),
    })?;
    let code = if found.used.is_some() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    if json {
        println!("{}", serde_json::json!(described(&found)));
        return Ok(code);
    }
    println!("{}", short(&found));
    if args.explain {
        explain(&found);
    }
    Ok(code)
}

/// With the key's reference at the top, where programs look for it.
fn described(found: &Resolution) -> serde_json::Value {
    let mut value = serde_json::json!(found);
    value["key_ref"] = serde_json::json!(found.used.as_ref().and_then(|used| used.key_ref.clone()));
    value
}

/// One line.
pub(crate) fn short(found: &Resolution) -> String {
    match (&found.used, &found.broken) {
        (Some(used), _) => {
            let called = if used.called == used.model { String::new() } else { format!(" (there: {})", used.called) };
            let key =
                used.name.as_ref().map_or_else(|| "no key needed".to_owned(), |name| format!("key {}", name.name));
            format!("{}/{}{called}, {key}", used.provider, used.model)
        }
        (None, Some(broken)) => self::broken(broken),
        (None, None) => "no key can be used".into(),
    }
}

fn broken(broken: &Broken) -> String {
    match broken {
        Broken::Unassigned => "nothing chosen".into(),
        Broken::NoSuchTask { task } => format!("uses what {task} uses, which is no task any more"),
        Broken::Cycle { task } => format!("tasks use what each other use, {task} among them"),
    }
}

fn explain(found: &Resolution) {
    if let Some(other) = &found.targets_of {
        println!("uses what {other} uses");
    }
    for target in &found.targets {
        let name = target.provider_name.clone().unwrap_or_else(|| format!("{} (no such provider)", target.provider));
        let gone = if target.not_offered { ", which no key offers" } else { "" };
        println!("{name} / {}{gone}", target.model);
        for key in &target.keys {
            let mark = match key.place {
                Place::Used => "✓",
                Place::Next { .. } => "•",
                _ => "✕",
            };
            let name = key.name.as_ref().map_or("no key", |name| name.name.as_str());
            println!("  {mark} {name:<20} {}", why(key));
            for warned in &key.warnings {
                println!("    {:<20} warning: {}", "", breach(&warned.breach));
            }
        }
    }
    println!("Nothing was sent.");
}

fn why(key: &ConsideredKey) -> String {
    let share = format!("{:.0} % of sessions", key.share * 100.0);
    match &key.place {
        Place::Used => {
            let tier = if key.tier == Tier::Fallback { "fallback" } else { "prioritized" };
            let weight = if key.weight > 0.0 { format!("weight {}", key.weight) } else { "standby".into() };
            format!("used: {tier}, {weight}, {share}")
        }
        Place::Next { after } => format!("next after {after}, {share}"),
        Place::Disabled => "switched off".into(),
        Place::OtherWorkspace => "in another workspace".into(),
        Place::SecretMissing => "its secret is not in the keychain".into(),
        Place::Removing => "removed".into(),
        Place::VariableUnset { variable } => format!("${variable} is not set"),
        Place::ModelNotAllowed => "not for this model".into(),
        Place::ModelBlocked { pattern } => format!("this model is blocked: {pattern}"),
        Place::ModelGone { .. } => "the provider does not offer this model any more".into(),
        Place::Dead { outcome, .. } => format!("{}, by its last test", words::badge(*outcome)),
        Place::Cooling { .. } => "rate limited for now".into(),
        Place::Expired { on } => format!("its last day was {on}"),
        Place::Limited { breach, .. } => format!("a limit: {}", self::breach(breach)),
        Place::NotForBatch => "not for batch work".into(),
        Place::CallerNotAllowed => "for other programs".into(),
        Place::NoKey => "a key is needed, and there is none".into(),
    }
}

/// Why a limit is not kept.
pub(crate) fn breach(breach: &Breach) -> String {
    match breach {
        Breach::TooOld { days, limit } => format!("{days} days old, {limit} allowed"),
        Breach::NotTested { days: Some(days), limit } => format!("tested {days} days ago, {limit} allowed"),
        Breach::NotTested { days: None, limit } => format!("never proven by a test, wanted every {limit} days"),
        Breach::DeniedModel { pattern } => format!("the model is denied: {pattern}"),
        Breach::ProviderNotAllowed => "the provider is not allowed".into(),
        Breach::LowCredit { left, limit, currency } => format!("{left} {currency} left, {limit} wanted"),
        Breach::OverSpent { spent, limit, currency } => format!("{spent} {currency} spent, {limit} allowed"),
    }
}
