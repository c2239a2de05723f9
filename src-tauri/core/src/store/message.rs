//! The `messenger` table, of one row: what is told, and to whom. The `message` table: what waits, was sent, or failed.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::{
    error::{Code, Error, Result},
    message::{ChatId, MessageCause, MessageOutcome, QuietHours},
    provider::BaseUrl,
};

/// What is chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct Messenger {
    /// The bot writes.
    pub enabled: bool,
    /// To whom.
    pub chat: Option<ChatId>,
    /// The server of the user's own.
    pub server: Option<BaseUrl>,
    /// About what.
    pub events: BTreeSet<MessageCause>,
    /// When not.
    pub quiet: Option<QuietHours>,
}

/// The one row.
pub const ROW: i64 = 1;

/// What is chosen; an edited row counts as far as it is understood.
pub fn messenger(db: &Connection) -> Result<Messenger> {
    let row = |r: &Row<'_>| {
        let (chat, server): (Option<String>, Option<String>) = (r.get(1)?, r.get(2)?);
        let names: Vec<String> = serde_json::from_str(r.get_ref(3)?.as_str()?).unwrap_or_default();
        let hours = r.get::<_, Option<u8>>(4)?.zip(r.get::<_, Option<u8>>(5)?);
        Ok(Messenger {
            enabled: r.get(0)?,
            chat: chat.and_then(|text| text.parse().ok()),
            server: server.and_then(|text| text.parse().ok()),
            events: MessageCause::ALL.into_iter().filter(|c| names.iter().any(|name| name == c.name())).collect(),
            quiet: hours.and_then(|(from, to)| QuietHours { from, to }.checked().ok()),
        })
    };
    let sql = "SELECT enabled, chat_id, server, events, quiet_from, quiet_to FROM messenger WHERE id = ?1";
    let found = db.prepare_cached(sql)?.query_row([ROW], row).optional()?;
    Ok(found.unwrap_or(Messenger {
        enabled: true,
        chat: None,
        server: None,
        events: MessageCause::ALL.into(),
        quiet: None,
    }))
}

/// Chooses.
pub fn put_messenger(db: &Connection, chosen: &Messenger) -> Result<()> {
    let events: Vec<_> = chosen.events.iter().map(|cause| cause.name()).collect();
    let events = serde_json::to_string(&events).map_err(|e| Error::new(Code::Internal, e.to_string()))?;
    db.prepare_cached(
        "INSERT INTO messenger (id, enabled, chat_id, server, events, quiet_from, quiet_to)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (id) DO UPDATE SET enabled = ?2, chat_id = ?3, server = ?4, events = ?5, quiet_from = ?6, quiet_to = ?7",
    )?
    .execute(params![
        ROW,
        chosen.enabled,
        chosen.chat.as_ref().map(ChatId::as_str),
        chosen.server.as_ref().map(BaseUrl::as_str),
        events,
        chosen.quiet.map(|quiet| quiet.from),
        chosen.quiet.map(|quiet| quiet.to)
    ])?;
    Ok(())
}

/// By which way something is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// By the bot.
    Telegram,
    /// By this machine's desktop.
    Desktop,
}

impl Channel {
    fn name(self) -> &'static str {
        match self {
            Self::Telegram => "telegram",
            Self::Desktop => "desktop",
        }
    }
}

/// Something to be told.
pub struct NewMessage<'a> {
    /// By which way.
    pub channel: Channel,
    /// Why.
    pub cause: MessageCause,
    /// Id of the key.
    pub key: &'a str,
    /// Today, local.
    pub day: &'a str,
    /// Provider and key.
    pub title: &'a str,
    /// What happened.
    pub text: &'a str,
    /// Unix milliseconds.
    pub now: i64,
}

/// Keeps something to be told, unless the same of the same key waits, or was news or was told this very day.
pub fn add(db: &Connection, new: &NewMessage<'_>) -> Result<()> {
    let NewMessage { channel, cause, key, day, title, text, now } = *new;
    db.prepare_cached(
        "INSERT INTO message (channel, cause, key, day, title, text, not_before, at)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7 WHERE NOT EXISTS (
             SELECT 1 FROM message WHERE channel = ?1 AND cause = ?2 AND key = ?3
             AND (state = 'waiting' OR day = ?4 OR sent_day = ?4))",
    )?
    .execute(params![channel.name(), cause.name(), key, day, title, text, now])?;
    Ok(())
}

/// Whether the same of the same key was news since a time, by any way.
pub fn told_since(db: &Connection, cause: MessageCause, key: &str, since: i64) -> Result<bool> {
    let sql = "SELECT 1 FROM message WHERE cause = ?1 AND key = ?2 AND at > ?3";
    Ok(db.prepare_cached(sql)?.exists(params![cause.name(), key, since])?)
}

