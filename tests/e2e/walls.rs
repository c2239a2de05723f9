//! What a script in the page cannot do, wherever it came from.

use serde_json::{Value, json};

use crate::{
    app::{App, wait},
    provider::Provider,
    window,
};

#[test]
fn only_the_listed_commands_answer() {
    window(|app| {
        for command in [
            "no_such_command",
            "plugin:app|version",
            "plugin:event|listen",
            "plugin:opener|open_url",
            "plugin:resources|close",
            "plugin:webview|create_webview_window",
            "plugin:window|close",
            "plugin:window-state|filename",
        ] {
            let refusal = app.invoke(command, "{}");
            assert!(refusal["error"].as_str().is_some_and(|why| why.contains("not allowed")), "{command}: {refusal}");
        }
        assert_eq!(app.invoke("get_settings", "{}")["error"], Value::Null);
        assert_eq!(app.script("return typeof window.__TAURI__", vec![]), "undefined");
    });
}

#[test]
fn a_typed_key_is_taken_as_bytes_only() {
    window(|app| {
        for body in ["{ text: 'sk-typed' }", "{}", "null"] {
            assert_eq!(app.invoke("draft_key", body)["error"]["code"], "internal", "{body}");
        }
        assert_eq!(app.invoke("draft_key", "new Uint8Array()")["error"]["code"], "secret_empty");
    });
}

#[test]
fn nothing_leaves_the_window_over_the_network() {
    window(|app| {
        let outside = Provider::knowing(&[]);
        let ways = r"
            const [url, done] = arguments;
            const image = new Promise((end) => {
              const image = new Image();
              image.onload = () => end('loaded');
              image.onerror = () => end('refused');
              image.src = url;
            });
            const script = new Promise((end) => {
              const script = document.createElement('script');
              script.onload = () => end('loaded');
              script.onerror = () => end('refused');
              script.src = url;
              document.head.append(script);
            });
            const frame = document.createElement('iframe');
            frame.src = url;
            document.body.append(frame);
            const form = document.createElement('form');
            form.action = url;
            document.body.append(form);
            form.submit();
            const opened = window.open(url) === null ? 'refused' : 'opened';
            const beacon = navigator.sendBeacon?.(url) ? 'refused later' : 'refused';
            const fetched = fetch(url).then(() => 'fetched', () => 'refused');
            location.href = url;
            Promise.all([fetched, image, script]).then((ends) => setTimeout(() => done([...ends, opened, beacon]), 500));
        ";
        let ends = wait(app.client().execute_async(ways, vec![json!(outside.url("/v1/models"))]))
            .expect("the page is still there");
        assert!(
            ends.as_array().is_some_and(|ends| ends.iter().all(|end| end.to_string().contains("refused"))),
            "{ends}"
        );
        assert_eq!(outside.asked(), 0);
        app.sees("Providers");
    });
}

impl App {
    /// Calls a command as the page's own code would; `argument` is JavaScript.
    fn invoke(&self, command: &str, argument: &str) -> Value {
        let call = format!(
            "const [command, done] = arguments;
             window.__TAURI_INTERNALS__.invoke(command, {argument}).then(
               (answer) => done({{ answer, error: null }}), (error) => done({{ error }}))"
        );
        wait(self.client().execute_async(&call, vec![json!(command)])).expect("an answer")
    }
}
