//! `keystead message …`

use std::{process::ExitCode, str::FromStr};

use clap::{Args, Subcommand};
use keystead_core::{
    Code, Error, Field, Keystead,
    keystead::{BotState, EditMessenger, EditSettings, MessageTry, MessengerView, WaitsFor},
    message::{MessageCause, MessageOutcome, QuietHours},
};

use crate::{input, wait, words};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// What is told about keys, to whom, and how that goes
    Show,
    /// Choose what is told, and to whom
    Set(Choices),
    /// Keep a Telegram bot's token, in the keychain: hidden prompt
    Token {
        /// Read it from standard input
        #[arg(long)]
        stdin: bool,
    },
    /// Forget the token, the chat and the server
    Forget,
    /// Send a test message now
    Test,
    /// Send what waits: the window does this every minute while it is open
    Send,
}

/// What is omitted stays as it is.
#[derive(Args)]
pub(crate) struct Choices {
    /// The chat's number, or the @name of a public channel; empty: none
    #[arg(long, value_name = "CHAT", allow_hyphen_values = true)]
    chat: Option<String>,
    /// A server of the Bot API of your own; empty: Telegram's
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    /// Whether the bot writes
    #[arg(long, value_name = "on|off", value_parser = on_or_off)]
    telegram: Option<bool>,
    /// Whether this desktop shows messages
    #[arg(long, value_name = "on|off", value_parser = on_or_off)]
    desktop: Option<bool>,
    /// Tell this: key-refused, out-of-credit, credit-low, last-day, works-again or models-gone; can be repeated
    #[arg(long = "tell", value_name = "EVENT", value_parser = cause)]
    tell: Vec<MessageCause>,
    /// Do not tell this; can be repeated
    #[arg(long = "hush", value_name = "EVENT", value_parser = cause)]
    hush: Vec<MessageCause>,
    /// Local hours in which nothing is told, such as 22-7; "none": there are none
    #[arg(long, value_name = "FROM-TO")]
    quiet: Option<Quiet>,
}

#[derive(Clone, Copy)]
struct Quiet(Option<QuietHours>);

impl FromStr for Quiet {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "none" {
            return Ok(Self(None));
        }
        let hours = text.split_once('-').and_then(|(from, to)| Some((from.parse().ok()?, to.parse().ok()?)));
        let (from, to) = hours.ok_or("two hours, such as 22-7, or none")?;
        Ok(Self(Some(QuietHours { from, to })))
    }
}

fn on_or_off(text: &str) -> Result<bool, String> {
    match text {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err("on or off".into()),
    }
}

fn cause(text: &str) -> Result<MessageCause, String> {
    let name = text.replace('-', "_");
    let all = MessageCause::ALL.map(MessageCause::name).join(", ");
    MessageCause::ALL.into_iter().find(|cause| cause.name() == name).ok_or(format!("one of {all}"))
}

impl Command {
    /// Whether it can do nothing with a locked vault.
    pub(crate) fn reads_secrets(&self) -> bool {
        matches!(self, Self::Test | Self::Send)
    }
}

pub(crate) fn run(keystead: &Keystead, command: &Command, json: bool) -> Result<ExitCode, Error> {
    let view = match command {
        Command::Show => keystead.messenger()?,
        Command::Set(choices) => set(keystead, choices)?,
        Command::Token { stdin } => keystead.keep_bot_token(&input::secret(*stdin, "The bot's token: ")?)?,
        Command::Forget => keystead.forget_messenger()?,
        Command::Test => {
            let tried = wait(keystead.send_test_message())?;
            if json {
                println!("{}", serde_json::json!(tried));
            } else {
                println!("{}", sentence(&tried));
            }
            return Ok(ended(tried.outcome == MessageOutcome::Sent));
        }
        Command::Send => {
            // What the desktop is to show waits for the window.
            wait(keystead.messages_due())?;
            let view = keystead.messenger()?;
            print(&view, json);
            return Ok(ended(view.waiting == 0));
        }
    };
    print(&view, json);
    Ok(ExitCode::SUCCESS)
}

