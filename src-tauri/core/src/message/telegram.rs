//! Telegram's Bot API (core.telegram.org/bots/api, "Making requests"): the shape of a token, the request, and what its
//! answers mean. The token stands in the URL's path: no URL of it is ever shown, logged or put into an error.

use serde_json::{Value, json};
use url::Url;
use zeroize::{Zeroize, Zeroizing};

use super::{ChatId, MessageOutcome};
use crate::{
    error::{Code, Error, Field, Result},
    probe::Posted,
    provider::BaseUrl,
    secret::{Hint, Secret, clean},
};

/// Where bots are, unless the user has a server of their own.
pub(crate) const SERVER: &str = "https://api.telegram.org";

/// A token: the bot's number, a colon, and about 35 letters, digits, `_` and `-`.
///
/// Fails at the field with what a key's text fails with, or with [`Code::TokenInvalid`].
#[tracing::instrument(skip_all)]
pub(crate) fn token(bytes: &Zeroizing<Vec<u8>>) -> Result<Secret> {
    let (secret, _) = clean(bytes).map_err(|e| e.in_field(Field::Token))?;
    if parts(&secret).is_none() {
        let message = "a bot's token is its number, a colon and 35 letters and digits, as @BotFather gives it";
        return Err(Error::at(Field::Token, Code::TokenInvalid, message));
    }
    Ok(secret)
}

/// The bot's number is public; of the rest the last four characters are shown.
pub(crate) fn hint(token: &Secret) -> Hint {
    let number = parts(token).map(|(number, _)| format!("{number}:")).unwrap_or_default();
    Hint::of(token, &number)
}

fn parts(token: &Secret) -> Option<(&str, &str)> {
    let (number, rest) = token.expose().split_once(':')?;
    let fits = (5..=19).contains(&number.len())
        && number.bytes().all(|b| b.is_ascii_digit())
        && (30..=64).contains(&rest.len())
        && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b));
    fits.then_some((number, rest))
}

/// Where `sendMessage` is, with the token in it: to be wiped after use.
#[tracing::instrument(skip_all)]
pub(crate) fn url(server: &BaseUrl, token: &Secret) -> Url {
    let mut path = Zeroizing::new(String::from("/bot"));
    path.push_str(token.expose());
    path.push_str("/sendMessage");
    server.join(&path)
}

/// Takes such a URL's text and wipes it.
pub(crate) fn wipe(url: Url) {
    String::from(url).zeroize();
}

/// Text as it is, at most the 4096 characters of a message, without a preview of what looks like an address in it.
pub(crate) fn body(chat: &ChatId, text: &str) -> String {
    let text: String = text.chars().take(4096).collect();
    json!({ "chat_id": chat.as_str(), "text": text, "link_preview_options": { "is_disabled": true } }).to_string()
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// This, with what the server says of it, and when to come back in seconds.
    Told(MessageOutcome, Option<String>, Option<u32>),
    /// The group has become a supergroup, and has this number now.
    Moved(i64),
}

