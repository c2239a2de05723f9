//! The app as a person starts it, without a driver: for what a driver would change, or cannot see.

use std::{
    fs::File,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal};

use crate::{
    app::{App, PATIENCE},
    desk::{self, web_processes, xdotool},
    driver,
};

/// The page's process, as the kernel names it.
const PAGE: &str = "WebKitWebProces";

/// Until a page listens to the keyboard: nothing outside tells.
const LISTENS: Duration = Duration::from_secs(4);

pub(crate) struct Alone(Child);

impl Alone {
    /// Starts it on the data of `app`, and waits for a window, which may be a dialog.
    pub(crate) fn start(app: &App) -> Self {
        let log = File::create(app.folder().join("alone.log")).expect("the log can be written");
        let started = Command::new(driver::program())
            .envs(app.environment().iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a second handle"))
            .stderr(log)
            .spawn();
        let alone = Self(started.expect("the app starts"));
        xdotool(&["search", "--sync", "--onlyvisible", "--name", "^Keystead$", "windowactivate", "--sync"]);
        alone
    }

    pub(crate) fn process(&self) -> Pid {
        Pid::from_child(&self.0)
    }

    /// The process of its page, once it listens.
    pub(crate) fn page(&self) -> Pid {
        let page = self.waits_for("a page", |pages| pages.first().copied());
        thread::sleep(LISTENS);
        page
    }

    /// Whether there is a page at all.
    pub(crate) fn has_page(&self) -> bool {
        !self.pages().is_empty()
    }

    /// The page's new process, two seconds after the old one has gone.
    pub(crate) fn page_after(&self, old: Pid) -> Pid {
        let only = |pages: &[Pid]| if let [new] = pages { (*new != old).then_some(*new) } else { None };
        let new = self.waits_for("another process for the page", only);
        thread::sleep(Duration::from_secs(2));
        new
    }

    fn pages(&self) -> Vec<Pid> {
        web_processes(self.process()).into_iter().filter(|(_, name)| name == PAGE).map(|(process, _)| process).collect()
    }

    fn waits_for(&self, what: &str, question: impl Fn(&[Pid]) -> Option<Pid>) -> Pid {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(answer) = question(&self.pages()) {
                return answer;
            }
            assert!(Instant::now() < deadline, "waited in vain for {what}");
            thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        desk::signal(self.process(), Signal::TERM);
        let _ = self.0.wait();
    }
}
