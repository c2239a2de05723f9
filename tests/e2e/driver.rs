//! `WebKitWebDriver`, without anything between: one for each window, because it serves one session only.

use std::{
    env,
    fs::{self, File},
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command},
    thread,
    time::{Duration, Instant},
};

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use crate::RUNTIME;

/// The app: the one built with these tests, or another one to be measured, a released one.
pub(crate) fn program() -> String {
    env::var("KEYSTEAD_E2E_APP").unwrap_or_else(|_| env!("CARGO_BIN_EXE_keystead-desktop").to_owned())
}

/// A driver with the app's window.
pub(crate) struct Driver {
    process: Child,
    client: Client,
}

impl Driver {
    /// Starts the app in `environment`; what app and driver say goes to `log`.
    pub(crate) fn start(environment: &[(String, String)], log: &Path) -> Self {
        let port =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|free| free.local_addr()).expect("a port").port();
        let log = File::options().create(true).append(true).open(log).expect("the log can be written");
        let process = Command::new("WebKitWebDriver")
            .args(["--host=127.0.0.1", &format!("--port={port}")])
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .stdout(log.try_clone().expect("a second handle"))
            .stderr(log)
            .spawn()
            .expect("WebKitWebDriver is installed");
        let mut driver = Unconnected(Some(process));
        let deadline = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            assert!(Instant::now() < deadline, "WebKitWebDriver does not listen");
            thread::sleep(Duration::from_millis(20));
        }
        // No browserName: it would match nothing.
        let binary = json!({ "binary": program(), "args": [] });
        let capabilities = [("webkitgtk:browserOptions".to_owned(), binary)].into_iter().collect();
        let client = RUNTIME
            .block_on(
                ClientBuilder::new(HttpConnector::new())
                    .capabilities(capabilities)
                    .connect(&format!("http://127.0.0.1:{port}")),
            )
            .expect("the window opens");
        Self { process: driver.0.take().expect("just started"), client }
    }

    /// To talk to the page.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// The app's process.
    pub(crate) fn app(&self) -> Option<Pid> {
        children(self.process.id()).first().copied()
    }

    /// Ends the session, and app and driver with it.
    pub(crate) fn stop(mut self) {
        let app = self.app();
        let _ = RUNTIME.block_on(self.client.clone().close());
        if let Some(app) = app {
            let deadline = Instant::now() + Duration::from_secs(5);
            while fs::exists(format!("/proc/{}", app.as_raw_nonzero())).unwrap_or(false) && Instant::now() < deadline {
                thread::sleep(Duration::from_millis(20));
            }
            let _ = kill_process(app, Signal::KILL);
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Ends the driver when the window does not open.
struct Unconnected(Option<Child>);

impl Drop for Unconnected {
    fn drop(&mut self) {
        if let Some(process) = &mut self.0 {
            for child in children(process.id()) {
                let _ = kill_process(child, Signal::KILL);
            }
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

/// The processes it started and has not outlived.
pub(crate) fn children(process: u32) -> Vec<Pid> {
    let threads = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let lists = threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    lists
        .flat_map(|list| list.split_whitespace().filter_map(|pid| Pid::from_raw(pid.parse().ok()?)).collect::<Vec<_>>())
        .collect()
}
