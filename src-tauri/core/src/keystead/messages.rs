//! Messages about keys: what is chosen, the bot's token, and a test message with a true answer.

mod due;
mod raise;

use rusqlite::Transaction;
use zeroize::Zeroizing;

use super::{
    BotState, EditMessenger, EventKind, Keystead, MessageTry, MessengerView, WaitsFor, blocking, drafts::Draft,
    history::About,
};
use crate::{
    error::{Code, Error, Field, Result},
    message::{
        ChatId, MessageOutcome,
        telegram::{self, Answer},
    },
    network::Way,
    probe::Post,
    provider::BaseUrl,
    secret::Secret,
    store::{
        event::{Table, Watch},
        message::{self as rows, Channel, Messenger},
        secret::{self, State},
        setting,
    },
    vault::{BoundSecret, VaultKind, VaultState},
};

pub(super) use raise::Subject;

/// What tells the bot's token from other secrets of Keystead's own.
pub(super) const PART: &str = "telegram";
/// The setting that holds the last [`MessageTry`].
const LAST: &str = "last_message";
/// What is put right within so long sends what was given up.
const AGAIN_MS: i64 = 24 * 60 * 60 * 1000;
const WEEK_MS: i64 = 7 * AGAIN_MS;

impl Messenger {
    fn place(&self) -> BaseUrl {
        self.server.clone().unwrap_or_else(|| telegram::SERVER.parse().expect("a URL"))
    }
}

/// All that a message needs to go out.
struct Bot {
    server: BaseUrl,
    chat: ChatId,
    bound: BoundSecret,
    way: Result<Way>,
}

impl Keystead {
    /// What is chosen, and how it goes. Asks nobody.
    pub fn messenger(&self) -> Result<MessengerView> {
        let desktop = self.settings()?.notifications;
        let (chosen, row, (waiting, failed), last) = {
            let db = self.store.read();
            (
                rows::messenger(&db)?,
                secret::belonging(&db, None, PART)?,
                rows::count(&db, Channel::Telegram, self.now() - WEEK_MS)?,
                setting::get::<Option<MessageTry>>(&db, LAST)?.flatten(),
            )
        };
        let server = chosen.place();
        let bot = match &row {
            None => BotState::None,
            Some(row) if row.state == State::Missing => BotState::Missing,
            Some(row) if row.bound_to == Some(server.origin().to_string()) => BotState::Saved,
            Some(_) => BotState::Elsewhere,
        };
        let configured = bot == BotState::Saved && chosen.chat.is_some();
        Ok(MessengerView {
            desktop,
            enabled: chosen.enabled,
            configured,
            bot,
            hint: row.and_then(|row| row.hint),
            chat_id: chosen.chat.as_ref().map(|chat| chat.as_str().to_owned()),
            server: server.to_string(),
            own_server: chosen.server.is_some(),
            waits_for: if waiting > 0 { self.waits_for(&chosen, configured)? } else { None },
            events: chosen.events.into_iter().collect(),
            quiet: chosen.quiet,
            waiting,
            failed,
            last,
        })
    }

    /// Chooses; the token stays as it is. What failed of late is tried again where something was put right.
    ///
    /// Fails with [`Code::ChatIdInvalid`], [`Code::QuietInvalid`] or what a base URL fails with, each at its field.
    pub fn edit_messenger(&self, req: &EditMessenger) -> Result<MessengerView> {
        let chat = req.chat_id.as_ref().map(|chat| filled(chat.as_deref()).map(str::parse).transpose()).transpose()?;
        let server = req.server.as_ref().map(|url| filled(url.as_deref()).map(server).transpose()).transpose()?;
        let quiet = req.quiet.map(|quiet| quiet.map(crate::message::QuietHours::checked).transpose()).transpose()?;
        self.change_messenger(|chosen| {
            chosen.enabled = req.enabled.unwrap_or(chosen.enabled);
            if let Some(chat) = chat {
                chosen.chat = chat;
            }
            if let Some(server) = server {
                chosen.server = server.filter(|url| url.as_str() != telegram::SERVER);
            }
            if let Some(quiet) = quiet {
                chosen.quiet = quiet;
            }
            if let Some(events) = &req.events {
                chosen.events = events.iter().copied().collect();
            }
        })?;
        self.messenger()
    }

