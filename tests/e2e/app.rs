//! One app with data of its own, and what a person can do with its window.

use std::{
    env, fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use fantoccini::key::Key;
use keystead_core::provider::Catalog;
use rustix::process::Pid;
use serde_json::Value;

use crate::{RUNTIME, driver::Driver};

/// How long anything may take that a person waits for.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// The app under test.
pub(crate) struct App {
    folder: PathBuf,
    environment: Vec<(String, String)>,
    driver: Option<Driver>,
}

impl App {
    /// Not started yet; all it will write goes below `folder`.
    pub(crate) fn new(folder: PathBuf, more: &[(&str, String)]) -> Self {
        let mut environment = Vec::new();
        for name in ["KEYSTEAD_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "TMPDIR"]
        {
            let own = folder.join(name.to_lowercase());
            fs::create_dir_all(&own).expect("the case's folder can be made");
            environment.push((name.to_owned(), own.to_string_lossy().into_owned()));
        }
        environment.extend(
            [("LIBGL_ALWAYS_SOFTWARE", "1"), ("GDK_BACKEND", "x11")].map(|(n, v)| (n.to_owned(), v.to_owned())),
        );
        // Whoever runs the tests may have keys in theirs: empty is unset.
        let known = Catalog::builtin().iter().flat_map(|provider| &provider.env);
        environment.extend(known.map(|name| (name.clone(), String::new())));
        environment.extend(more.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        Self { folder, environment, driver: None }
    }

    /// What the app is started with, and where its data go.
    pub(crate) fn environment(&self) -> &[(String, String)] {
        &self.environment
    }

    /// Its folder of its own.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Its process.
    pub(crate) fn process(&self) -> Pid {
        self.driver.as_ref().and_then(Driver::app).expect("the app runs")
    }

    /// Opens the window and waits for nothing.
    pub(crate) fn begin(&mut self) {
        self.driver = Some(Driver::start(&self.environment, &self.folder.join("app.log")));
    }

    /// Opens the window.
    pub(crate) fn start(&mut self) {
        self.begin();
        self.window_size(1200, 800);
        // The last of what the page shows first.
        self.find("heading", "Add a provider");
    }

    /// Ends the app, if it runs.
    pub(crate) fn stop(&mut self) {
        if let Some(driver) = self.driver.take() {
            driver.stop();
        }
    }

    /// The list of providers and keys is lost, as when its file was deleted; what is in the vaults is not.
    pub(crate) fn lose_the_list(&mut self) {
        assert!(self.driver.is_none(), "the app is not running");
        let home = fs::read_dir(self.folder.join("keystead_home")).expect("the data are there");
        for file in home.flatten().filter(|file| file.file_name().to_string_lossy().starts_with("keystead.db")) {
            fs::remove_file(file.path()).expect("it can be deleted");
        }
    }

    /// Ends it and opens it again on the same data.
    pub(crate) fn restart(&mut self) {
        self.stop();
        self.start();
    }

    /// Clicks what has this role and name.
    pub(crate) fn click(&mut self, role: &str, name: &str) {
        let element = self.find(role, name);
        wait(element.click()).unwrap_or_else(|error| panic!("cannot click the {role} “{name}”: {error}"));
    }

    /// Empties a field and types into it.
    pub(crate) fn fill(&mut self, field: &str, text: &str) {
        self.fill_role("textbox", field, text);
    }

    /// As [`Self::fill`], for fields of another role.
    pub(crate) fn fill_role(&mut self, role: &str, field: &str, text: &str) {
        let element = self.find(role, field);
        wait(element.clear()).unwrap_or_else(|error| panic!("cannot empty “{field}”: {error}"));
        // An error would quote what was to be typed.
        assert!(wait(element.send_keys(text)).is_ok(), "cannot type into “{field}”");
    }

    /// Chooses from a list by the value of its option.
    pub(crate) fn choose(&mut self, list: &str, value: &str) {
        let element = self.find("combobox", list);
        wait(element.select_by_value(value)).unwrap_or_else(|error| panic!("cannot choose “{value}”: {error}"));
    }

    /// What a field holds.
    pub(crate) fn value(&mut self, field: &str) -> String {
        let element = self.find("textbox", field);
        wait(element.prop("value")).expect("a field has a value").unwrap_or_default()
    }

    /// Types to whatever has the focus.
    pub(crate) fn type_keys(&mut self, text: &str) {
        let focused = wait(self.client().active_element()).expect("something has the focus");
        assert!(wait(focused.send_keys(text)).is_ok(), "cannot type");
    }

    /// Presses one key.
    pub(crate) fn press(&mut self, key: Key) {
        self.type_keys(&key.to_string());
    }

    /// Presses a letter with Control.
    pub(crate) fn control(&mut self, letter: char) {
        self.type_keys(&(Key::Control + &letter.to_string() + &Key::Null.to_string()));
    }

    /// The words on what has the focus.
    pub(crate) fn focused(&mut self) -> String {
        self.script("return document.activeElement.ariaLabel ?? document.activeElement.textContent.trim()", vec![])
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// Waits for these words to be in the window.
    pub(crate) fn sees(&mut self, words: &str) {
        self.wait_until(&format!("“{words}” in the window"), |app| app.text().contains(words).then_some(()));
    }

    /// All words in the window.
    pub(crate) fn text(&mut self) -> String {
        self.script("return document.body.innerText", vec![]).as_str().unwrap_or_default().to_owned()
    }

    /// Whether the page holds a piece of text anywhere: document, fields, storage, history, script state it names.
    pub(crate) fn page_knows(&mut self, text: &str) -> bool {
        let everything = r"
            const fields = [...document.querySelectorAll('input, textarea, select')].map((field) => field.value);
            const stores = [localStorage, sessionStorage].map((store) => JSON.stringify({ ...store }));
            return [document.documentElement.outerHTML, document.title, location.href, document.cookie, window.name,
              JSON.stringify(history.state), ...fields, ...stores].join('\n')";
        let held = self.script(everything, vec![]);
        held.as_str().unwrap_or_default().contains(text)
            || wait(self.client().source()).expect("a source").contains(text)
    }

    /// Another size of the window.
    pub(crate) fn window_size(&mut self, width: u32, height: u32) {
        wait(self.client().set_window_size(width, height)).expect("the window can be sized");
    }

    /// Saves a picture for people, when they asked for pictures.
    pub(crate) fn picture(&mut self, name: &str) {
        let (Some(folder), Some(driver)) = (env::var_os("KEYSTEAD_SHOTS"), &self.driver) else { return };
        let folder = PathBuf::from(folder);
        // What was asked for a moment ago is drawn in the next frame.
        let drawn = "requestAnimationFrame(() => requestAnimationFrame(arguments[arguments.length - 1]))";
        let _ = wait(driver.client().execute_async(drawn, vec![]));
        if let Ok(picture) = wait(driver.client().screenshot())
            && fs::create_dir_all(&folder).is_ok()
        {
            let _ = fs::write(folder.join(format!("{name}.png")), picture);
        }
    }

    /// Asks until it answers.
    pub(crate) fn wait_until<T>(&mut self, what: &str, mut question: impl FnMut(&mut Self) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(answer) = question(self) {
                return answer;
            }
            assert!(Instant::now() < deadline, "waited in vain for {what}; the window says:\n{}", self.text());
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Runs a script in the page.
    pub(crate) fn script(&mut self, script: &str, arguments: Vec<Value>) -> Value {
        wait(self.client().execute(script, arguments)).expect("the script runs")
    }

    /// To talk to the page.
    pub(crate) fn client(&self) -> &fantoccini::Client {
        self.driver.as_ref().expect("the app is started").client()
    }

    /// Puts text on the clipboard, as another program would.
    pub(crate) fn copy_elsewhere(text: &str) {
        // It stays to hold the clipboard, and would hold our output as well.
        let mut command = Command::new("xclip");
        command.args(["-selection", "clipboard"]).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().expect("xclip is installed");
        child.stdin.take().expect("piped").write_all(text.as_bytes()).expect("xclip reads");
        assert!(child.wait().expect("it ends").success());
    }
}

/// Waits for the driver.
pub(crate) fn wait<T>(future: impl Future<Output = T>) -> T {
    RUNTIME.block_on(future)
}
