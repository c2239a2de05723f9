//! What is taken and what refused, and a test message with a true answer.

use keystead_core::{
    Code, Field,
    keystead::{BotState, EditMessenger, ListActivity},
    message::{MessageCause, MessageOutcome, QuietHours},
    probe::Cause,
    vault::{VaultKind, VaultState},
};
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::{
    bot::{Bot, CHAT, Log, Scene, TOKEN, chat, refused, slow_down},
    common::contains,
};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_token_chat_server_or_hour_is_refused_at_its_field_and_nothing_is_lost() {
    let bot = Bot::start().await;
    let scene = Scene::with_bot(&bot).await;
    for (text, code) in [
        ("", Code::SecretEmpty),
        ("7318264059:…0Xe2", Code::SecretMask),
        ("sk-proj-0123456789abcdef0123456789abcdef", Code::TokenInvalid),
        ("https://t.me/mybot", Code::SecretUrl),
    ] {
        let error = scene.token(text).expect_err(text);
        assert_eq!((error.code, error.field), (code, Some(Field::Token)), "{text}");
    }
    let server = |url: &str| EditMessenger { server: Some(Some(url.into())), ..EditMessenger::default() };
    let quiet = |from, to| EditMessenger { quiet: Some(Some(QuietHours { from, to })), ..EditMessenger::default() };
    for (req, code, field) in [
        (chat("everybody"), Code::ChatIdInvalid, Field::ChatId),
        (server("http://192.168.1.5:8081"), Code::UrlPlainHttp, Field::Server),
        (server("http://api.telegram.org"), Code::UrlPlainHttp, Field::Server),
        (server("https://user@bots.example"), Code::UrlCredentials, Field::Server),
        (server("https://169.254.169.254"), Code::UrlForbiddenHost, Field::Server),
        (quiet(7, 7), Code::QuietInvalid, Field::Quiet),
        (quiet(7, 24), Code::QuietInvalid, Field::Quiet),
    ] {
        let error = scene.keystead.edit_messenger(&req).expect_err("refused");
        assert_eq!((error.code, error.field), (code, Some(field)), "{req:?}");
    }
    let view = scene.view();
    assert_eq!((view.bot, view.configured, view.chat_id.as_deref()), (BotState::Saved, true, Some(CHAT)));
    assert_eq!(view.hint.expect("a mask").to_string(), "7318264059:…0Xe2");
    assert_eq!((view.events, view.quiet), (MessageCause::ALL.to_vec(), None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_message_is_answered_with_the_truth() {
    use MessageOutcome::{Blocked, ChatNotFound, Odd, Sent, TelegramDown, TokenRejected, TooMany};
    let bot = Bot::start().await;
    let scene = Scene::with_bot(&bot).await;
    assert_eq!(scene.test().await.outcome, Sent);
    let last = scene.view().last.expect("noted");
    assert_eq!((last.outcome, last.test), (Sent, true));
    let echo = format!("Unauthorized: {TOKEN} is wrong");
    for (answer, outcome) in [
        (refused(401, "Unauthorized"), TokenRejected),
        (refused(404, "Not Found"), TokenRejected),
        (refused(401, &echo), TokenRejected),
        (refused(403, "Forbidden: bot was blocked by the user"), Blocked),
        (refused(400, "Bad Request: chat not found"), ChatNotFound),
        (slow_down(&json!(30)), TooMany),
        (slow_down(&json!("soon")), TooMany),
        (ResponseTemplate::new(500), TelegramDown),
        (ResponseTemplate::new(502).set_body_raw("<html>bad gateway</html>", "text/html"), TelegramDown),
        (ResponseTemplate::new(200).set_body_raw("<html>a hotel's network</html>", "text/html"), Odd),
        (ResponseTemplate::new(200).set_body_json(json!({ "ok": true })), Odd),
        (ResponseTemplate::new(302).insert_header("location", "https://elsewhere.example/x"), Odd),
    ] {
        bot.says(answer);
        let before = bot.requests().await.len();
        let tried = scene.test().await;
        assert_eq!(tried.outcome, outcome, "{tried:?}");
        assert!(!format!("{tried:?}").contains("Wm9vqR"), "{tried:?}");
        assert_eq!(bot.requests().await.len(), before + 1, "nothing is sent twice, nothing is followed");
    }
    assert_eq!(scene.view().last.expect("noted").detail.as_deref(), Some("elsewhere.example"));
    bot.behaves();
    // Another chat than the one the bot knows, by a change that needs no token.
    scene.edit(&chat("111"));
    assert_eq!(scene.test().await.outcome, ChatNotFound);
    scene.edit(&chat(CHAT));
    assert_eq!(scene.test().await.outcome, Sent);
    // A group that has become another one is followed.
    let mut moved = json!({ "ok": false, "error_code": 400, "description": "Bad Request: group chat was upgraded" });
    moved["parameters"] = json!({ "migrate_to_chat_id": -1_001_234 });
    bot.says(ResponseTemplate::new(400).set_body_json(moved));
    assert_eq!(scene.test().await.outcome, Odd, "it moves again and again");
    assert_eq!(scene.view().chat_id.as_deref(), Some("-1001234"));
    let log = Log::text();
    assert!(log.contains("send_test_message"), "nothing was logged");
    let told: Vec<_> = log.lines().filter(|line| line.contains("Wm9vqR")).take(3).collect();
    assert!(told.is_empty(), "{told:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_there_is_told_with_its_reason() {
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = closed.local_addr().expect("an address");
    drop(closed);
    let scene = Scene::new().await;
    let missing = scene.keystead.send_test_message().await.expect_err("no bot");
    assert_eq!((missing.code, missing.field), (Code::TokenMissing, Some(Field::Token)));
    scene.edit(&EditMessenger { server: Some(Some(format!("http://{address}"))), ..EditMessenger::default() });
    scene.token(TOKEN).expect("kept");
    let missing = scene.keystead.send_test_message().await.expect_err("no chat");
    assert_eq!((missing.code, missing.field), (Code::ChatIdInvalid, Some(Field::ChatId)));
    scene.edit(&chat(CHAT));
    let tried = scene.test().await;
    assert_eq!((tried.outcome, tried.cause), (MessageOutcome::Unreachable, Some(Cause::Refused)));
    scene.vault.set_state(VaultState::Locked);
    assert_eq!(scene.keystead.send_test_message().await.expect_err("locked").code, Code::VaultLocked);
    scene.vault.set_state(VaultState::Ready);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_goes_to_its_server_alone_is_found_again_and_is_wiped() {
    let (bot, other) = (Bot::start().await, Bot::start().await);
    let mut scene = Scene::with_bot(&bot).await;
    let at = |url: Option<String>| EditMessenger { server: Some(url), ..EditMessenger::default() };
    // Another server is not sent it; the first one again is.
    let view = scene.edit(&at(Some(other.uri())));
    assert_eq!((view.bot, view.configured, view.own_server), (BotState::Elsewhere, false, true));
    let error = scene.keystead.send_test_message().await.expect_err("another server");
    assert_eq!((error.code, error.field), (Code::OriginNotAllowed, Some(Field::Token)));
    assert_eq!(scene.edit(&at(None)).bot, BotState::Elsewhere);
    assert_eq!(other.requests().await.len(), 0);
    scene.edit(&at(Some(bot.uri())));
    assert_eq!(scene.test().await.outcome, MessageOutcome::Sent);

    // It moves with the keys, and back.
    let words = crate::common::passphrase("correct horse battery");
    scene.keystead.create_file_vault(&words).expect("made");
    while scene.keystead.move_keys(VaultKind::File).expect("goes on").left > 0 {}
    assert_eq!(scene.test().await.outcome, MessageOutcome::Sent);
    while scene.keystead.move_keys(VaultKind::Keychain).expect("and back").left > 0 {}

    // A lost database finds it in the vault.
    for file in ["keystead.db", "keystead.db-wal", "keystead.db-shm"] {
        let _ = std::fs::remove_file(scene.home.path().join(file));
    }
    scene.reopen();
    let found = scene.keystead.check_storage().expect("looked");
    let entries: Vec<_> = found.leftovers.iter().filter(|one| !one.own).map(|one| one.entry.clone()).collect();
    scene.keystead.adopt(&entries).expect("adopted");
    scene.edit(&EditMessenger { server: Some(Some(bot.uri())), ..chat(CHAT) });
    let view = scene.view();
    assert_eq!((view.bot, view.hint.expect("a mask").to_string()), (BotState::Saved, "7318264059:…0Xe2".into()));
    assert_eq!(scene.test().await.outcome, MessageOutcome::Sent);

    // Nowhere but in the vault, and after forgetting not even there.
    assert!(!contains(&scene.written(), b"Wm9vqRtQ"));
    let in_vault = |scene: &Scene| {
        scene.vault.entries().into_iter().any(|id| scene.vault.bytes(&id).is_some_and(|b| contains(&b, b"Wm9vqRtQ")))
    };
    assert!(in_vault(&scene));
    let view = scene.keystead.forget_messenger().expect("forgotten");
    assert_eq!((view.bot, view.chat_id, view.own_server, view.last), (BotState::None, None, false, None));
    assert!(!in_vault(&scene));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_choice_can_be_taken_back_and_a_token_cannot() {
    let bot = Bot::start().await;
    let scene = Scene::with_bot(&bot).await;
    scene.edit(&chat("111"));
    let newest = || scene.keystead.activity(&ListActivity::default()).expect("listed").remove(0);
    let event = newest();
    assert!(event.undoable && event.changes.iter().any(|change| change.part == "chat_id"), "{event:?}");
    scene.keystead.undo(event.id).expect("taken back");
    assert_eq!(scene.view().chat_id.as_deref(), Some(CHAT));
    scene.token(TOKEN).expect("kept again");
    let event = newest();
    assert_eq!((event.undoable, event.detail["what"].as_str()), (false, "token"));
    scene.keystead.forget_messenger().expect("forgotten");
    assert!(!newest().undoable);
}
