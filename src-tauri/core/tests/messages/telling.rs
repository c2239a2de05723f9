//! What becomes a message, how often, when, and what happens to it when it cannot be sent.

use keystead_core::{
    keystead::{EditKeys, EditMessenger, EditSettings, FetchModels, SaveLimit, WaitsFor},
    limit::{Effect, LimitKind},
    message::{MessageCause, MessageOutcome, QuietHours},
    probe::Outcome,
    vault::VaultState,
};
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::bot::{Bot, HOUR, MINUTE, Provider, Scene, pass, refused, slow_down};

/// A key that was good and is refused now: news.
async fn refuse(scene: &Scene, provider: &Provider, key: &keystead_core::keystead::KeyView) {
    provider.answers(200);
    assert_eq!(scene.tested(key).await, Outcome::Connected);
    provider.answers(401);
    assert_eq!(scene.tested(key).await, Outcome::InvalidKey);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_told_once_a_day_by_both_ways_and_only_if_it_is_wanted() {
    let (bot, provider) = (Bot::start().await, Provider::start().await);
    let scene = Scene::with_bot(&bot).await;
    scene.desktop(true);
    let (work, home) = (scene.key(&provider, "Work"), scene.key(&provider, "Home"));
    assert_eq!(scene.tested(&work).await, Outcome::Connected);
    assert!(scene.look().await.is_empty(), "a first test is no news");
    refuse(&scene, &provider, &work).await;
    let words = "The provider rejects this key.";
    assert_eq!(scene.look().await, [format!("OpenAI / Work: {words}")]);
    assert_eq!(bot.texts().await, [format!("OpenAI / Work\n{words}")]);
    // The same again on this day is not told; that it works again is, and another key is.
    refuse(&scene, &provider, &work).await;
    let again = "OpenAI / Work\nThe key works again.";
    scene.look().await;
    assert_eq!(bot.texts().await[1..], [again]);
    refuse(&scene, &provider, &home).await;
    refuse(&scene, &provider, &work).await;
    scene.look().await;
    assert_eq!(bot.texts().await[2..], [format!("OpenAI / Home\n{words}")]);
    // On the next day it is news again, unless the user does not want it.
    pass(24 * HOUR);
    let events = Some(vec![MessageCause::WorksAgain]);
    scene.edit(&EditMessenger { events, ..EditMessenger::default() });
    refuse(&scene, &provider, &home).await;
    scene.look().await;
    assert_eq!(bot.texts().await.len(), 4, "only that it worked again: {:?}", bot.texts().await);
    scene.edit(&EditMessenger { events: Some(MessageCause::ALL.into()), ..EditMessenger::default() });
    refuse(&scene, &provider, &work).await;
    assert_eq!(scene.look().await.len(), 2);
    assert!(scene.look().await.is_empty() && bot.texts().await.len() == 6);
    // Off, nothing is even noted.
    scene.edit(&EditMessenger { enabled: Some(false), ..EditMessenger::default() });
    scene.desktop(false);
    pass(24 * HOUR);
    refuse(&scene, &provider, &work).await;
    assert!(scene.look().await.is_empty());
    assert_eq!((scene.view().waiting, bot.texts().await.len()), (0, 6));
}

#[tokio::test(flavor = "multi_thread")]
async fn quiet_hours_hold_messages_and_lose_none_and_the_day_they_are_sent_on_counts() {
    let (bot, provider) = (Bot::start().await, Provider::start().await);
    let scene = Scene::with_bot(&bot).await;
    scene.desktop(true);
    let key = scene.key(&provider, "Work");
    scene.edit(&EditMessenger { quiet: Some(Some(QuietHours { from: 22, to: 7 })), ..EditMessenger::default() });
    pass(11 * HOUR);
    refuse(&scene, &provider, &key).await;
    assert!(scene.look().await.is_empty());
    let view = scene.view();
    assert!(matches!(view.waits_for, Some(WaitsFor::Quiet { .. })) && view.waiting == 1, "{view:?}");
    pass(7 * HOUR + 59 * MINUTE);
    assert!(scene.look().await.is_empty(), "06:59");
    pass(MINUTE);
    assert_eq!(scene.look().await.len(), 1, "07:00");
    assert_eq!(bot.texts().await.len(), 1);
    refuse(&scene, &provider, &key).await;
    scene.look().await;
    let refusals = bot.texts().await.iter().filter(|text| text.contains("rejects")).count();
    assert_eq!(refusals, 1, "it was yesterday's news, told today");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_sent_is_tried_again_more_and_more_rarely_then_given_up_and_sent_once_it_is_put_right() {
    let (bot, provider) = (Bot::start().await, Provider::start().await);
    let mut scene = Scene::with_bot(&bot).await;
    let key = scene.key(&provider, "Work");
    refuse(&scene, &provider, &key).await;
    bot.says(ResponseTemplate::new(500));
    let mut tries = 0;
    for (n, minutes) in [0, 1, 5, 30, 120].into_iter().enumerate() {
        if minutes > 0 {
            pass(minutes * MINUTE - 1);
            scene.look().await;
            assert_eq!(bot.requests().await.len(), tries, "try {n} is too early");
            pass(1);
        }
        scene.reopen();
        scene.look().await;
        tries += 1;
        assert_eq!(bot.requests().await.len(), tries, "try {n}");
    }
    let view = scene.view();
    assert_eq!((view.waiting, view.failed), (0, 1));
    assert_eq!(view.last.expect("noted").outcome, MessageOutcome::TelegramDown);
    pass(HOUR);
    scene.look().await;
    assert_eq!(bot.requests().await.len(), tries);
    // A test message that arrives sends what was given up.
    bot.behaves();
    assert_eq!(scene.test().await.outcome, MessageOutcome::Sent);
    scene.look().await;
    assert!(bot.texts().await.last().expect("one").contains("rejects"));
    assert_eq!((scene.view().waiting, scene.view().failed), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_s_word_when_to_come_back_counts_unless_it_is_nonsense() {
    let (bot, provider) = (Bot::start().await, Provider::start().await);
    let scene = Scene::with_bot(&bot).await;
    let (work, home) = (scene.key(&provider, "Work"), scene.key(&provider, "Home"));
    refuse(&scene, &provider, &work).await;
    refuse(&scene, &provider, &home).await;
    bot.says(slow_down(&json!(600)));
    scene.look().await;
    assert_eq!(bot.requests().await.len(), 1, "the second one is not tried either");
    assert!(matches!(scene.view().waits_for, Some(WaitsFor::Retry { .. })));
    pass(9 * MINUTE);
    scene.look().await;
    assert_eq!(bot.requests().await.len(), 1);
    pass(MINUTE);
    for nonsense in [json!(-1), json!(1e12), json!("soon"), json!(null)] {
        bot.says(slow_down(&nonsense));
        let before = bot.requests().await.len();
        scene.look().await;
        assert_eq!(bot.requests().await.len(), before + 1, "{nonsense}");
        pass(2 * HOUR);
    }
    bot.behaves();
    scene.look().await;
    assert_eq!(scene.view().last.expect("noted").outcome, MessageOutcome::Sent);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_vault_makes_messages_wait_and_is_asked_nothing() {
    let (bot, provider) = (Bot::start().await, Provider::start().await);
    let scene = Scene::with_bot(&bot).await;
    scene.desktop(true);
    let key = scene.key(&provider, "Work");
    refuse(&scene, &provider, &key).await;
    scene.vault.set_state(VaultState::Locked);
    assert_eq!(scene.look().await.len(), 1, "the desktop needs no vault");
    assert_eq!((scene.view().waits_for, bot.requests().await.len()), (Some(WaitsFor::Vault), 0));
    scene.vault.set_state(VaultState::Ready);
    scene.look().await;
    assert_eq!(bot.requests().await.len(), 1);
    // Of a key that is gone nothing is told.
    pass(24 * HOUR);
    refuse(&scene, &provider, &key).await;
    scene.keystead.remove_key(&key.id).expect("removed");
    assert!(scene.look().await.is_empty());
    assert_eq!((scene.view().waiting, bot.requests().await.len()), (0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_last_day_is_told_when_it_comes_near_and_on_the_day() {
    let (bot, provider) = (Bot::start().await, Provider::start().await);
    let scene = Scene::with_bot(&bot).await;
    let key = scene.key(&provider, "Work");
    let expires =
        EditKeys { ids: vec![key.id.clone()], expires_on: Some(Some("2030-03-28".into())), ..EditKeys::default() };
    scene.keystead.edit_keys(&expires).expect("a last day");
    let mut told = Vec::new();
    for day in 0..12 {
        scene.look().await;
        scene.look().await;
        for text in bot.texts().await.split_off(told.len()) {
            told.push((day, text));
        }
        pass(24 * HOUR);
    }
    let near = "OpenAI / Work\nThe key's last day is 2030-03-28, in 7 days.".to_owned();
    assert_eq!(told, [(3, near), (10, "OpenAI / Work\nToday is the key's last day.".into())]);
    // Not where the user wants no reminders.
    let other = scene.key(&provider, "Home");
    let soon = EditKeys { ids: vec![other.id], expires_on: Some(Some("2030-03-31".into())), ..EditKeys::default() };
    scene.keystead.edit_keys(&soon).expect("a last day");
    let off = EditSettings { expiry_reminders: Some(false), ..EditSettings::default() };
    scene.keystead.edit_settings(&off).expect("set");
    scene.look().await;
    assert_eq!(bot.texts().await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_token_stops_the_rest_and_a_new_one_sends_them() {
    let (bot, provider) = (Bot::start().await, Provider::start().await);
    let scene = Scene::with_bot(&bot).await;
    let (work, home) = (scene.key(&provider, "Work"), scene.key(&provider, "Home"));
    refuse(&scene, &provider, &work).await;
    refuse(&scene, &provider, &home).await;
    bot.says(refused(401, "Unauthorized"));
    scene.look().await;
    assert_eq!((bot.requests().await.len(), scene.view().waiting), (1, 2));
    bot.behaves();
    scene.token(crate::bot::TOKEN).expect("kept");
    scene.look().await;
    assert_eq!((bot.requests().await.len(), scene.view().waiting), (3, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn credit_below_a_limit_is_told_when_it_begins_and_again_a_week_later() {
    let (bot, provider) = (Bot::start().await, Provider::start().await);
    let scene = Scene::with_bot(&bot).await;
    let balance = |left: &str| {
        let info = json!({ "currency": "USD", "total_balance": left });
        json!({ "is_available": true, "balance_infos": [info] })
    };
    let key = scene.key_of("deepseek", &provider, "Work");
    let limit = SaveLimit {
        id: None,
        version: None,
        kind: LimitKind::MinCredit,
        effect: Effect::Warn,
        enabled: true,
        workspace: None,
        provider: None,
        amount: Some(5.0),
        currency: Some("USD".into()),
        patterns: Vec::new(),
    };
    scene.keystead.save_limit(&limit).expect("a limit");
    provider.says(balance("12.00"));
    scene.tested(&key).await;
    scene.look().await;
    assert!(bot.texts().await.is_empty());
    provider.says(balance("4.20"));
    scene.tested(&key).await;
    for _ in 0..8 {
        scene.look().await;
        pass(24 * HOUR);
    }
    let told = "DeepSeek / Work\n4.20 USD left, your limit wants 5.00.";
    assert_eq!(bot.texts().await, [told, told]);
}

#[tokio::test(flavor = "multi_thread")]
async fn models_that_are_gone_from_a_list_are_told_by_name() {
    let (bot, provider) = (Bot::start().await, Provider::start().await);
    let scene = Scene::with_bot(&bot).await;
    let key = scene.key(&provider, "Work");
    let list = |ids: &[&str]| json!({ "object": "list", "data": ids.iter().map(|id| json!({ "id": id })).collect::<Vec<_>>() });
    for ids in [&["gpt-5", "gpt-4", "o1"][..], &["gpt-5", "o1"], &["gpt-5", "o1"]] {
        provider.says(list(ids));
        let req = FetchModels { id: key.id.clone(), run: "m".into() };
        scene.keystead.fetch_models(req, |_| ()).await.expect("listed");
        scene.look().await;
    }
    assert_eq!(bot.texts().await, ["OpenAI / Work\nNo longer offered: gpt-4."]);
}
