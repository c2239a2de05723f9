//! Texts made from pieces of good and bad ones: cut, doubled, glued and with single characters changed. The seed is fixed,
//! so that a failure comes again.

use std::panic::{AssertUnwindSafe, catch_unwind};

use keystead_core::provider::{BaseUrl, Catalog, Provider, doctor};

use crate::{
    bad,
    gate::{Gate, size},
    good, second_look,
};

/// Pieces that mean something to some parser.
const PIECES: &[&str] = &[
    "https://",
    "http://",
    "https:",
    "//",
    "/",
    "\\",
    "@",
    ":",
    "?",
    "#",
    "%",
    "%2f",
    "%00",
    "%2e",
    "..",
    ".",
    "[",
    "]",
    "::",
    "::1",
    "::ffff:",
    "64:ff9b::",
    "127.0.0.1",
    "0x7f.1",
    "0177.1",
    "169.254.169.254",
    "10.0.0.1",
    "0",
    "255",
    "xn--",
    "xn--bcher-kva",
    "localhost",
    "api.openai.com",
    "evil.example",
    "metadata.google.internal",
    ".local",
    "443",
    "65536",
    "0",
    "-",
    "_",
    "*",
    " ",
    "\t",
    "\n",
    "\0",
    "\u{200b}",
    "\u{202e}",
    "\u{feff}",
    "ü",
    "ß",
    "о",
    "。",
    "／",
    "＠",
    "①",
    "ｘ",
    "İ",
    "ſ",
    "\u{308}",
    "🔑",
    "{}",
    "$",
    "|",
    "^",
    "\"",
    "v1",
    "/v1/",
    "/chat/completions",
    "user:pass@",
    "%25eth0",
    "\u{1d7d9}",
];

/// `SplitMix64`: any seed will do, and the sequence is the same everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.roll() % u64::try_from(end.max(1)).expect("fits")).expect("below a usize")
    }

    fn letter(&mut self, end: usize) -> char {
        u32::try_from(self.below(end)).ok().and_then(char::from_u32).unwrap_or('x')
    }

    fn of<'a>(&mut self, texts: &[&'a str]) -> &'a str {
        texts[self.below(texts.len())]
    }
}

/// As many texts as are wanted.
pub(crate) fn texts<'a>(seed: u64, seeds: &'a [&'a str]) -> impl Iterator<Item = String> + 'a {
    let mut dice = Dice(seed);
    std::iter::repeat_with(move || made(&mut dice, seeds))
}

fn made(dice: &mut Dice, seeds: &[&str]) -> String {
    let mut text: Vec<char> = match dice.below(4) {
        0 => (0..dice.below(8)).flat_map(|_| dice.of(PIECES).chars().collect::<Vec<_>>()).collect(),
        1 => ["https://", dice.of(PIECES), dice.of(PIECES), ".", dice.of(PIECES), dice.of(PIECES)]
            .concat()
            .chars()
            .collect(),
        _ => dice.of(seeds).chars().collect(),
    };
    for _ in 0..dice.below(4) {
        let (at, other) = (dice.below(text.len() + 1), dice.below(text.len() + 1));
        match dice.below(6) {
            0 => drop(text.splice(at..at, dice.of(PIECES).chars())),
            1 => drop(text.drain(at.min(other)..at.max(other).min(at.min(other) + 4))),
            2 if at < text.len() => text[at] = dice.letter(0x180),
            3 if at < text.len() => text[at] = dice.letter(0x11_0000),
            4 => {
                let seed: Vec<char> = dice.of(seeds).chars().collect();
                let from = dice.below(seed.len() + 1);
                text.truncate(at);
                text.extend(&seed[from..]);
            }
            _ if at < text.len() => text[at] = text[at].to_uppercase().next().unwrap_or('z'),
            _ => {}
        }
    }
    text.into_iter().collect()
}

fn checked(text: &str, providers: &[&Provider]) -> Result<bool, String> {
    let url = text.parse::<BaseUrl>();
    for provider in providers {
        // What the doctor makes of it is a base URL as well, and at no other host than the text names.
        if let Ok(diagnosis) = doctor::examine(text, provider) {
            let made = diagnosis.base_url;
            if made.as_str().parse::<BaseUrl>().as_ref() != Ok(&made) {
                return Err(format!("the doctor makes {made} of it"));
            }
            if url.as_ref().is_ok_and(|url| url.origin() != made.origin()) {
                return Err(format!("the doctor takes it to {made}"));
            }
        }
    }
    match url {
        Ok(url) => second_look::wrong_with(text, &url).map_or(Ok(true), Err),
        Err(error) if error.message.is_empty() => Err("it is refused without a word".to_owned()),
        Err(_) => Ok(false),
    }
}

#[test]
fn no_text_is_taken_for_another_place_and_none_is_too_odd() {
    let gate = Gate::new("S6", "random and mutated texts");
    let runs = size(20_000, 1_000_000);
    let bad = bad::all();
    let seeds = good::CANONICAL.iter().copied().chain(good::TAKEN_AS.iter().map(|(typed, _)| *typed));
    let seeds: Vec<&str> = seeds.chain(bad.iter().map(|(text, _)| text.as_str()).filter(|t| t.len() < 200)).collect();
    let catalog = Catalog::builtin();
    let openai = catalog.get(&"openai".parse().expect("an id")).expect("a provider");
    let custom =
        catalog.custom("box".parse().expect("an id"), "Box".into(), "https://box.example".parse().expect("a URL"));
    let mut dice = Dice(0x6b65_7973);
    let (mut taken, mut failures) = (0, Vec::new());
    for _ in 0..runs {
        let text = made(&mut dice, &seeds);
        match catch_unwind(AssertUnwindSafe(|| checked(&text, &[openai, &custom]))) {
            Ok(Ok(one)) => taken += usize::from(one),
            Ok(Err(why)) => failures.push(format!("{text:?}: {why}")),
            Err(_) => failures.push(format!("{text:?}: a panic")),
        }
    }
    // A fuzz that never gets past the first check tries nothing.
    assert!(taken > runs / 50 && taken < runs / 2, "{taken} of {runs} were taken");
    gate.done(runs, &failures, "texts");
}