    fn change_messenger(&self, change: impl FnOnce(&mut Messenger)) -> Result<()> {
        let about = About::new(EventKind::MessengerEdited, "Telegram");
        self.change(&about, &[Watch::on(Table::Messenger, "id", &rows::ROW)], |t| {
            let mut chosen = rows::messenger(t)?;
            let before = chosen.clone();
            change(&mut chosen);
            rows::put_messenger(t, &chosen)?;
            let put_right =
                (before.enabled, &before.chat, &before.server) != (chosen.enabled, &chosen.chat, &chosen.server);
            if put_right { self.try_again(t) } else { Ok(()) }
        })
    }

    fn try_again(&self, t: &Transaction<'_>) -> Result<()> {
        rows::try_again(t, Channel::Telegram, self.now() - AGAIN_MS, self.now())
    }

    /// Keeps the bot's token, for the server that is chosen and no other.
    ///
    /// Fails with [`Code::TokenInvalid`], or as a key's text does, at the field.
    #[tracing::instrument(skip_all)]
    pub fn keep_bot_token(&self, bytes: &Zeroizing<Vec<u8>>) -> Result<MessengerView> {
        let secret = telegram::token(bytes)?;
        let lock = self.lock()?;
        let origin = rows::messenger(&self.store.read())?.place().origin();
        let hint = telegram::hint(&secret);
        let draft = Draft::masked_by(secret, hint);
        let about = About::new(EventKind::MessengerEdited, "Telegram").with("what", "token");
        self.keep_belonging(&lock, None, PART, &[origin], &draft, |t| {
            self.note(t, &about)?;
            self.try_again(t)
        })?;
        drop(lock);
        self.messenger()
    }

    /// Wipes the token, and forgets the chat, the server and what waits. What is told, and when not, stays.
    pub fn forget_messenger(&self) -> Result<MessengerView> {
        let lock = self.lock()?;
        let about = About::new(EventKind::MessengerEdited, "Telegram").with("what", "forgotten");
        self.drop_belonging(None, PART, |t| {
            let chosen = Messenger { chat: None, server: None, ..rows::messenger(t)? };
            rows::put_messenger(t, &chosen)?;
            rows::drop_unsent(t, Channel::Telegram)?;
            setting::set(t, LAST, &None::<MessageTry>)?;
            self.note(t, &about)
        })?;
        drop(lock);
        self.messenger()
    }

    /// Sends one message now, whatever the hour and the switches, and tells how that ended. A good end sends what failed of
    /// late.
    ///
    /// Fails with [`Code::TokenMissing`], [`Code::OriginNotAllowed`] or [`Code::ChatIdInvalid`] at the field where
    /// something is missing, or with what the vault fails with.
    #[tracing::instrument(skip_all)]
    pub async fn send_test_message(&self) -> Result<MessageTry> {
        let this = self.clone();
        let bot = blocking(move || this.bot()).await?;
        let text = "Keystead: this is a test message. What happens to your keys will be told here.";
        let tried = MessageTry { test: true, ..self.deliver(&bot, text).await? };
        let (this, kept) = (self.clone(), tried.clone());
        blocking(move || {
            this.store.write(|t| {
                setting::set(t, LAST, &Some(&kept))?;
                if kept.outcome == MessageOutcome::Sent { this.try_again(t) } else { Ok(()) }
            })
        })
        .await?;
        Ok(tried)
    }

    /// Reads the token, which may fail as the vault does.
    #[tracing::instrument(skip_all)]
    fn bot(&self) -> Result<Bot> {
        let chosen = rows::messenger(&self.store.read())?;
        let server = chosen.place();
        let missing = || Error::at(Field::Token, Code::TokenMissing, "there is no token of a bot");
        let bound = self.read_belonging(None, PART)?.ok_or_else(missing)?;
        bound.release_for(&server.origin()).map_err(|e| e.in_field(Field::Token))?;
        let chat = chosen.chat.ok_or_else(|| Error::at(Field::ChatId, Code::ChatIdInvalid, "no chat was chosen"))?;
        let way = self.way(None, &server);
        Ok(Bot { server, chat, bound, way })
    }

