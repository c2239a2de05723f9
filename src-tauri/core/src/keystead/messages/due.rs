//! What is sent by now: to be called every minute while the app is open. Nothing is unlocked for it.

use super::LAST;
use crate::{
    error::Result,
    keystead::{Keystead, MessageTry, Notice, blocking},
    message::{MessageOutcome, day_of, pause_ms},
    store::{
        message::{self as rows, Channel, Tried, WaitingMessage},
        setting,
    },
};

/// Messages of one look: a chat may be sent about one a second (core.telegram.org/bots/faq, "limits").
const A_LOOK: usize = 5;
/// So long one that is being sent is nobody else's. More than a request may take.
const CLAIM_MS: i64 = 6 * 60_000;

impl Keystead {
    /// Looks for news, sends what the bot is to tell, and says what the desktop is to show. In quiet hours all of it waits,
    /// and while the vault cannot be read what the bot would tell.
    #[tracing::instrument(skip_all)]
    pub async fn messages_due(&self) -> Result<Vec<Notice>> {
        let Ok(_alone) = self.runs.telling.try_lock() else { return Ok(Vec::new()) };
        let this = self.clone();
        let Some((to_send, to_show)) = blocking(move || this.ready_messages()).await? else { return Ok(Vec::new()) };
        if !to_send.is_empty() {
            // What cannot be sent does not keep the desktop from showing.
            if let Err(error) = self.send_messages(to_send).await {
                tracing::warn!(code = ?error.code, "messages could not be sent");
            }
        }
        Ok(to_show)
    }

    /// What the desktop was shown, or could not be.
    pub fn note_notices(&self, ids: &[i64], shown: bool) -> Result<()> {
        let today = day_of(self.now(), self.zone);
        let tried = if shown { Tried::Sent(&today) } else { Tried::Failed };
        self.store.write(|t| ids.iter().try_for_each(|id| rows::tried(t, *id, &tried, None)))
    }

    /// `None`: there is nobody to tell, or these are quiet hours.
    fn ready_messages(&self) -> Result<Option<(Vec<WaitingMessage>, Vec<Notice>)>> {
        let view = self.messenger()?;
        let bot = view.enabled && view.configured;
        if !bot && !view.desktop {
            return Ok(None);
        }
        self.look_around()?;
        let (chosen, telegram, desktop) = {
            let db = self.store.read();
            (rows::messenger(&db)?, rows::waiting(&db, Channel::Telegram)?, rows::waiting(&db, Channel::Desktop)?)
        };
        let now = self.now();
        if chosen.quiet.is_some_and(|quiet| quiet.end(now, self.zone).is_some()) {
            return Ok(None);
        }
        // A time that is too far away is a clock that was set back.
        let due = |message: &WaitingMessage| message.not_before <= now || message.not_before > now + super::AGAIN_MS;
        let mut to_send: Vec<_> = telegram.into_iter().filter(due).collect();
        if !bot || to_send.is_empty() || !self.bot_is_readable()? {
            to_send.clear();
        }
        to_send.truncate(A_LOOK);
        let desktop = if view.desktop { desktop } else { Vec::new() };
        let notice = |message: WaitingMessage| Notice { id: message.id, title: message.title, text: message.text };
        Ok(Some((to_send, desktop.into_iter().map(notice).collect())))
    }

    async fn send_messages(&self, messages: Vec<WaitingMessage>) -> Result<()> {
        for message in messages {
            let this = self.clone();
            let (claimed, bot) = blocking({
                let message = message.clone();
                move || {
                    let until = this.now() + CLAIM_MS;
                    Ok((this.store.write(|t| rows::claim(t, &message, until))?, this.bot()?))
                }
            })
            .await?;
            if !claimed {
                continue;
            }
            let text = format!("{}\n{}", message.title, message.text);
            let tried = self.deliver(&bot, &text).await?;
            let (this, outcome) = (self.clone(), tried.outcome);
            blocking(move || this.note_try(&message, &tried)).await?;
            // What is wrong with this one is wrong with the next.
            if outcome.stops_all() {
                break;
            }
        }
        Ok(())
    }

    fn note_try(&self, message: &WaitingMessage, tried: &MessageTry) -> Result<()> {
        let now = self.now();
        let today = day_of(now, self.zone);
        let told = tried.retry_after_s.filter(|_| tried.outcome == MessageOutcome::TooMany);
        let next = pause_ms(message.tries + 1, told).map(|ms| now + ms);
        let became = match (tried.outcome, next) {
            (MessageOutcome::Sent, _) => Tried::Sent(&today),
            (_, Some(at)) => Tried::Later(at),
            (_, None) => Tried::Failed,
        };
        self.store.write(|t| {
            rows::tried(t, message.id, &became, Some(tried.outcome))?;
            if let Some(at) = next.filter(|_| tried.outcome.stops_all()) {
                rows::hold(t, Channel::Telegram, at)?;
            }
            setting::set(t, LAST, &Some(tried))
        })
    }
}
