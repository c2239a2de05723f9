//! What the catalogue's format carries, and what it refuses to carry.

#[path = "probe/support.rs"]
mod support;

use keystead_core::{
    Code, Field,
    provider::{Catalog, Config, Proves, Provider, Setting},
    value::Value,
};
use support::builtin;

const COHERE: &str = r#"
name = "Cohere"
dialect = "other"
base_url = "https://api.cohere.com"
[test]
call = "POST {base}/v1/check-api-key"
body = "{}"
proves = "key"
expect = ["/valid"]
confidence = "high"
source = "cohere-openapi.yaml"
[[test.rules]]
at = "/valid"
is = false
outcome = "invalid_key"
"#;

const LIST: &str = r#"
name = "List"
dialect = "openai"
base_url = "https://api.list.example/v1"
[test]
call = "GET {base}/models?limit=1"
proves = "key"
confidence = "high"
source = "a specification"
"#;

/// With parts of the user's.
const RESOURCE: &str = r#"
name = "Resource"
dialect = "openai"
base_url = "https://{resource}.example.com/{account}/v1"
[[field]]
name = "resource"
required = true
label = "Resource"
example = "my-resource"
pattern = '[a-z0-9-]{2,20}'
[[field]]
name = "account"
label = "Account"
example = "a1"
pattern = '[a-z0-9.]+'
default = "main"
[test]
call = "GET https://control-{resource}.example.com/accounts/{account}"
proves = "key"
confidence = "high"
source = "documentation"
"#;

#[test]
fn a_test_on_another_host_binds_the_key_to_both_and_stays_away_from_a_moved_base() {
    let home = builtin("huggingface");
    assert_eq!(home.test_url().as_str(), "https://huggingface.co/api/whoami-v2");
    assert_eq!(home.test_origin().to_string(), "https://huggingface.co");
    let origins: Vec<_> = home.allowed_origins().iter().map(ToString::to_string).collect();
    assert_eq!(origins, ["https://router.huggingface.co", "https://huggingface.co"]);

    let moved = home.at("https://gateway.example/v1".parse().expect("a URL"));
    assert_eq!(moved.test_url().as_str(), "https://gateway.example/v1/models");
    assert_eq!(moved.allowed_origins(), [moved.base_url.origin()]);
    assert_eq!(moved.proves(), Proves::Unknown);
}

fn sibling(base: &str) -> String {
    format!("[[sibling]]\nname = \"There\"\nbase_url = \"{base}\"\nconsole_url = \"https://x.example\"\n")
}

fn elsewhere() -> String {
    COHERE.replace("{base}/v1", "https://cohere.example/v1")
}

#[test]
fn a_sibling_is_at_home_too_and_counts_in_its_own_currency() {
    let home = builtin("moonshotai");
    assert_eq!((home.currency(), home.sibling_here().is_none()), (Some("USD"), true));
    let there = home.at(home.sibling[0].base_url.clone());
    assert_eq!((there.currency(), there.is_at_home(), there.proves()), (Some("CNY"), true, Proves::Key));
    assert_eq!(there.console_url(), Some("https://platform.moonshot.cn/console/api-keys"));
    assert_eq!(home.console_url(), home.console_url.as_deref());
    assert_eq!(there.allowed_origins(), [there.base_url.origin()], "a key of one goes to no other");
    assert_eq!(there.at(home.base_url.clone()).currency(), Some("USD"));
    let unknown = builtin("stepfun").at(builtin("stepfun").sibling[0].base_url.clone());
    assert_eq!(unknown.currency(), None, "nobody says which");
}

#[test]
fn no_sibling_is_another_vendor() {
    let entries = Catalog::builtin().iter();
    let siblings: Vec<_> = entries.flat_map(|p| p.sibling.iter().map(move |s| (p, s))).collect();
    assert!(siblings.len() >= 7);
    for (p, sibling) in siblings {
        assert!(sibling.base_url.as_str().starts_with("https://") && sibling.console_url.starts_with("https://"));
        assert_ne!(sibling.base_url.origin(), p.base_url.origin(), "{}", p.id);
        let taken = Catalog::builtin().iter().any(|other| other.base_url.origin() == sibling.base_url.origin());
        assert!(!taken, "{}: {}", p.id, sibling.base_url);
    }
}

fn blueprint(text: &str) -> Result<Catalog, String> {
    let template = COHERE.replace("dialect", "template = true\ndialect");
    Catalog::read(&[("template", &template), ("resource", text)])
}

