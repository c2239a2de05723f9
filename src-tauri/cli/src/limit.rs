//! `keystead limit …`

use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use comfy_table::{Table, presets};
use keystead_core::{
    Code, Error, Keystead,
    keystead::{LimitView, SaveLimit},
    limit::{Effect, LimitKind},
};

use crate::resolve::breach;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// All limits, and the keys that do not keep them
    List,
    /// Make a limit
    Set(Rule),
    /// Tell which keys a limit would be about, and save nothing
    Preview(Rule),
    /// Switch a limit on
    On {
        /// Its number in the list, or its id
        limit: String,
    },
    /// Switch a limit off
    Off {
        /// Its number in the list, or its id
        limit: String,
    },
    /// Remove a limit
    Rm {
        /// Its number in the list, or its id
        limit: String,
    },
}

#[derive(Args)]
pub(crate) struct Rule {
    kind: Kind,
    /// Days, or money
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    amount: Option<f64>,
    /// Of money: USD
    #[arg(long, value_name = "CODE")]
    currency: Option<String>,
    /// A pattern of models, or a provider's id; can be repeated
    #[arg(long = "for", value_name = "PATTERN")]
    patterns: Vec<String>,
    /// For keys of this provider only
    #[arg(long)]
    provider: Option<String>,
    /// In this workspace only
    #[arg(long)]
    workspace: Option<String>,
    /// Say so, and use the key all the same
    #[arg(long)]
    warn: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    MaxAge,
    TestedWithin,
    DeniedModels,
    AllowedProviders,
    MinCredit,
    SpendCeiling,
}

impl From<Kind> for LimitKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::MaxAge => Self::MaxAge,
            Kind::TestedWithin => Self::TestedWithin,
            Kind::DeniedModels => Self::DeniedModels,
            Kind::AllowedProviders => Self::AllowedProviders,
            Kind::MinCredit => Self::MinCredit,
            Kind::SpendCeiling => Self::SpendCeiling,
        }
    }
}

impl Rule {
    fn request(&self, keystead: &Keystead) -> Result<SaveLimit, Error> {
        Ok(SaveLimit {
            id: None,
            version: None,
            kind: self.kind.into(),
            effect: if self.warn { Effect::Warn } else { Effect::Refuse },
            enabled: true,
            workspace: self.workspace.as_deref().map(|named| keystead.find_workspace(named)).transpose()?,
            provider: self.provider.as_deref().map(str::parse).transpose()?,
            amount: self.amount,
            currency: self.currency.clone(),
            patterns: self.patterns.clone(),
        })
    }
}

pub(crate) fn run(keystead: &Keystead, command: &Command, json: bool) -> Result<ExitCode, Error> {
    let all = match command {
        Command::List => keystead.limits()?,
        Command::Set(rule) => keystead.save_limit(&rule.request(keystead)?)?,
        Command::Preview(rule) => vec![keystead.preview_limit(&rule.request(keystead)?)?],
        Command::On { limit } => switch(keystead, limit, true)?,
        Command::Off { limit } => switch(keystead, limit, false)?,
        Command::Rm { limit } => keystead.remove_limit(&found(keystead, limit)?.limit.id)?,
    };
    if json {
        println!("{}", serde_json::json!(all));
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(["", "LIMIT", "DOES", "NOT KEPT BY"]);
    for (n, one) in all.iter().enumerate() {
        let does = match (one.limit.enabled, one.limit.effect) {
            (false, _) => "off",
            (true, Effect::Warn) => "warns",
            (true, Effect::Refuse) => "refuses",
        };
        let breaches =
            one.breaches.iter().map(|b| format!("{} / {}: {}", b.name.provider, b.name.name, breach(&b.breach)));
        let breaches = breaches.collect::<Vec<_>>().join("\n");
        table.add_row([(n + 1).to_string(), words(one), does.into(), breaches]);
    }
    println!("{table}");
    Ok(ExitCode::SUCCESS)
}

fn words(one: &LimitView) -> String {
    let limit = &one.limit;
    let amount = limit.amount.unwrap_or_default();
    let currency = limit.currency.as_deref().unwrap_or_default();
    let patterns = limit.patterns.join(", ");
    match limit.kind {
        LimitKind::MaxAge => format!("at most {amount} days old"),
        LimitKind::TestedWithin => format!("tested within {amount} days"),
        LimitKind::DeniedModels => format!("not for {patterns}"),
        LimitKind::AllowedProviders => format!("only {patterns}"),
        LimitKind::MinCredit => format!("at least {amount} {currency} left"),
        LimitKind::SpendCeiling => format!("at most {amount} {currency} spent"),
    }
}

fn found(keystead: &Keystead, named: &str) -> Result<LimitView, Error> {
    let all = keystead.limits()?.into_iter().enumerate();
    let mut fits = all.filter(|(n, one)| one.limit.id == named || (n + 1).to_string() == named);
    let none = || Error::new(Code::LimitNotFound, "there is no such limit");
    fits.next().map(|(_, one)| one).ok_or_else(none)
}

fn switch(keystead: &Keystead, named: &str, enabled: bool) -> Result<Vec<LimitView>, Error> {
    let limit = found(keystead, named)?.limit;
    keystead.save_limit(&SaveLimit {
        id: Some(limit.id),
        version: Some(limit.version),
        kind: limit.kind,
        effect: limit.effect,
        enabled,
        workspace: limit.workspace,
        provider: limit.provider,
        amount: limit.amount,
        currency: limit.currency,
        patterns: limit.patterns,
    })
}
