//! Paste anything: a key, lines of a `.env` file, a `curl` command, a piece of a program, a provider's JSON, a
//! service-account file. Everything is read here, locally; nothing is sent anywhere, and no key is tried at a vendor to
//! find out whose it is. Each form comes down to names with values, and these to keys with what was said about them.

mod curl;
mod json;
mod lines;
mod reference;

use serde::Serialize;
use zeroize::Zeroizing;

use crate::{
    error::{Code, Error, Field, Result},
    provider::{BaseUrl, Catalog, ProviderId},
    secret::{self, Cleaned, Secret},
};

pub use reference::reference;

/// The longest text taken, in bytes.
pub const MAX_TEXT: usize = 64 * 1024;

/// What kind of text a key was found in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub enum Form {
    /// Nothing but the key, perhaps in quotes.
    Bare,
    /// `NAME=value`, one or several lines.
    Environment,
    /// A `curl` command.
    Curl,
    /// A piece of a program or of a configuration.
    Snippet,
    /// JSON.
    Json,
    /// A Google service account's key file: the whole of it is the secret.
    ServiceAccount,
}

/// A key, and what the text around it said.
pub struct Found {
    /// The text of it.
    pub secret: Secret,
    /// What was taken off around it.
    pub cleaned: Vec<Cleaned>,
    /// What it stood in.
    pub form: Form,
    /// The name it had: `OPENAI_API_KEY`, `x-api-key`, `apiKey`.
    pub name: Option<String>,
    /// The address that stood with it, as written.
    pub base_url: Option<String>,
    /// Whose it may be, the best guess first: by the address, then the name, then the shape. One: recognised.
    pub fits: Vec<ProviderId>,
    /// The same, whatever the address says.
    pub otherwise: Vec<ProviderId>,
}

/// A name with a value, as some form writes it.
pub(crate) struct Pair {
    name: String,
    value: Zeroizing<String>,
}

impl Pair {
    fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: Zeroizing::new(value.into()) }
    }
}

/// The names and values of a text of one form; none when it is of another.
type Reader = fn(&str) -> Option<Vec<Pair>>;

/// The keys in a text, in its order, each once. A text that is nothing but a key is one. Fails as [`secret::clean`]
/// does where there is none.
#[tracing::instrument(skip_all)]
pub fn read(bytes: &Zeroizing<Vec<u8>>) -> Result<Vec<Found>> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| Error::at(Field::Secret, Code::SecretNotAscii, "the key is not text in UTF-8"))?;
    if text.len() > MAX_TEXT {
        return Err(Error::at(Field::Secret, Code::SecretTooLong, "the text is longer than 64 KiB"));
    }
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    if json::is_service_account(text) {
        let secret = Secret::new(text.to_owned());
        let fits = Catalog::builtin().takers_of_files();
        let form = Form::ServiceAccount;
        let otherwise = fits.clone();
        return Ok(vec![Found { secret, cleaned: Vec::new(), form, name: None, base_url: None, fits, otherwise }]);
    }
    let forms: [(Form, Reader); 4] = [
        (Form::Json, json::pairs),
        (Form::Curl, curl::pairs),
        (Form::Environment, lines::environment),
        (Form::Snippet, lines::snippet),
    ];
    for (form, pairs) in forms {
        if let Some(pairs) = pairs(text) {
            if form == Form::Environment && pairs.iter().all(|pair| pair.value.is_empty()) {
                return Err(Error::at(Field::Secret, Code::SecretEmpty, "the variable has no value"));
            }
            let mut found = keys(form, &pairs)?;
            if let ([only], Ok((secret, cleaned))) = (&mut found[..], secret::clean(bytes))
                && only.secret.same_as(&secret)
            {
                // The text is little more than the key: what was around it is told exactly.
                only.cleaned = cleaned;
            }
            if !found.is_empty() {
                return Ok(found);
            }
        }
    }
    let (secret, cleaned) = secret::clean(bytes)?;
    let fits = Catalog::builtin().fits(&secret);
    let otherwise = fits.clone();
    Ok(vec![Found { secret, cleaned, form: Form::Bare, name: None, base_url: None, fits, otherwise }])
}

