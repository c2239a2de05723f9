//! A vault that fails at any step of any use of a key.

use std::panic::{AssertUnwindSafe, catch_unwind};

use keystead_core::{
    keystead::{ReplaceKey, TestKey},
    vault::{
        VaultError,
        fault::{Fault, Memory, Step},
    },
};

use crate::{CANARY, Path, common::Bench, inputs::told};

const ERRORS: [VaultError; 9] = [
    VaultError::Locked,
    VaultError::NoCollection,
    VaultError::NoProvider,
    VaultError::NoBus,
    VaultError::Unresponsive,
    VaultError::Denied,
    VaultError::Full,
    VaultError::Damaged,
    VaultError::Failed,
];
const STEPS: [Step; 3] = [Step::Put, Step::Get, Step::Delete];

type Use = fn(&Bench) -> String;
const USES: [(&str, Use); 5] = [
    ("add", |bench| told(bench.try_add("openai", "Second", &format!("{CANARY}-2")))),
    ("replace", |bench| {
        let (id, draft) = (id(bench), bench.draft(&format!("{CANARY}-3")));
        told(bench.keystead.replace_key(&ReplaceKey { id, draft, tested: None }))
    }),
    ("remove", |bench| told(bench.keystead.remove_key(&id(bench))) + &told(bench.keystead.reconcile())),
    ("read", |bench| told(bench.keystead.with_secret(&id(bench), |_| ()))),
    ("test", |bench| {
        let test = bench.keystead.test_key(TestKey { id: id(bench), run: "1".into(), ..TestKey::default() });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        match runtime.block_on(test) {
            Ok(report) => serde_json::to_string(&report).expect("JSON"),
            error => told(error),
        }
    }),
];

fn id(bench: &Bench) -> String {
    let openai = bench.keystead.provider(&"openai".parse().expect("a slug")).expect("there");
    openai.keys[0].id.clone()
}

/// One key saved, and a provider that is not there: the canary goes nowhere.
fn bench() -> Bench {
    let bench = Bench::new();
    let nowhere = keystead_core::keystead::EditProvider {
        id: "openai".parse().expect("a slug"),
        name: None,
        base_url: Some(Some("http://127.0.0.1:1".into())),
    };
    bench.keystead.edit_provider(&nowhere).expect("edited");
    bench.add("openai", "First", CANARY);
    bench
}

pub(crate) fn paths() -> impl Iterator<Item = Path> {
    let errors = STEPS.iter().flat_map(|step| ERRORS.iter().map(move |error| (*step, Fault::Fail(*error))));
    let bytes: &'static [u8] = Box::leak(format!("{{\"f\":1,\"s\":\"{CANARY}\"}}").into_bytes().into_boxed_slice());
    let odd = [
        (Step::Get, Fault::Missing),
        (Step::Get, Fault::OtherBytes(bytes)),
        (Step::Get, Fault::OtherBytes(CANARY.as_bytes())),
        (Step::Put, Fault::LandsUnanswered),
        (Step::Put, Fault::LandsLate),
    ];
    let faults: Vec<(Step, Fault)> = errors.chain(odd).collect();
    let failing = USES.iter().flat_map(move |(what, call)| {
        faults.clone().into_iter().map(move |(step, fault)| {
            let name =
                format!("{what}, {step:?}: {}", if let Fault::Fail(e) = fault { e.to_string() } else { "odd".into() });
            let work = move || {
                let bench = bench();
                // The first, and whatever is tried again.
                (0..4).for_each(|_| bench.vault.next(step, fault));
                call(&bench)
            };
            (name, Box::new(work) as Box<dyn FnOnce() -> String>)
        })
    });
    failing.chain(USES.iter().map(|(what, call)| {
        let work = move || {
            let bench = bench();
            break_off(&bench.vault);
            let answered = catch_unwind(AssertUnwindSafe(|| call(&bench)));
            answered.unwrap_or_else(|_| told(bench.restart().keystead.reconcile()))
        };
        (format!("{what}, broken off"), Box::new(work) as Box<dyn FnOnce() -> String>)
    }))
}

/// The next step panics with the key in its text.
fn break_off(vault: &Memory) {
    vault.on_step(|call, _| {
        // Past the hook that prints: what a panic prints is another test's.
        if matches!(call.step, Step::Put | Step::Get | Step::Delete) {
            std::panic::resume_unwind(Box::new(CANARY));
        }
    });
}
