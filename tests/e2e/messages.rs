//! Notifications: a bot's token is typed, a test message arrives or says why not, and a desktop without notifications says
//! so.

use std::{
    collections::HashMap,
    sync::mpsc::{self, Receiver, Sender},
    time::Duration,
};

use serde_json::{Value, json};
use wiremock::{Request, ResponseTemplate};
use zbus::{
    blocking::{Connection, connection},
    interface, zvariant,
};

use crate::{provider::Provider, window};

const TOKEN: &str = "7318264059:Wm9vqRtQ-uVxYzKlMnPq_Lk7Hs1Ng5Pv0Xe2";

/// Lets its one chat be written to, as the Bot API does.
fn bot() -> Provider {
    Provider::answering_posts(&format!("/bot{TOKEN}/sendMessage"), |request: &Request| {
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        if body["chat_id"] == json!("424242") {
            return ResponseTemplate::new(200).set_body_json(json!({ "ok": true, "result": { "message_id": 1 } }));
        }
        let refused = json!({ "ok": false, "error_code": 400, "description": "Bad Request: chat not found" });
        ResponseTemplate::new(400).set_body_json(refused)
    })
}

#[test]
fn a_bot_is_set_up_and_a_test_message_tells_the_truth() {
    window(|app| {
        let server = bot();
        app.go("settings/notifications");
        app.says("None yet. @BotFather in Telegram gives one.");
        app.is_accessible("notifications without a bot");
        app.fill("Server", &server.url(""));
        app.fill("Chat", "111");
        app.click("button", "Enter…");
        app.says("It goes to 127.0.0.1");
        app.fill("Bot token", "nonsense");
        app.click("button", "Save");
        app.says("This is no bot’s token.");
        app.fill("Bot token", TOKEN);
        app.click("button", "Save");
        app.says("7318264059:…0Xe2");
        app.click("button", "Send a test message");
        app.says("The bot knows no such chat.");
        app.picture("notifications-refused");
        app.fill("Chat", "424242");
        app.click("button", "Send a test message");
        app.says("Sent.");
        app.click("switch", "Quiet hours");
        app.says("until");
        app.is_accessible("notifications");
        app.picture("notifications");
        // The session of a test has no service that shows any.
        app.click("button", "Show a test notification");
        app.says("This desktop shows no notifications.");
        assert!(!app.page_knows(TOKEN), "the token is in the page");
        app.click("button", "Forget…");
        app.click("button", "Forget the bot");
        app.says("None yet.");
    });
}

/// What a desktop that shows notifications has on its bus
/// (specifications.freedesktop.org/notification-spec, "D-BUS Protocol").
struct Desktop(Sender<[String; 3]>);

#[interface(name = "org.freedesktop.Notifications")]
impl Desktop {
    #[expect(clippy::too_many_arguments, reason = "the specification's")]
    fn notify(
        &self,
        app: String,
        _replaces: u32,
        _icon: String,
        summary: String,
        body: String,
        _actions: Vec<String>,
        _hints: HashMap<String, zvariant::OwnedValue>,
        _timeout: i32,
    ) -> u32 {
        let _ = self.0.send([app, summary, body]);
        1
    }

    fn get_capabilities(&self) -> Vec<String> {
        vec!["body".into(), "body-markup".into()]
    }
}

fn desktop() -> (Connection, Receiver<[String; 3]>) {
    let (shown, seen) = mpsc::channel();
    let named = connection::Builder::session().and_then(|bus| bus.name("org.freedesktop.Notifications"));
    let built = named.and_then(|bus| bus.serve_at("/org/freedesktop/Notifications", Desktop(shown)));
    (built.and_then(connection::Builder::build).expect("a bus"), seen)
}

#[test]
fn a_desktop_with_notifications_shows_them() {
    window(|app| {
        let (_bus, seen) = desktop();
        app.go("settings/notifications");
        app.click("button", "Show a test notification");
        app.says("The desktop took it.");
        let [from, title, text] = seen.recv_timeout(Duration::from_secs(5)).expect("a notification");
        assert_eq!((from.as_str(), title.as_str()), ("Keystead", "Keystead"));
        assert!(text.contains("your keys"), "{text}");
    });
}