fn keys(form: Form, pairs: &[Pair]) -> Result<Vec<Found>> {
    let mut found: Vec<Found> = Vec::new();
    let mut refused = None;
    for pair in pairs.iter().filter(|pair| is_secret_name(&pair.name)) {
        let (secret, cleaned) = match secret::clean(&Zeroizing::new(pair.value.as_bytes().to_vec())) {
            Ok(clean) => clean,
            Err(e) => {
                refused.get_or_insert(e);
                continue;
            }
        };
        if is_reference(&pair.value) {
            refused.get_or_insert_with(|| {
                Error::at(Field::Secret, Code::SecretReference, "the text names a variable, not the key itself")
            });
            continue;
        }
        if found.iter().any(|other| other.secret.same_as(&secret)) {
            continue;
        }
        let base_url = address_beside(&pair.name, pairs);
        let otherwise = whose(&pair.name, Some(&secret));
        // An address that no provider has is a custom one, whatever the key looks like.
        let fits = base_url.as_deref().map_or_else(|| otherwise.clone(), of_address);
        found.push(Found { secret, cleaned, form, name: Some(pair.name.clone()), base_url, fits, otherwise });
    }
    match refused {
        Some(error) if found.is_empty() => Err(error),
        _ => Ok(found),
    }
}

/// Whose a key of this name may be: by the variable, else by the shape.
pub(crate) fn whose(name: &str, secret: Option<&Secret>) -> Vec<ProviderId> {
    let by_name = of_variable(name);
    if by_name.is_empty() { secret.map(|s| Catalog::builtin().fits(s)).unwrap_or_default() } else { by_name }
}

/// Those that are at this address, in any of their regions.
fn of_address(text: &str) -> Vec<ProviderId> {
    let Some(origin) = text.parse::<BaseUrl>().ok().filter(|url| !url.is_loopback()).map(|url| url.origin()) else {
        return Vec::new();
    };
    let there = Catalog::builtin().iter().filter(|p| p.places().any(|place| place.origin() == origin));
    there.map(|p| p.id.clone()).collect()
}

/// Those whose SDKs read this variable.
fn of_variable(name: &str) -> Vec<ProviderId> {
    let named = Catalog::builtin().iter().filter(|p| p.env.iter().any(|variable| variable == name));
    named.map(|p| p.id.clone()).collect()
}

/// The address whose name begins most like the key's: `ANTHROPIC_BASE_URL` goes with `ANTHROPIC_AUTH_TOKEN`.
fn address_beside(name: &str, pairs: &[Pair]) -> Option<String> {
    let addresses = pairs.iter().filter(|pair| is_address(pair));
    let common = |other: &str| name.bytes().zip(other.bytes()).take_while(|(a, b)| a.eq_ignore_ascii_case(b)).count();
    let mut all: Vec<&Pair> = addresses.collect();
    all.sort_by_key(|pair| std::cmp::Reverse(common(&pair.name)));
    let best = all.first()?;
    // With several keys in one text, an address goes only to the key it is named like.
    let keys = pairs.iter().filter(|pair| is_secret_name(&pair.name)).count();
    (keys == 1 || common(&best.name) >= 3).then(|| best.value.to_string())
}

fn is_address(pair: &Pair) -> bool {
    pair.value.starts_with("https://") || pair.value.starts_with("http://")
}

fn folded(name: &str) -> String {
    name.to_ascii_lowercase().replace(['-', '.'], "_")
}

/// Names that stand before a key: `…_API_KEY`, `apiKey`, `authorization`, `AUTH_TOKEN`, `key`.
fn is_secret_name(name: &str) -> bool {
    let name = folded(name);
    let whole = ["key", "token", "secret", "authorization", "apikey", "auth", "bearer"];
    let ends = ["api_key", "apikey", "_key", "_token", "token", "_secret", "_pat", "authtoken", "accesskey"];
    let not = ["public_key", "key_id", "keyid", "max_token", "_tokens", "max_tokens", "publishable_key", "keyboard"];
    (whole.contains(&name.as_str()) || ends.iter().any(|end| name.ends_with(end)))
        && !not.iter().any(|word| name.contains(word))
}

