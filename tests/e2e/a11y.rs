//! Every rule of axe-core, in the window as it is drawn.

use serde_json::{Value, json};

use crate::app::{App, wait};

const RUN: &str = r"
    const done = arguments[arguments.length - 1];
    axe.run(document, { resultTypes: ['violations'] })
      .then(({ violations }) => done(violations), (error) => done([{ id: String(error), nodes: [] }]));";

const STILL: &str = r"
    const still = new CSSStyleSheet();
    still.replaceSync('*, *::before, *::after { transition: none !important; animation: none !important }');
    document.adoptedStyleSheets = [still];";

impl App {
    /// Fails with what breaks a rule, and where.
    pub(crate) fn is_accessible(&mut self, page: &str) {
        self.load_axe();
        // What is on its way from one look to another has no contrast worth measuring: everything arrives at once.
        self.script(STILL, vec![]);
        let violations = wait(self.client().execute_async(RUN, vec![json!(null)])).expect("axe-core runs");
        self.script("document.adoptedStyleSheets = []", vec![]);
        let told: Vec<String> = violations.as_array().into_iter().flatten().map(tell).collect();
        assert!(told.is_empty(), "{page} breaks rules of accessibility:\n{}", told.join("\n"));
    }
}

fn tell(violation: &Value) -> String {
    let nodes = violation["nodes"].as_array().into_iter().flatten();
    let places: Vec<String> =
        nodes.map(|node| format!("\n    {}\n      {}", node["target"], node["failureSummary"])).collect();
    format!("  {}: {}{}", violation["id"], violation["help"], places.concat())
}