fn ended(well: bool) -> ExitCode {
    if well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn set(keystead: &Keystead, choices: &Choices) -> Result<MessengerView, Error> {
    let Choices { chat, server, telegram, desktop, tell, hush, quiet } = choices;
    let filled = |text: &String| Some(text.clone()).filter(|text| !text.trim().is_empty());
    let edit = EditMessenger {
        enabled: *telegram,
        chat_id: chat.as_ref().map(filled),
        server: server.as_ref().map(filled),
        events: events(keystead, tell, hush)?,
        quiet: quiet.map(|Quiet(hours)| hours),
    };
    if edit == EditMessenger::default() && desktop.is_none() {
        let message = "give --chat, --server, --telegram, --desktop, --tell, --hush or --quiet";
        return Err(Error::at(Field::ChatId, Code::SettingInvalid, message));
    }
    if desktop.is_some() {
        keystead.edit_settings(&EditSettings { notifications: *desktop, ..EditSettings::default() })?;
    }
    keystead.edit_messenger(&edit)
}

fn events(
    keystead: &Keystead,
    tell: &[MessageCause],
    hush: &[MessageCause],
) -> Result<Option<Vec<MessageCause>>, Error> {
    if tell.is_empty() && hush.is_empty() {
        return Ok(None);
    }
    let now = keystead.messenger()?.events;
    let wanted = |cause: &MessageCause| (now.contains(cause) || tell.contains(cause)) && !hush.contains(cause);
    Ok(Some(MessageCause::ALL.into_iter().filter(wanted).collect()))
}

fn print(view: &MessengerView, json: bool) {
    if json {
        println!("{}", serde_json::json!(view));
        return;
    }
    let on = |on: bool| if on { "on" } else { "off" };
    let bot = match (view.bot, &view.hint) {
        (BotState::None, _) => "no token".to_owned(),
        (BotState::Saved, Some(hint)) => format!("{hint}, in the keychain"),
        (BotState::Saved, None) => "in the keychain".into(),
        (BotState::Elsewhere, _) => "entered for another server: enter it again for this one".into(),
        (BotState::Missing, _) => "not in the keychain any more: enter it again".into(),
    };
    let events = view.events.iter().map(|cause| cause.name()).collect::<Vec<_>>().join(", ");
    let quiet = view.quiet.map_or("none".into(), |quiet| format!("{}:00 to {}:00", quiet.from, quiet.to));
    println!("desktop      {}", on(view.desktop));
    println!("telegram     {}", on(view.enabled));
    println!("bot          {bot}");
    println!("chat         {}", view.chat_id.as_deref().unwrap_or("none"));
    println!("server       {}", view.server);
    println!("tells        {}", if events.is_empty() { "nothing" } else { &events });
    println!("quiet hours  {quiet}");
    let waits = view.waits_for.map(|why| format!(", {}", waits_for(why))).unwrap_or_default();
    println!("waiting      {}{waits}", view.waiting);
    println!("failed       {}", view.failed);
    if let Some(last) = &view.last {
        println!("last try     {}", sentence(last));
    }
}

fn waits_for(why: WaitsFor) -> &'static str {
    match why {
        WaitsFor::Off => "until it is switched on",
        WaitsFor::Setup => "for a token and a chat",
        WaitsFor::Vault => "for the keychain, which cannot be read now",
        WaitsFor::Quiet { .. } => "for the end of quiet hours",
        WaitsFor::Retry { .. } => "for the next try",
    }
}

fn sentence(tried: &MessageTry) -> String {
    let what = match tried.outcome {
        MessageOutcome::Sent => "Sent.",
        MessageOutcome::TokenRejected => "Telegram knows no bot of this token: copy it from @BotFather again.",
        MessageOutcome::ChatNotFound => "The bot knows no such chat: write to it from there first.",
        MessageOutcome::Blocked => "The bot was blocked, or may not write in this chat.",
        MessageOutcome::TooMany => "Too many messages.",
        MessageOutcome::Unreachable => "No answer.",
        MessageOutcome::TelegramDown => "The server has a fault of its own. Try again later.",
        MessageOutcome::Odd => "The answer is not one of the Bot API's.",
    };
    let cause = tried.cause.map(words::cause).unwrap_or_default();
    let wait = tried.retry_after_s.map(|s| format!("It asks to wait {s} seconds.")).unwrap_or_default();
    let said = tried.detail.as_ref().filter(|_| tried.cause.is_none()).map(|text| format!("It says: {text}"));
    let parts = [what.to_owned(), cause.to_owned(), wait, said.unwrap_or_default()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}
