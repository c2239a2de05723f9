//! Every rule of axe-core, in the window as it is drawn.

use serde_json::{Value, json};

use crate::app::{App, wait};

const RUN: &str = r"
    const done = arguments[arguments.length - 1];
    axe.run(document, { resultTypes: ['violations'] })
      .then(({ violations }) => done(violations), (error) => done([{ id: String(error), nodes: [] }]));";

impl App {
    /// Fails with what breaks a rule, and where.
    pub(crate) fn is_accessible(&mut self, page: &str) {
        self.load_axe();
        // What is on its way from one look to another has no contrast worth measuring; a spinner never arrives.
        let moving = "return document.getAnimations().some((one) => one.playState === 'running' && \
            one.effect.getComputedTiming().iterations !== Infinity)";
        self.wait_until("the end of all transitions", |app| (app.script(moving, vec![]) == false).then_some(()));
        let violations = wait(self.client().execute_async(RUN, vec![json!(null)])).expect("axe-core runs");
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
