//! Finding by role and accessible name, as assistive technology does: both are computed by axe-core.

use fantoccini::elements::Element;
use serde_json::{Value, json};

use crate::app::{App, wait};

/// axe-core, as the page's own tests use it.
const AXE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/ui/node_modules/axe-core/axe.min.js");

/// The key under which `WebDriver` writes elements.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Behind a modal dialog nothing can be reached.
const SEARCH: &str = r"
    const [role, name] = arguments;
    if (!window.axe) return null;
    axe.setup(document);
    try {
      const { aria, text, dom } = axe.commons;
      const within = [...document.querySelectorAll('dialog')].filter((dialog) => dialog.matches(':modal')).at(-1);
      const named = (element) => text.accessibleText(element).replace(/\s+/g, ' ').trim();
      const there = [...document.querySelectorAll('body *')].filter((element) =>
        (!within || within === element || within.contains(element)) && aria.getRole(element) === role &&
        element.checkVisibility({ visibilityProperty: true }) && dom.isVisibleToScreenReaders(element));
      const exactly = there.filter((element) => named(element) === name);
      return exactly.length ? exactly : there.filter((element) => named(element).startsWith(name));
    } finally { axe.teardown(); }";

impl App {
    /// The accessible name of what has the focus.
    pub(crate) fn focused_name(&mut self) -> String {
        let script = r"
          axe.setup(document);
          try { return axe.commons.text.accessibleText(document.activeElement).trim() } finally { axe.teardown() }";
        self.script(script, vec![]).as_str().unwrap_or_default().to_owned()
    }

    /// Waits for the one element with this role and name; when none is called exactly so, with a name that begins so.
    pub(crate) fn find(&mut self, role: &str, name: &str) -> Element {
        self.wait_until(&format!("the {role} “{name}”"), |app| app.find_now(role, name))
    }

    /// The first of that role and name, if it is there now.
    pub(crate) fn find_now(&mut self, role: &str, name: &str) -> Option<Element> {
        self.find_all(role, name).into_iter().next()
    }

    /// All of that role and name.
    pub(crate) fn find_all(&mut self, role: &str, name: &str) -> Vec<Element> {
        let mut found = self.script(SEARCH, vec![json!(role), json!(name)]);
        if found.is_null() {
            self.load_axe();
            found = self.script(SEARCH, vec![json!(role), json!(name)]);
        }
        let elements = found.as_array().cloned().unwrap_or_default();
        let id = |element: &Value| Some(element.get(ELEMENT)?.as_str()?.to_owned());
        elements.iter().filter_map(id).map(|id| Element::from_element_id(self.client().clone(), id.into())).collect()
    }

    /// Waits until nothing has this role and name.
    pub(crate) fn gone(&mut self, role: &str, name: &str) {
        self.wait_until(&format!("the {role} “{name}” to go"), |app| {
            app.find_now(role, name).is_none().then_some(())
        });
    }

    /// Makes axe-core available in the page.
    pub(crate) fn load_axe(&mut self) {
        let source = std::fs::read_to_string(AXE).expect("axe-core is installed with the page's packages");
        wait(self.client().execute(&source, vec![])).expect("axe-core loads");
    }
}