    /// Sends. A group that has become another one is followed, once.
    #[tracing::instrument(skip_all)]
    async fn deliver(&self, bot: &Bot, text: &str) -> Result<MessageTry> {
        let token = bot.bound.release_for(&bot.server.origin())?;
        let way = match &bot.way {
            Ok(way) => way,
            Err(error) => {
                let tried = self.tried(MessageOutcome::Unreachable, Some(error.message.clone()), None);
                let cause = super::testing::why_no_way(error).ok().map(|(_, cause, _)| cause);
                return Ok(MessageTry { cause, ..tried });
            }
        };
        match self.ask(bot, token, way, &bot.chat, text).await {
            Ok(Answer::Told(outcome, detail, after)) => Ok(self.tried(outcome, detail, after)),
            Ok(Answer::Moved(number)) => {
                let (this, chat) = (self.clone(), ChatId::from(number));
                let there = chat.clone();
                blocking(move || this.change_messenger(|chosen| chosen.chat = Some(there))).await?;
                Ok(match self.ask(bot, token, way, &chat, text).await {
                    Ok(Answer::Told(outcome, detail, after)) => self.tried(outcome, detail, after),
                    Ok(Answer::Moved(_)) => self.tried(MessageOutcome::Odd, None, None),
                    Err(tried) => tried,
                })
            }
            Err(tried) => Ok(tried),
        }
    }

    async fn ask(&self, bot: &Bot, token: &Secret, way: &Way, chat: &ChatId, text: &str) -> Result<Answer, MessageTry> {
        let url = telegram::url(&bot.server, token);
        let body = telegram::body(chat, text);
        let post = Post { there: &bot.server, url: &url, body: &body, secret: token, now_ms: self.now() };
        let answered = self.prober.by(way.clone()).post(&post).await;
        telegram::wipe(url);
        match answered {
            Ok(posted) => Ok(telegram::read(&posted)),
            Err(nothing) => Err(MessageTry {
                cause: Some(nothing.cause),
                ..self.tried(MessageOutcome::Unreachable, nothing.detail, None)
            }),
        }
    }

    fn tried(&self, outcome: MessageOutcome, detail: Option<String>, retry_after_s: Option<u32>) -> MessageTry {
        let detail = detail.filter(|text| !text.is_empty());
        MessageTry { outcome, cause: None, detail, retry_after_s, at: self.now(), test: false }
    }

    /// Whether the token could be read now without anybody being asked.
    fn bot_is_readable(&self) -> Result<bool> {
        let row = secret::belonging(&self.store.read(), None, PART)?;
        let vault = row.filter(|row| row.state == State::Active).and_then(|row| row.vault);
        Ok(vault.is_some_and(|vault| self.status_of(VaultKind::of(&vault)).state == VaultState::Ready))
    }

    fn waits_for(&self, chosen: &Messenger, configured: bool) -> Result<Option<WaitsFor>> {
        let now = self.now();
        Ok(match chosen.quiet.and_then(|quiet| quiet.end(now, self.zone)) {
            _ if !chosen.enabled => Some(WaitsFor::Off),
            _ if !configured => Some(WaitsFor::Setup),
            _ if !self.bot_is_readable()? => Some(WaitsFor::Vault),
            Some(until) => Some(WaitsFor::Quiet { until }),
            None => {
                let waiting = rows::waiting(&self.store.read(), Channel::Telegram)?;
                let next = waiting.iter().map(|message| message.not_before).min();
                next.filter(|at| *at > now).map(|at| WaitsFor::Retry { at })
            }
        })
    }
}

fn filled(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

/// https, or http on this machine: no consent is asked for a bot's token.
fn server(text: &str) -> Result<BaseUrl> {
    text.parse::<BaseUrl>().map_err(|e| {
        let code = if e.code == Code::UrlLanHttp { Code::UrlPlainHttp } else { e.code };
        Error::at(Field::Server, code, "a server of the Bot API is at https://, or at http:// on this machine")
    })
}
