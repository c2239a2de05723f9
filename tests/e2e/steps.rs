//! What several cases do on their way.

use fantoccini::key::Key;

use crate::{app::App, provider::Provider};

/// The name of the row a case adds first.
pub(crate) const WORK: &str = "Work";

impl App {
    /// Goes to a page as a link to it does.
    pub(crate) fn go(&mut self, page: &str) {
        self.script(&format!("location.hash = '#/{page}'"), vec![]);
    }

    /// Sends `OpenAI`'s requests to a provider of ours, through the field for it.
    pub(crate) fn point_openai_at(&mut self, provider: &Provider) {
        self.go("providers/openai");
        self.fill("Base URL", &provider.url("/v1"));
        self.press(Key::Enter);
        self.find("status", "Saved");
    }

    /// Opens the dialog on the provider's page that is shown.
    pub(crate) fn begin_key(&mut self, key: &str) {
        self.click("button", "Add key");
        self.fill("Key", key);
        self.press(Key::Enter);
        self.find("button", "Replace");
    }

    /// Adds a key on the provider's page that is shown.
    pub(crate) fn add_key(&mut self, name: &str, key: &str) {
        self.begin_key(key);
        self.fill("Name", name);
        self.click("button", "Test");
        self.wait_until("the verdict", |app| app.has("Connected"));
        self.click("button", "Save");
        self.wait_until("the saved key", |app| app.find_now("button", &format!("Test {name}")).map(|_| ()));
    }

    /// Chooses from a key's menu.
    pub(crate) fn choose_for(&mut self, key: &str, action: &str) {
        self.click("button", &format!("More for {key}"));
        self.click("menuitem", action);
    }

    /// Whether these words are in the window now, or in the dialog that lies over it.
    pub(crate) fn has(&mut self, words: &str) -> Option<()> {
        let top = "return ([...document.querySelectorAll('dialog')].filter((one) => one.matches(':modal')).at(-1) ?? document.body).innerText";
        self.script(top, vec![]).as_str().is_some_and(|text| text.contains(words)).then_some(())
    }

    /// Waits for words in the dialog on top.
    pub(crate) fn says(&mut self, words: &str) {
        self.wait_until(&format!("“{words}”"), |app| app.has(words));
    }
}