/// Something that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingMessage {
    /// Counts up.
    pub id: i64,
    /// Id of the key.
    pub key: String,
    /// Provider and key.
    pub title: String,
    /// What happened.
    pub text: String,
    /// Tries so far.
    pub tries: u32,
    /// Unix milliseconds.
    pub not_before: i64,
}

/// All that waits on one way, the oldest first.
pub fn waiting(db: &Connection, channel: Channel) -> Result<Vec<WaitingMessage>> {
    let sql = "SELECT id, key, title, text, tries, not_before FROM message
               WHERE channel = ?1 AND state = 'waiting' ORDER BY id";
    let row = |r: &Row<'_>| {
        Ok(WaitingMessage {
            id: r.get(0)?,
            key: r.get(1)?,
            title: r.get(2)?,
            text: r.get(3)?,
            tries: r.get(4)?,
            not_before: r.get(5)?,
        })
    };
    Ok(db.prepare_cached(sql)?.query_map([channel.name()], row)?.collect::<rusqlite::Result<_>>()?)
}

/// Takes one to send it: false when another process has. Until then nobody else takes it.
pub fn claim(db: &Connection, message: &WaitingMessage, until: i64) -> Result<bool> {
    let sql = "UPDATE message SET not_before = ?3 WHERE id = ?1 AND not_before = ?2 AND state = 'waiting'";
    Ok(db.prepare_cached(sql)?.execute(params![message.id, message.not_before, until])? == 1)
}

/// What became of a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tried<'a> {
    /// It was told, on this local day.
    Sent(&'a str),
    /// Not before this time again.
    Later(i64),
    /// It is given up.
    Failed,
}

/// Notes a try.
pub fn tried(db: &Connection, id: i64, tried: &Tried<'_>, outcome: Option<MessageOutcome>) -> Result<()> {
    let (state, not_before, sent_day) = match tried {
        Tried::Sent(day) => ("sent", None, Some(*day)),
        Tried::Later(at) => ("waiting", Some(*at), None),
        Tried::Failed => ("failed", None, None),
    };
    let outcome = outcome.and_then(|outcome| serde_json::json!(outcome).as_str().map(str::to_owned));
    db.prepare_cached(
        "UPDATE message SET state = ?2, tries = tries + 1, not_before = coalesce(?3, not_before),
         sent_day = coalesce(?4, sent_day), outcome = ?5 WHERE id = ?1",
    )?
    .execute(params![id, state, not_before, sent_day, outcome])?;
    Ok(())
}

/// All that waits on a way waits at least until then.
pub fn hold(db: &Connection, channel: Channel, until: i64) -> Result<()> {
    let sql = "UPDATE message SET not_before = max(not_before, ?2) WHERE channel = ?1 AND state = 'waiting'";
    db.prepare_cached(sql)?.execute(params![channel.name(), until])?;
    Ok(())
}

/// What was given up since a time waits again, and what waits is tried at once: something has been put right. What has
/// been news again since is told as that.
pub fn try_again(db: &Connection, channel: Channel, since: i64, now: i64) -> Result<()> {
    db.prepare_cached(
        "UPDATE message SET state = 'waiting', tries = 0, not_before = ?3 WHERE channel = ?1 AND at > ?2
         AND (state = 'waiting' OR state = 'failed' AND NOT EXISTS (
             SELECT 1 FROM message AS newer WHERE newer.channel = message.channel AND newer.cause = message.cause
             AND newer.key = message.key AND newer.id > message.id))",
    )?
    .execute(params![channel.name(), since, now])?;
    Ok(())
}

/// One goes.
pub fn remove(db: &Connection, id: i64) -> Result<()> {
    db.prepare_cached("DELETE FROM message WHERE id = ?1")?.execute([id])?;
    Ok(())
}

/// What waits or failed on a way goes: nobody is there to be told any more.
pub fn drop_unsent(db: &Connection, channel: Channel) -> Result<()> {
    let sql = "DELETE FROM message WHERE channel = ?1 AND state <> 'sent'";
    db.prepare_cached(sql)?.execute([channel.name()])?;
    Ok(())
}

/// What is older than this goes, whatever became of it.
pub fn forget(db: &Connection, before: i64) -> Result<()> {
    db.prepare_cached("DELETE FROM message WHERE at < ?1")?.execute([before])?;
    Ok(())
}

/// How many wait on a way, and how many were given up since a time.
pub fn count(db: &Connection, channel: Channel, since: i64) -> Result<(u32, u32)> {
    let sql = "SELECT count(*) FILTER (WHERE state = 'waiting'), count(*) FILTER (WHERE state = 'failed' AND at > ?2)
               FROM message WHERE channel = ?1";
    Ok(db.prepare_cached(sql)?.query_row(params![channel.name(), since], |r| Ok((r.get(0)?, r.get(1)?)))?)
}