/// `$X`, `${X}`, `env.X`, `os.environ["X"]`, `process.env.X`: the key is elsewhere.
fn is_reference(value: &str) -> bool {
    let value = value.trim_start_matches("Bearer ").trim();
    ["$", "env.", "os.environ", "os.getenv", "process.env", "import.meta.env", "%", "{{"]
        .iter()
        .any(|start| value.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPENAI: &str = "sk-proj-Zm9vYmFyYmF6cXV4T3BlbkFJ0123456789";
    const ANTHROPIC: &str = "sk-ant-api03-Zm9vYmFyYmF6cXV4MDEyMzQ1Njc4OQ-AA";

    fn take(text: &str) -> Vec<Found> {
        read(&Zeroizing::new(text.as_bytes().to_vec())).unwrap_or_else(|e| panic!("{e}: {text}"))
    }

    fn one(text: &str) -> (Form, String, Option<String>, Vec<String>) {
        let mut all = take(text);
        assert_eq!(all.len(), 1, "{text}");
        let found = all.remove(0);
        let fits = found.fits.iter().map(ToString::to_string).collect();
        (found.form, found.secret.expose().to_owned(), found.base_url, fits)
    }

    fn refused(text: &str) -> Code {
        read(&Zeroizing::new(text.as_bytes().to_vec())).err().expect("refused").code
    }

    #[test]
    fn a_key_alone_is_a_key() {
        let (form, secret, base_url, fits) = one(&format!(" \"{OPENAI}\"\n"));
        assert_eq!((form, secret, base_url), (Form::Bare, OPENAI.into(), None));
        assert_eq!(fits.first().map(String::as_str), Some("openai"));
    }

    #[test]
    fn lines_of_a_dotenv_file_give_their_keys_and_the_addresses_named_like_them() {
        let text = format!(
            "# mine\nexport OPENAI_API_KEY=\"{OPENAI}\"\nANTHROPIC_AUTH_TOKEN={ANTHROPIC}\n\
             ANTHROPIC_BASE_URL=https://gateway.example/anthropic\nDEBUG=1\nMAX_TOKENS=5\n"
        );
        let all = take(&text);
        let names: Vec<_> = all.iter().map(|f| (f.name.as_deref(), f.base_url.as_deref())).collect();
        assert_eq!(
            names,
            [(Some("OPENAI_API_KEY"), None), (Some("ANTHROPIC_AUTH_TOKEN"), Some("https://gateway.example/anthropic"))]
        );
        assert_eq!(all[0].fits.first().map(ToString::to_string).as_deref(), Some("openai"));
        assert!(all[1].fits.is_empty(), "another host is not Anthropic's");
        assert_eq!(all[1].otherwise.first().map(ToString::to_string).as_deref(), Some("anthropic"));
    }

    #[test]
    fn lines_that_say_nothing_of_keys_are_passed_over_and_an_empty_variable_is_no_key() {
        for text in [
            format!("DEBUG=\nOPENAI_API_KEY={OPENAI}\n"),
            format!("database_url=postgres://x\nlog_level=\nopenai_api_key={OPENAI}"),
            format!("OPENAI_API_KEY: {OPENAI}"),
            format!("OPENAI_API_KEY: '{OPENAI}',"),
        ] {
            let (form, secret, ..) = one(&text);
            assert_eq!((form, secret.as_str()), (Form::Environment, OPENAI), "{text}");
        }
        for text in ["OPENAI_API_KEY=", "export OPENAI_API_KEY=''", "OPENAI_API_KEY=\nDEBUG="] {
            assert_eq!(refused(text), Code::SecretEmpty, "{text}");
        }
        let (form, secret, ..) = one("QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo0NTY3ODk==");
        assert_eq!((form, secret.len()), (Form::Bare, 45));
    }

    #[test]
    fn a_variable_of_one_vendor_settles_whose_an_ambiguous_key_is() {
        let (form, _, _, fits) = one("DEEPSEEK_API_KEY=sk-0123456789abcdef0123456789abcdef");
        assert_eq!((form, fits), (Form::Environment, vec!["deepseek".to_owned()]));
    }

    #[test]
    fn a_curl_command_gives_key_and_address_however_it_is_quoted() {
        for text in [
            format!("curl https://api.openai.com/v1/models -H \"Authorization: Bearer {OPENAI}\""),
            format!(
                "$ curl --request GET \\\n  --url 'https://api.openai.com/v1/models' \\\n  --header 'authorization: Bearer {OPENAI}'"
            ),
            format!(
                "curl -s -XPOST https://api.openai.com/v1/chat/completions -H'Authorization: Bearer {OPENAI}' -d '{{\"model\":\"gpt\"}}'"
            ),
            format!("curl --oauth2-bearer {OPENAI} https://api.openai.com/v1/models"),
        ] {
            let (form, secret, base_url, fits) = one(&text);
            assert_eq!((form, secret.as_str()), (Form::Curl, OPENAI), "{text}");
            assert!(base_url.is_some_and(|url| url.starts_with("https://api.openai.com/v1/")), "{text}");
            assert_eq!(fits, ["openai"], "{text}");
        }
        let (_, secret, base_url, fits) = one(
            "curl 'https://generativelanguage.googleapis.com/v1beta/models?key=AIzaSyA0123456789abcdefghijklmnopqrstuv'",
        );
        assert_eq!(secret, "AIzaSyA0123456789abcdefghijklmnopqrstuv");
        assert_eq!(base_url.as_deref(), Some("https://generativelanguage.googleapis.com/v1beta/models"));
        assert_eq!(fits, ["google"]);
        let (_, secret, ..) = one(&format!("curl https://api.anthropic.com/v1/messages -H \"x-api-key: {ANTHROPIC}\""));
        assert_eq!(secret, ANTHROPIC);
    }

    #[test]
    fn a_piece_of_a_program_gives_them_too() {
        for text in [
            format!("client = OpenAI(\n    api_key=\"{OPENAI}\",\n    base_url=\"https://llm.example/v1\",\n)"),
            format!("const client = new OpenAI({{ apiKey: '{OPENAI}', baseURL: 'https://llm.example/v1' }});"),
            format!("headers = {{'Authorization': 'Bearer {OPENAI}'}}\nurl = 'https://llm.example/v1'"),
            format!("provider:\n  base_url: \"https://llm.example/v1\"\n  api_key: \"{OPENAI}\""),
        ] {
            let (form, secret, base_url, fits) = one(&text);
            assert_eq!((form, secret.as_str()), (Form::Snippet, OPENAI), "{text}");
            assert_eq!(base_url.as_deref(), Some("https://llm.example/v1"), "{text}");
            assert!(fits.is_empty(), "an address of nobody's is a custom provider: {text}");
        }
    }

    #[test]
    fn the_address_of_another_region_is_its_vendors_too() {
        let (_, _, base_url, fits) =
            one("curl https://api.moonshot.cn/v1/models -H 'Authorization: Bearer sk-0123456789abcdefghij'");
        assert_eq!(base_url.as_deref(), Some("https://api.moonshot.cn/v1/models"));
        assert_eq!(fits, ["moonshotai"]);
    }

    #[test]
    fn json_is_searched_to_its_depths() {
        let text = format!(
            r#"{{"env":{{"ANTHROPIC_AUTH_TOKEN":"{ANTHROPIC}","ANTHROPIC_BASE_URL":"https://api.anthropic.com"}},"max_tokens":5}}"#
        );
        let (form, secret, base_url, fits) = one(&text);
        assert_eq!((form, secret.as_str()), (Form::Json, ANTHROPIC));
        assert_eq!((base_url.as_deref(), fits), (Some("https://api.anthropic.com"), vec!["anthropic".to_owned()]));
        let (_, secret, ..) = one(&format!(r#"[{{"provider":"openai","apiKey":"{OPENAI}"}}]"#));
        assert_eq!(secret, OPENAI);
    }

    #[test]
    fn a_service_account_file_is_one_secret_whole() {
        let text = r#"{ "type": "service_account", "project_id": "p", "private_key": "-----BEGIN PRIVATE KEY-----\nAA\n-----END PRIVATE KEY-----\n", "client_email": "a@p.iam.gserviceaccount.com" }"#;
        let found = take(&format!("\n{text}\n")).remove(0);
        assert_eq!((found.form, found.secret.expose()), (Form::ServiceAccount, text));
    }

    #[test]
    fn a_reference_or_a_placeholder_is_said_to_be_one() {
        assert_eq!(
            refused("curl https://api.openai.com/v1/models -H \"Authorization: Bearer $OPENAI_API_KEY\""),
            Code::SecretReference
        );
        assert_eq!(refused("client = OpenAI(api_key=os.environ[\"OPENAI_API_KEY\"])"), Code::SecretWhitespace);
        assert_eq!(refused("OPENAI_API_KEY=your-api-key-here"), Code::SecretMask);
    }

    #[test]
    fn prose_and_endless_texts_are_refused_as_before() {
        assert_eq!(refused("please use my key"), Code::SecretWhitespace);
        assert_eq!(refused(&"a b ".repeat(40_000)), Code::SecretTooLong);
        assert_eq!(refused(""), Code::SecretEmpty);
    }
}
