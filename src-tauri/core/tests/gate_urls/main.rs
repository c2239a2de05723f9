//! S6: what may be a base URL. Tables of what is taken and what is refused, and a million texts nobody thought of.

mod bad;
#[path = "../common.rs"]
mod bench;
mod consent;
mod fuzz;
#[path = "../common/gate.rs"]
mod gate;
mod good;
mod second_look;

use gate::Gate;
use keystead_core::{Field, provider::BaseUrl};

#[test]
fn every_good_base_url_is_taken_as_what_it_is() {
    let gate = Gate::new("S6", "good base URLs");
    let same = good::CANONICAL.iter().map(|text| (*text, *text));
    let cases: Vec<(&str, &str)> = same.chain(good::TAKEN_AS.iter().copied()).collect();
    assert!(cases.len() >= 100, "{} cases", cases.len());
    let failed = |(typed, taken): &(&str, &str)| match typed.parse::<BaseUrl>() {
        Err(error) => Some(format!("{typed:?} was refused as {:?}", error.code)),
        Ok(url) if url.as_str() != *taken => Some(format!("{typed:?} was taken as {url}, not as {taken}")),
        Ok(url) => second_look::wrong_with(typed, &url).map(|why| format!("{typed:?}: {why}")),
    };
    let failures: Vec<String> = cases.iter().filter_map(failed).collect();
    gate.done(cases.len(), &failures, "URLs");
}

#[test]
fn every_bad_base_url_is_refused_with_its_reason() {
    let gate = Gate::new("S6", "bad base URLs");
    let cases = bad::all();
    assert!(cases.len() >= 300, "{} cases", cases.len());
    let failed = |(text, code): &(String, keystead_core::Code)| match text.parse::<BaseUrl>() {
        Ok(url) => Some(format!("{text:?} was taken as {url}")),
        Err(error) if error.code != *code => Some(format!("{text:?} was refused as {:?}, not as {code:?}", error.code)),
        Err(error) => (error.field != Some(Field::BaseUrl)).then(|| format!("{text:?} is at no field")),
    };
    let failures: Vec<String> = cases.iter().filter_map(failed).collect();
    gate.done(cases.len(), &failures, "URLs");
}