#[test]
fn the_user_s_parts_make_a_provider_of_a_blueprint() {
    let catalog = blueprint(RESOURCE).expect("an entry");
    let id = "resource".parse().expect("an id");
    let it = catalog.form(&id).expect("a form");
    assert!(catalog.has(&id) && it.is_placed_by_user());
    let home = catalog.get(&id).expect("listed");
    let with = |values: &[(&str, &str)]| {
        let text = |text: &str| Setting::Text(text.parse::<Value>().expect("a value"));
        let values = values.iter().map(|(name, value)| ((*name).to_owned(), text(value))).collect();
        let set = |name: &str| (name == "RESOURCE").then(|| "from-env".to_owned());
        it.fill(&Config { values, ..Config::default() }, home, &set).map(|filled| filled.provider)
    };
    let made = with(&[("resource", " acme ")]).expect("a provider");
    assert_eq!(made.base_url.as_str(), "https://acme.example.com/main/v1");
    assert_eq!(made.test_url().as_str(), "https://control-acme.example.com/accounts/main");
    assert!(made.is_at_home() && made.proves() == Proves::Key);
    assert_eq!(with(&[("resource", "acme"), ("account", "b.2")]).expect("one").base_url.url().path(), "/b.2/v1");
    for bad in [
        "",
        "a",
        "ACME",
        "acme.evil.example",
        "acme/..",
        "acme@evil",
        "evil.example/x",
        "acme:1",
        "acme?x",
        "acme#x",
        "acme\"\ncustom = 1",
        "{account}",
        "acme%2f",
    ] {
        let refused = with(&[("resource", bad)]).expect_err(bad);
        let code = if bad.is_empty() { Code::ConfigMissing } else { Code::ConfigInvalid };
        assert_eq!((refused.code, refused.field), (code, Some(Field::Config)), "{bad}");
        assert_eq!(refused.input.as_deref(), Some("resource"), "{bad}");
    }
    assert_eq!(with(&[("resource", "env.RESOURCE")]).expect("one").base_url.host(), "from-env.example.com");
    let unset = with(&[("resource", "env.NOWHERE")]).expect_err("unset");
    assert_eq!((unset.code, unset.input.as_deref()), (Code::VariableUnset, Some("resource")));
    assert_eq!(with(&[("resource", "acme"), ("nope", "x")]).expect_err("unknown").code, Code::ConfigInvalid);
    // The pattern would let it through.
    assert!(with(&[("resource", "acme"), ("account", "..")]).is_err());
}

#[test]
fn what_a_blueprint_may_not_say_is_refused() {
    for (what, text) in [
        ("a field twice", RESOURCE.replace("\"account\"", "\"resource\"")),
        ("a mode that is none", RESOURCE.replace("required = true", "modes = [\"x\"]")),
        ("a choice of nothing", RESOURCE.replace("required = true", "kind = \"choice\"")),
        ("an example that does not fit", RESOURCE.replace("my-resource", "My Resource")),
        ("a default that does not fit", RESOURCE.replace("\"main\"", "\"Main\"")),
        ("a part nobody asks for", RESOURCE.replace("/v1", "/{region}/v1")),
        ("an unknown field", RESOURCE.replace("label = \"Account\"", "label = \"Account\"\nhint = 1")),
    ] {
        assert!(blueprint(&text).is_err(), "{what} was taken");
    }
}

#[test]
fn what_an_entry_may_not_say_is_refused() {
    for (what, text) in [
        ("an unknown field", COHERE.replace("dialect", "colour = 1\ndialect")),
        ("an unknown field in a rule", COHERE.replace("is = false", "is = false\nis_nt = 1")),
        ("two conditions", COHERE.replace("is = false", "is = false\nat_most = 1")),
        ("no condition", COHERE.replace("is = false\n", "")),
        ("an error rule for every error", format!("{COHERE}\n[[errors]]\noutcome = \"disabled\"\n")),
        ("a call without a method", COHERE.replace("POST {base}", "{base}")),
        ("a call that deletes", COHERE.replace("POST", "DELETE")),
        ("a relative path", COHERE.replace("{base}/v1", "{base}v1")),
        ("a plain http host", COHERE.replace("POST {base}", "GET http://api.cohere.com")),
        ("proof from memory", COHERE.replace("\"high\"", "\"low\"")),
        ("a verdict from memory", COHERE.replace("is = false", "is = false\nconfidence = \"low\"")),
        (
            "an error's meaning from memory",
            format!("{COHERE}\n[[errors]]\nstatus = 403\noutcome = \"invalid_key\"\nconfidence = \"low\"\n"),
        ),
        ("a list nobody says is guarded", LIST.replace("\"high\"", "\"medium\"")),
        ("an error that is good news", format!("{COHERE}\n[[errors]]\nstatus = 400\noutcome = \"connected\"\n")),
        ("an amount of nothing", format!("{COHERE}\n[[account]]\nfact = \"credit\"\nremaining = \"/balance\"\n")),
        ("a quota of nothing", format!("{COHERE}\n[[account]]\nfact = \"quota\"\nused = \"/used\"\nof = \"points\"\n")),
        ("a sibling at home", format!("{COHERE}\n{}", sibling("https://api.cohere.com"))),
        ("a sibling's key at another host", format!("{}\n{}", elsewhere(), sibling("https://api.cohere.example"))),
        ("a body that is no JSON", COHERE.replace("\"{}\"", "\"{\"")),
        ("a bad pattern", format!("{COHERE}\n[[key]]\npattern = '('\n")),
        ("an outcome nobody knows", COHERE.replace("invalid_key", "bad_key")),
        ("a base URL no key may go to", COHERE.replace("https://api.cohere.com", "http://api.cohere.com")),
    ] {
        assert!(Provider::read("x", &text).is_err(), "{what} was taken");
    }
    assert!(Provider::read("Bad Id", COHERE).is_err());
    assert!(Provider::read("x", LIST).is_ok() && Provider::read("x", &elsewhere()).is_ok());
}
