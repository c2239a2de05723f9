//! S14: what people paste where a key belongs. It is kept exactly as it is, or without what was visibly around it, or it is
//! refused with a code and the field: never cut, never changed, never half saved.

#[path = "../common.rs"]
mod common;
#[path = "../common/gate.rs"]
mod gate;
mod pasted;

use common::{Bench, existing, passphrase};
use gate::Gate;
use keystead_core::{Field, Keystead, intake::Form, keystead::AddKey};
use pasted::{Becomes, Pasted, all};
use zeroize::Zeroizing;

/// The way a key takes: draft, save, read.
fn through(keystead: &Keystead, pasted: &Pasted) -> Result<(), String> {
    let drafted = keystead.draft(&Zeroizing::new(pasted.bytes.clone()));
    let wanted = match &pasted.becomes {
        Becomes::Key(text) => text,
        Becomes::Refused(code) => {
            let error = drafted.err().ok_or_else(|| format!("taken, though it is {code:?}"))?;
            let right = error.code == *code && error.field == Some(Field::Secret) && !error.message.is_empty();
            return right.then_some(()).ok_or_else(|| format!("refused as {:?} at {:?}", error.code, error.field));
        }
    };
    let draft = drafted.map_err(|error| format!("refused as {:?}", error.code))?;
    let told = !draft.cleaned.is_empty() || draft.form != Form::Bare;
    if told != (wanted.as_bytes() != pasted.bytes) {
        return Err(format!("what was taken off is told as {:?}", draft.cleaned));
    }
    let add = AddKey { provider: existing("openai"), name: pasted.what.clone(), draft: Some(draft.id), tested: None };
    let key = keystead.add_key(&add).map_err(|error| format!("not saved: {:?}", error.code))?;
    match keystead.with_secret(&key.id, |text| text.as_bytes() == wanted.as_bytes()) {
        Ok(true) => Ok(()),
        Ok(false) => Err("another text came back".to_owned()),
        Err(error) => Err(format!("not read: {:?}", error.code)),
    }
}

fn run(what: &'static str, keystead: &Keystead, cases: &[Pasted]) {
    let gate = Gate::new("S14", what);
    let failed = |case: &Pasted| through(keystead, case).err().map(|why| format!("{}: {why}", case.what));
    let mut failures: Vec<String> = cases.iter().filter_map(failed).collect();
    let kept = cases.iter().filter(|case| matches!(case.becomes, Becomes::Key(_))).count();
    let saved = keystead.provider(&"openai".parse().expect("a slug")).expect("there").keys.len();
    if saved != kept {
        failures.push(format!("{saved} keys are saved, {kept} were to be"));
    }
    gate.done(cases.len(), &failures, "pastes");
}

#[test]
fn what_is_pasted_is_kept_exactly_or_refused() {
    let cases = all();
    assert!(cases.len() >= 40, "{} cases", cases.len());
    let bench = Bench::new();
    run("pasted, saved and read back", &bench.keystead, &cases);
}

/// The encrypted file writes to a real disk what the fault vault keeps in memory.
#[test]
fn the_longest_keys_come_back_out_of_a_file() {
    let bench = Bench::new();
    bench.keystead.create_file_vault(&passphrase("correct horse battery")).expect("a new vault");
    let cases: Vec<Pasted> = all().into_iter().filter(|case| case.bytes.len() > 2000).collect();
    run("long keys in an encrypted file", &bench.keystead, &cases);
    assert_eq!(bench.entries(), 0, "none of them is in the keychain");
}