/// What an answer means. Only what is the Bot API's own counts as its word: `ok` is there, and says what the status says.
pub(crate) fn read(posted: &Posted) -> Answer {
    use MessageOutcome::{Blocked, ChatNotFound, Odd, Sent, TelegramDown, TokenRejected, TooMany};
    let json = posted.json.as_ref();
    let at = |pointer: &str| json.and_then(|json| json.pointer(pointer));
    let said = at("/description").and_then(Value::as_str).map(str::to_owned);
    let told = |outcome, said| Answer::Told(outcome, said, None);
    let ok = at("/ok").and_then(Value::as_bool);
    match (posted.status, ok) {
        (200, Some(true)) if at("/result/message_id").is_some_and(Value::is_i64) => return told(Sent, None),
        (500.., _) => return told(TelegramDown, said),
        (429, _) => {
            let body = at("/parameters/retry_after").and_then(Value::as_u64).and_then(|s| u32::try_from(s).ok());
            return Answer::Told(TooMany, said, body.or(posted.retry_after_s));
        }
        (_, Some(false)) => {}
        _ => return told(Odd, posted.redirect.clone()),
    }
    if let Some(number) = at("/parameters/migrate_to_chat_id").and_then(Value::as_i64).filter(|n| *n != 0) {
        return Answer::Moved(number);
    }
    let words = said.clone().unwrap_or_default().to_ascii_lowercase();
    let has = |signs: &[&str]| signs.iter().any(|sign| words.contains(sign));
    match posted.status {
        401 | 404 => told(TokenRejected, said),
        403 => told(Blocked, said),
        400 if has(&["chat not found", "chat_id is empty", "peer_id_invalid", "user not found"]) => {
            told(ChatNotFound, said)
        }
        400 if has(&["not enough rights", "have no rights", "chat_write_forbidden", "need administrator rights"]) => {
            told(Blocked, said)
        }
        _ => told(Odd, said),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11";

    fn take(text: &str) -> Result<Secret> {
        token(&Zeroizing::new(text.as_bytes().to_vec()))
    }

    #[test]
    fn a_token_has_a_shape() {
        let secret = take(&format!(" {TOKEN}\n")).expect("a token");
        assert_eq!(hint(&secret).to_string(), "123456:…ew11");
        assert_eq!(take(&format!("TELEGRAM_BOT_TOKEN={TOKEN}")).expect("a token").expose(), TOKEN);
        for (text, code) in [
            ("", Code::SecretEmpty),
            ("123456:…ew11", Code::SecretMask),
            ("sk-proj-0123456789abcdef0123456789", Code::TokenInvalid),
            ("123456", Code::TokenInvalid),
            ("123456:short", Code::TokenInvalid),
            ("bot123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11", Code::TokenInvalid),
            ("123456:ABC/DEF1234ghIkl-zyx57W2v1u123ew11", Code::TokenInvalid),
            ("12:ABC-DEF1234ghIkl-zyx57W2v1u123ew11", Code::TokenInvalid),
            ("https://api.telegram.org/bot123456:ABC-DEF1234ghIkl", Code::SecretUrl),
            ("123456:ABC-DEF1234gh Ikl-zyx57W2v1u123ew11", Code::SecretWhitespace),
        ] {
            let error = take(text).err().expect("refused");
            assert_eq!((error.code, error.field), (code, Some(Field::Token)), "{text}");
            assert!(text.is_empty() || !error.message.contains(text), "{text}");
        }
        let server: BaseUrl = "http://127.0.0.1:8081/api".parse().expect("a URL");
        assert_eq!(url(&server, &secret).as_str(), format!("http://127.0.0.1:8081/api/bot{TOKEN}/sendMessage"));
    }

    #[test]
    fn every_answer_is_told_for_what_it_is() {
        use MessageOutcome::{Blocked, ChatNotFound, Odd, Sent, TelegramDown, TokenRejected, TooMany};
        let meaning = |status: u16, body: &str| {
            read(&Posted { status, json: serde_json::from_str(body).ok(), retry_after_s: None, redirect: None })
        };
        let refused = |code: u16, said: &str| format!(r#"{{"ok":false,"error_code":{code},"description":"{said}"}}"#);
        for (status, body, outcome) in [
            (200, r#"{"ok":true,"result":{"message_id":7}}"#.to_owned(), Sent),
            (200, r#"{"ok":true}"#.into(), Odd),
            (200, "{}".into(), Odd),
            (200, "<html>".into(), Odd),
            (401, refused(401, "Unauthorized"), TokenRejected),
            (404, refused(404, "Not Found"), TokenRejected),
            (404, "<html>".into(), Odd),
            (401, r#"{"error":"who are you"}"#.into(), Odd),
            (400, refused(400, "Bad Request: chat not found"), ChatNotFound),
            (400, refused(400, "Bad Request: not enough rights to send text messages to the chat"), Blocked),
            (400, refused(400, "Bad Request: message text is empty"), Odd),
            (403, refused(403, "Forbidden: bot was blocked by the user"), Blocked),
            (429, refused(429, "Too Many Requests"), TooMany),
            (500, "<html>".into(), TelegramDown),
            (502, String::new(), TelegramDown),
            (302, String::new(), Odd),
        ] {
            let Answer::Told(told, ..) = meaning(status, &body) else { panic!("{body}") };
            assert_eq!(told, outcome, "{status} {body}");
        }
        let wait = |seconds: &str| {
            let body = format!(r#"{{"ok":false,"error_code":429,"parameters":{{"retry_after":{seconds}}}}}"#);
            let Answer::Told(_, _, after) = meaning(429, &body) else { panic!("{body}") };
            after
        };
        assert_eq!((wait("17"), wait("-5"), wait("1e99"), wait("\"soon\"")), (Some(17), None, None, None));
        let moved = r#"{"ok":false,"error_code":400,"description":"m","parameters":{"migrate_to_chat_id":-100123}}"#;
        assert_eq!(meaning(400, moved), Answer::Moved(-100_123));
    }
}
