//! A key in the wrong place, or with something wrong about it.

use keystead_core::{
    Keystead,
    keystead::{AddKey, CheckBaseUrl, EditProvider, ProviderRef, RenameKey, ReplaceKey},
};
use zeroize::Zeroizing;

use crate::{
    CANARY, Path,
    common::{Bench, existing},
};

/// What may be around or inside it.
const FORMS: &[&str] = &[
    "{} {}",
    "{}\n{}",
    "{}\r\nX-Evil: 1",
    "{}\0",
    "\u{1b}[31m{}",
    "{}\u{7f}",
    "{}\u{feff}x",
    "{}\u{200b}x",
    "{}ключ",
    "{}…",
    "sk-…{}",
    "{}****",
    "{}...",
    "<{}>",
    "${{}}",
    "your-{}",
    "https://x.example/?key={}",
    "www.x.example/{}",
    "{\"key\": \"{}\"}",
    "key: {}",
    "curl -H 'x-api-key: {}'",
    "{}\t{}",
    "[REDACTED]{}",
    "{}-xxxxxx",
];
/// A base URL with a key in it: nothing of it may be told.
const URLS: &[&str] = &[
    "https://{}@x.example",
    "https://u:{}@x.example",
    "https://x.example?key={}",
    "https://x.example#{}",
    "https://x.example//{}",
    "http://x.example/{}",
    "ftp://x.example/{}",
    "https://[{}]",
    "https://x.example:{}",
    "https:// {}",
    "https://x.example/%00{}",
    "http://192.168.1.5/{}",
    "https://169.254.169.254/{}",
];
type Call = fn(&Keystead) -> String;
type Typed = fn(&Keystead, &str) -> String;
/// Where a base URL is typed.
const PLACES: [(&str, Typed); 4] = [
    ("check", |keystead, url| {
        told(keystead.check_base_url(&CheckBaseUrl { text: url.into(), provider: None, dialect: None }))
    }),
    ("edit", |keystead, url| {
        let id = "openai".parse().expect("a slug");
        told(keystead.edit_provider(&EditProvider { id, name: None, base_url: Some(Some(url.into())) }))
    }),
    ("custom", |keystead, url| {
        let provider = ProviderRef::Custom { name: "Box".into(), base_url: url.into(), dialect: None };
        told(keystead.add_key(&AddKey { provider, name: String::new(), draft: None, tested: None }))
    }),
    ("moved", |keystead, url| {
        let provider = ProviderRef::Existing { id: "ollama".parse().expect("a slug"), base_url: Some(url.into()) };
        told(keystead.add_key(&AddKey { provider, name: String::new(), draft: None, tested: None }))
    }),
];

/// An error as people, programs and developers see it. What a call gives back that works is not looked at here: it may
/// tell the user's own words.
pub(crate) fn told<T>(result: keystead_core::Result<T>) -> String {
    let Err(error) = result else { return String::new() };
    format!("{error} {error:?} {}", serde_json::to_string(&error).expect("JSON"))
}

pub(crate) fn paths() -> impl Iterator<Item = Path> {
    let drafts = FORMS.iter().map(|form| {
        let text = form.replace("{}", CANARY);
        path(format!("draft {form:?}"), move |keystead| {
            told(keystead.draft(&Zeroizing::new(text.clone().into_bytes())).map(drop))
        })
    });
    let bytes =
        [[CANARY.as_bytes(), b"\xff"].concat(), CANARY.repeat(1000).into_bytes(), CANARY.repeat(400).into_bytes()];
    let bytes = bytes.into_iter().enumerate().map(|(at, bytes)| {
        path(format!("draft of bytes {at}"), move |keystead| {
            told(keystead.draft(&Zeroizing::new(bytes.clone())).map(drop))
        })
    });
    let urls = PLACES.iter().flat_map(|(place, call)| {
        URLS.iter().map(move |url| {
            let text = url.replace("{}", CANARY);
            path(format!("{place} {url}"), move |keystead| call(keystead, &text))
        })
    });
    drafts.chain(bytes).chain(urls).chain(names())
}

/// A key where the name of something that is there belongs.
fn names() -> impl Iterator<Item = Path> {
    let calls: [(&str, Call); 9] = [
        ("remove", |k| told(k.remove_key(CANARY))),
        ("read", |k| told(k.with_secret(CANARY, |_| ()))),
        ("rename", |k| told(k.rename_key(&RenameKey { id: CANARY.into(), name: "x".into() }))),
        ("rename to what is too long", |k| {
            told(k.rename_key(&RenameKey { id: CANARY.into(), name: CANARY.repeat(9) }))
        }),
        ("add a draft", |k| {
            let (provider, draft) = (existing("openai"), Some(CANARY.into()));
            told(k.add_key(&AddKey { provider, name: String::new(), draft, tested: None }))
        }),
        ("replace by a draft", |k| {
            told(k.replace_key(&ReplaceKey { id: CANARY.into(), draft: CANARY.into(), tested: None }))
        }),
        ("find", |k| told(k.find_key(&format!("openai/{CANARY}")))),
        ("adopt", |k| told(k.adopt(&[CANARY.into()]))),
        ("delete", |k| told(k.delete_leftovers(&[CANARY.into()]))),
    ];
    calls.into_iter().map(|(what, call)| path(format!("{what} by a key's text"), call))
}

fn path(name: String, call: impl Fn(&Keystead) -> String + 'static) -> Path {
    (name, Box::new(move || call(&Bench::new().keystead)))
}
