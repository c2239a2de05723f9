//! What becomes a message: noted where it happens, in the transaction that makes it true, by every way that is on.

use std::collections::HashSet;

use rusqlite::Transaction;
use uuid::Uuid;

use super::{PART, WEEK_MS};
use crate::{
    error::Result,
    keystead::Keystead,
    limit::LimitKind,
    message::{MessageCause, News, day_of},
    store::{
        key, limit,
        message::{self as rows, Channel, NewMessage},
        policy, secret, setting,
    },
};

/// Messages are kept as long as they may keep another one from being sent, and longer for whoever looks.
const KEPT_MS: i64 = 60 * 24 * 60 * 60 * 1000;

/// Which key something is told of.
pub(in crate::keystead) struct Subject {
    key: String,
    title: String,
}

impl Subject {
    pub(in crate::keystead) fn of(key: Uuid, provider: &str, name: &str) -> Self {
        Self::named(key.to_string(), provider, name)
    }

    fn named(key: String, provider: &str, name: &str) -> Self {
        Self { key, title: format!("{provider} / {name}") }
    }
}

impl Keystead {
    /// Tells something by every way that is on, unless the user does not want to know, or was told today.
    pub(in crate::keystead) fn raise(&self, t: &Transaction<'_>, subject: &Subject, news: &News) -> Result<()> {
        let chosen = rows::messenger(t)?;
        let cause = news.cause();
        if !chosen.events.contains(&cause) {
            return Ok(());
        }
        let telegram = chosen.enabled && chosen.chat.is_some() && secret::belonging(t, None, PART)?.is_some();
        let desktop = setting::get(t, "notifications")?.unwrap_or(false);
        let (now, text) = (self.now(), news.words());
        let day = day_of(now, self.zone);
        for channel in [(Channel::Telegram, telegram), (Channel::Desktop, desktop)].into_iter().filter(|(_, on)| *on) {
            let Subject { key, title } = subject;
            rows::add(t, &NewMessage { channel: channel.0, cause, key, day: &day, title, text: &text, now })?;
        }
        Ok(())
    }

    /// What lasts is told when it begins, and again a week later: a last day that comes near, credit below a limit. What
    /// waits about keys that are gone is let go.
    pub(super) fn look_around(&self) -> Result<()> {
        let settings = self.settings()?;
        let events = rows::messenger(&self.store.read())?.events;
        let mut found: Vec<(Subject, News)> = Vec::new();
        if settings.expiry_reminders && events.contains(&MessageCause::LastDay) {
            found.extend(self.last_days(settings.reminder_days)?);
        }
        if events.contains(&MessageCause::CreditLow) {
            found.extend(self.short_of_money()?);
        }
        let week_ago = self.now() - WEEK_MS;
        self.store.write(|t| {
            let keys: HashSet<String> = key::visible(t)?.iter().map(|row| row.id.to_string()).collect();
            for channel in [Channel::Telegram, Channel::Desktop] {
                // Keys of the environment have no row, and no UUID.
                let gone = |id: &str| id.parse::<Uuid>().is_ok() && !keys.contains(id);
                for message in rows::waiting(t, channel)?.iter().filter(|message| gone(&message.key)) {
                    rows::remove(t, message.id)?;
                }
            }
            for (subject, news) in &found {
                let is_the_day = matches!(news, News::LastDay { days: 0, .. });
                if is_the_day || !rows::told_since(t, news.cause(), &subject.key, week_ago)? {
                    self.raise(t, subject, news)?;
                }
            }
            rows::forget(t, self.now() - KEPT_MS)
        })
    }

    fn last_days(&self, reminder_days: u16) -> Result<Vec<(Subject, News)>> {
        let (policies, keys) = {
            let db = self.store.read();
            (policy::all(&db)?, key::visible(&db)?)
        };
        let mut found = Vec::new();
        for row in keys.into_iter().filter(|row| row.enabled) {
            let Some(policy) = policies.get(&row.id).map(|row| &row.policy) else { continue };
            let near = policy.days_left(self.now()).filter(|days| (0..=i64::from(reminder_days)).contains(days));
            let Some((days, on)) = near.zip(policy.expires_on.clone()) else { continue };
            let provider = self.chosen(&row.provider)?.provider.name;
            found.push((Subject::of(row.id, &provider, &row.name), News::LastDay { on, days }));
        }
        Ok(found)
    }

    fn short_of_money(&self) -> Result<Vec<(Subject, News)>> {
        let of_money = |kind| matches!(kind, LimitKind::MinCredit | LimitKind::SpendCeiling);
        if !limit::all(&self.store.read())?.iter().any(|limit| limit.enabled && of_money(limit.kind)) {
            return Ok(Vec::new());
        }
        let limits = self.limits()?.into_iter().filter(|view| view.limit.enabled && of_money(view.limit.kind));
        let breaches = limits.flat_map(|view| view.breaches);
        let told = |found: super::super::LimitBreach| {
            let name = found.name;
            (Subject::named(name.id, &name.provider, &name.name), News::Credit(found.breach))
        };
        Ok(breaches.map(told).collect())
    }
}
