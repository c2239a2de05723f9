//! A key that was typed was in the page. Once its dialog is closed, the page goes on in a new process, and what the old one
//! held is gone with it. No driver has part in this: it would lose the page.

use std::{thread, time::Duration};

use crate::{
    alone::Alone,
    closed_window,
    desk::{type_by_hand, xdotool},
    gate::{self, Gate},
    memory::{
        key, random,
        scan::{Needle, scan},
    },
};

#[test]
fn a_typed_key_is_gone_with_the_process_it_was_typed_in() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let (mut gate, mut failures) = (None, Vec::new());
    let runs = 2 * gate::size(1, 5);
    for flow in ["saved", "given up"].into_iter().cycle().take(runs) {
        closed_window(&[], |app| {
            gate.get_or_insert_with(|| Gate::new("S2", "memory after a typed key, page renewed"));
            let secret = random();
            let needle = Needle::new(&secret[..secret.len() - 4]);
            let pieces = |process| scan(process, &needle).expect("root reads anything").pieces;
            let window = Alone::start(app);
            let old = window.page();
            xdotool(&["key", "ctrl+n"]);
            thread::sleep(Duration::from_secs(1));
            // From the button that pastes to the field.
            xdotool(&["key", "Tab"]);
            type_by_hand(&key(&secret));
            assert!(pieces(old) > 30, "what is typed is found");
            xdotool(&["key", "Return"]);
            thread::sleep(Duration::from_secs(1));
            if flow == "saved" {
                // It is recognised, and the focus has gone on to the name.
                xdotool(&["key", "Return"]);
            } else {
                xdotool(&["key", "Escape"]);
            }
            let new = window.page_after(old);
            for (name, process) in [("app", window.process()), ("page", new)] {
                match pieces(process) {
                    0 => {}
                    found => failures.push(format!("{flow}: {found} pieces in the {name}")),
                }
            }
        });
    }
    let Some(gate) = gate else { return };
    gate.done(runs, &failures, "flows");
}
