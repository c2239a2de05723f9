//! What a script in the page cannot do, wherever it came from.

use serde_json::{Value, json};

use crate::{
    app::{App, wait},
    gate::Gate,
    provider::Provider,
    window,
};

include!("../../src-tauri/app/commands/list.rs");

macro_rules! names {
    ($($module:ident::$name:ident),* $(,)?) => { [$(stringify!($name)),*] };
}

/// How a command is called by who may not call it.
const WRONG_WAYS: [&str; 5] =
    ["no key", "a wrong key", "a wrong key in a frame of its own", "a frame with a script", "a frame from elsewhere"];

#[test]
fn every_command_answers_the_page_alone() {
    window(|app| {
        let gate = Gate::new("S4", "commands called from the wrong place");
        assert_eq!(app.invoke("get_settings", "{}")["error"], Value::Null, "the page itself is answered");
        let elsewhere = Provider::knowing(&[]);
        // No answer within its time is a refusal too.
        let call = r"
            const [way, commands, elsewhere, done] = arguments;
            const send = (from, key) => Promise.all(commands.map((command) => Promise.race([
              from.fetch('ipc://localhost/' + command, {
                method: 'POST', body: '{}',
                headers: { 'Content-Type': 'application/json', 'Tauri-Callback': '1', 'Tauri-Error': '2', ...key },
              }).then((answer) => (answer.ok ? command + ' answered' : 'refused'), () => 'refused'),
              new Promise((end) => setTimeout(() => end('refused'), 2000)),
            ])));
            const frame = (change) => {
              const made = document.createElement('iframe');
              change(made);
              document.body.append(made);
              return made;
            };
            const told = (made) => new Promise((end) => {
              addEventListener('message', ({ data }) => end(commands.map(() => String(data))), { once: true });
              setTimeout(() => end(commands.map(() => 'refused')), 500);
            }).finally(() => made.remove());
            const wrong = { 'Tauri-Invoke-Key': 'wrong' };
            const script = '<script>parent.postMessage(\'a script ran\', \'*\')</' + 'script>';
            const ways = {
              'no key': () => send(window, {}),
              'a wrong key': () => send(window, wrong),
              'a wrong key in a frame of its own': () => send(frame(() => {}).contentWindow, wrong),
              'a frame with a script': () => told(frame((made) => (made.srcdoc = script))),
              'a frame from elsewhere': () => told(frame((made) => (made.src = elsewhere))),
            };
            ways[way]().then(done, (error) => done([String(error)]));
        ";
        let (mut failures, mut cells) = (Vec::new(), 0);
        for way in WRONG_WAYS {
            let arguments = vec![json!(way), json!(commands!(names).to_vec()), json!(elsewhere.url("/"))];
            let ends = wait(app.client().execute_async(call, arguments)).expect("an end");
            for end in ends.as_array().expect("one a command") {
                cells += 1;
                if end != "refused" {
                    failures.push(format!("{way}: {end}"));
                }
            }
        }
        assert_eq!(elsewhere.asked(), 0);
        assert_eq!(cells, commands!(names).len() * WRONG_WAYS.len());
        gate.done(cells, &failures, "cells");
    });
}

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
