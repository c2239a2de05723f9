//! Entries with a form. What a user fills in makes a provider like any other of them: the catalogue writes `{region}` where
//! the region goes.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{BaseUrl, Call, Config, FieldKind, FormField, Method, Mode, Provider, doctor};
use crate::error::{Code, Error, Result};

/// Longer is nothing anybody fills in.
const LONGEST: usize = 2048;
/// Rows of a list, a map, or of buckets.
const MOST_ROWS: usize = 200;

/// An entry with a form.
pub struct Blueprint {
    example: Provider,
    nowhere: Provider,
    text: String,
    form: Form,
}

/// What a form that was filled in comes to.
#[derive(Debug, Clone)]
pub struct Filled {
    /// Where it is and how it is asked, for this key.
    pub provider: Provider,
    /// The way to authenticate, where there are several.
    pub mode: Option<Mode>,
    /// What was filled in or is the default, with variables read, by the fields' names; `mode` among them. No secret.
    pub values: BTreeMap<String, String>,
}

impl Filled {
    /// How it authenticates.
    pub fn method(&self) -> Method {
        self.mode.as_ref().map(|mode| mode.method).unwrap_or_default()
    }
}

/// Only the form of an entry.
#[derive(Deserialize)]
struct Form {
    base_url: String,
    #[serde(default)]
    field: Vec<FormField>,
    #[serde(default)]
    mode: Vec<Mode>,
}

type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

impl Blueprint {
    /// Reads an entry. `None`: it has no form, so it is a provider already.
    pub(super) fn read(id: &str, text: &str) -> Result<Option<Self>, String> {
        let form: Form = toml::from_str(text).map_err(|e| format!("{id}: {e}"))?;
        if form.field.is_empty() && form.mode.is_empty() {
            return Ok(None);
        }
        check_form(&form).map_err(|e| format!("{id}: {e}"))?;
        let example = Provider::read(id, &substituted(text, &examples(&form)))?;
        let nowhere = Provider::read(id, &substituted(text, &nowhere(id, &form)))?;
        Ok(Some(Self { example, nowhere, text: text.to_owned(), form }))
    }

    /// What it is like with its examples filled in. Its URLs may be somebody's.
    pub fn example(&self) -> &Provider {
        &self.example
    }

    /// What it is like before anything is filled in: name, mark, links, key shapes. Where it has no place of its own it
    /// is at a host that nobody can have (RFC 2606, section 2): a key can go nowhere without its form.
    pub fn unfilled(&self) -> &Provider {
        &self.nowhere
    }

    /// The entry as text, with its examples filled in.
    pub fn example_text(&self) -> String {
        substituted(&self.text, &examples(&self.form))
    }

    /// Whether it has no place before its form is filled in.
    pub fn is_placed_by_user(&self) -> bool {
        self.form.base_url.contains('{')
    }

    /// What is to be filled in, in this order.
    pub fn fields(&self) -> &[FormField] {
        &self.form.field
    }

    /// Ways to authenticate; none: its key in a header.
    pub fn modes(&self) -> &[Mode] {
        &self.form.mode
    }

    /// The way a configuration names, or the first. Fails with [`Code::ConfigInvalid`].
    pub fn mode(&self, config: &Config) -> Result<Option<&Mode>> {
        match &config.mode {
            None => Ok(self.modes().first()),
            Some(name) => match self.modes().iter().find(|mode| mode.name == *name) {
                Some(mode) => Ok(Some(mode)),
                None => Err(Error::of_input("mode", Code::ConfigInvalid, "there is no such way to authenticate")),
            },
        }
    }

    /// The fields of a configuration's way to authenticate.
    pub fn fields_of(&self, config: &Config) -> Result<impl Iterator<Item = &FormField>> {
        let mode = self.mode(config)?.map(|mode| mode.name.clone());
        Ok(self.fields().iter().filter(move |field| field.is_of(mode.as_deref())))
    }

    /// The provider that this configuration makes. `home`: where it is, for one whose place is its own. Fails at the
    /// first field that is missing, does not fit, or names a variable that is not set.
    pub fn fill(&self, config: &Config, home: &Provider, lookup: Lookup<'_>) -> Result<Filled> {
        let mode = self.mode(config)?.cloned();
        self.refuse_unknown(config)?;
        let values = self.values(config, mode.as_ref(), lookup, true)?;
        let mut provider = if self.is_placed_by_user() { self.made_with(&values)? } else { home.clone() };
        if self.is_placed_by_user() {
            let usual = self.made_with(&self.values(config, mode.as_ref(), lookup, false)?)?;
            provider.home = (usual.base_url != provider.base_url).then_some(usual.base_url);
        } else if let Some(url) = values.get("url") {
            provider = provider.at(at("url", url.parse())?);
        }
        if let Some(mode) = &mode {
            if let Some(auth) = &mode.auth {
                provider.auth = auth.clone();
            }
            if let Some(call) = &mode.call {
                provider.test.call = at("mode", Call::try_from(substituted(call, &values)).map_err(unreadable))?;
            }
        }
        (provider.own_headers, provider.secret_headers) = (home.own_headers.clone(), home.secret_headers.clone());
        provider.revision = home.revision;
        provider.query = config.map("query", lookup).map_err(|e| e.for_input("query"))?;
        provider.wanted_model = values.get("model_name").cloned();
        Ok(Filled { provider, mode, values })
    }

    fn made_with(&self, values: &BTreeMap<String, String>) -> Result<Provider> {
        // Every text in `values` is a word or an address by now: neither can end a TOML string.
        Provider::read(self.example.id.as_str(), &substituted(&self.text, values)).map_err(unreadable)
    }

    fn refuse_unknown(&self, config: &Config) -> Result<()> {
        match config.values.keys().find(|name| !self.fields().iter().any(|field| field.name == **name)) {
            None => Ok(()),
            Some(name) => Err(Error::of_input(name, Code::ConfigInvalid, format!("this provider has no field {name}"))),
        }
    }

    /// `overridden`: with addresses of the user's in place of the vendor's own.
    fn values(
        &self,
        config: &Config,
        mode: Option<&Mode>,
        lookup: Lookup<'_>,
        overridden: bool,
    ) -> Result<BTreeMap<String, String>> {
        let mut values = BTreeMap::new();
        if let Some(mode) = mode {
            values.insert("mode".to_owned(), mode.name.clone());
        }
        let name = mode.map(|mode| mode.name.as_str());
        for field in self.fields().iter().filter(|field| field.is_of(name) && !field.kind.is_secret()) {
            let usual = field.default_for(&values).map(|default| substituted(default, &values));
            let given = config.values.get(&field.name).filter(|setting| !setting.is_empty());
            let given = given.filter(|_| overridden || field.kind != FieldKind::Url || usual.is_none());
            let text = match given {
                Some(setting) => {
                    field.check_rows(setting)?;
                    Some(setting.resolve(lookup).map_err(|e| e.for_input(&field.name))?)
                }
                None => usual,
            };
            match text {
                Some(text) => drop(values.insert(field.name.clone(), self.fitting(field, &text)?)),
                None if field.required => {
                    let message = format!("{} is needed", field.label);
                    return Err(Error::of_input(&field.name, Code::ConfigMissing, message));
                }
                None => {}
            }
        }
        Ok(values)
    }

    fn fitting(&self, field: &FormField, text: &str) -> Result<String> {
        let whole = format!("{{{}}}", field.name);
        match field.kind {
            FieldKind::Url if self.form.base_url == whole => at(
                &field.name,
                doctor::examine(text, &self.example).and_then(|found| field.check(found.base_url.as_str())),
            ),
            FieldKind::Url => {
                let url: Result<BaseUrl> = text.parse();
                at(&field.name, url.and_then(|url| field.check(url.as_str())))
            }
            FieldKind::Text if self.text.contains(&whole) => {
                field.check(text).and_then(|text| if is_word(&text) { Ok(text) } else { Err(field.unfit()) })
            }
            _ => field.check(text),
        }
    }
}

impl FormField {
    /// The text as it is kept. Fails with [`Code::ConfigInvalid`] at this field.
    fn check(&self, text: &str) -> Result<String> {
        let text = text.trim();
        let whole = self.pattern.as_ref().map(|pattern| format!("^(?:{pattern})$"));
        let matches = |text: &str| {
            whole.as_ref().is_none_or(|whole| regex_lite::Regex::new(whole).is_ok_and(|pattern| pattern.is_match(text)))
        };
        let each = if self.kind == FieldKind::List { text.split(' ').all(matches) } else { matches(text) };
        let fits = match self.kind {
            FieldKind::Flag => matches!(text, "true" | "false"),
            FieldKind::Choice => self.options.iter().any(|option| option == text),
            FieldKind::Map | FieldKind::Buckets => true,
            _ => each,
        };
        if !fits || text.len() > LONGEST || text.chars().any(char::is_control) {
            return Err(self.unfit());
        }
        Ok(text.to_owned())
    }

    /// Rows: not too many, none half filled in, one default among buckets.
    fn check_rows(&self, setting: &super::Setting) -> Result<()> {
        use super::Setting::{Buckets, Flag, List, Map, Text};
        let wrong = |message: &str| Err(Error::of_input(&self.name, Code::ConfigInvalid, message));
        let (fits, rows) = match (self.kind, setting) {
            (FieldKind::List, List(rows)) => (true, rows.len()),
            (FieldKind::Map, Map(rows)) => (rows.keys().all(|name| !name.trim().is_empty()), rows.len()),
            (FieldKind::Buckets, Buckets(rows)) => {
                if rows.iter().filter(|bucket| bucket.is_default).count() > 1 {
                    return wrong("only one bucket is the default");
                }
                (true, rows.len())
            }
            (FieldKind::Flag, Flag(_)) | (FieldKind::Text | FieldKind::Url | FieldKind::Choice, Text(_)) => (true, 1),
            _ => (false, 0),
        };
        if !fits || rows > MOST_ROWS {
            return wrong("this is not what the field takes");
        }
        let blank = |value: &&crate::value::Value| value.variable().is_none() && value.to_string().trim().is_empty();
        let empty = |setting: &super::Setting| match setting {
            Map(rows) => rows.values().any(|value| blank(&value)),
            List(rows) => rows.iter().any(|value| blank(&value)),
            Buckets(rows) => rows.iter().any(|bucket| blank(&&bucket.bucket_name)),
            _ => false,
        };
        if empty(setting) { wrong("a row is only half filled in") } else { Ok(()) }
    }

    fn unfit(&self) -> Error {
        let looks = if self.example.is_empty() { String::new() } else { format!(": it looks like {}", self.example) };
        Error::of_input(&self.name, Code::ConfigInvalid, format!("{} does not fit{looks}", self.label))
    }
}

/// Whatever the pattern says, what goes into a host or a path is a word of it: it cannot end one, start another, or climb.
fn is_word(text: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    !text.is_empty() && text.len() <= 253 && text.chars().all(word) && !text.contains("..")
}

fn at<T>(name: &str, result: Result<T>) -> Result<T> {
    result.map_err(|e| e.for_input(name))
}

fn unreadable(message: String) -> Error {
    Error::new(Code::Internal, message)
}

fn substituted(text: &str, values: &BTreeMap<String, String>) -> String {
    values.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

/// What a form may not say.
fn check_form(form: &Form) -> Result<(), String> {
    let known = |name: &String| form.mode.iter().any(|mode| mode.name == *name);
    for (n, field) in form.field.iter().enumerate() {
        let before = &form.field[..n];
        if before.iter().any(|other| other.name == field.name) || field.name == "mode" {
            return Err(format!("{} is there twice", field.name));
        }
        if let Some(unknown) = field.modes.iter().find(|mode| !known(mode)) {
            return Err(format!("{} belongs to {unknown}, which is no mode", field.name));
        }
        if field.kind == FieldKind::Choice && field.options.is_empty() {
            return Err(format!("{} has nothing to choose from", field.name));
        }
        if let Some(pattern) = &field.pattern {
            regex_lite::Regex::new(pattern).map_err(|e| format!("{}: {e}", field.name))?;
        }
        if field.kind == FieldKind::Text && !field.example.is_empty() {
            field.check(&field.example).map_err(|e| e.message)?;
        }
        let defaults = field.default.iter().chain(field.default_when.iter().map(|when| &when.default));
        for default in defaults.filter(|default| !default.contains('{')) {
            field.check(default).map_err(|e| e.message)?;
        }
    }
    Ok(())
}

/// What makes the example: defaults, else examples, in the first mode.
fn examples(form: &Form) -> BTreeMap<String, String> {
    let mode = form.mode.first().map(|mode| mode.name.as_str());
    let mut values: BTreeMap<String, String> =
        mode.map(|mode| ("mode".to_owned(), mode.to_owned())).into_iter().collect();
    for field in form.field.iter().filter(|field| !field.kind.is_secret()) {
        let text = match field.default_for(&values) {
            Some(default) if field.example.is_empty() || default.contains('{') => substituted(default, &values),
            _ if !field.example.is_empty() => field.example.clone(),
            _ => continue,
        };
        values.insert(field.name.clone(), text);
    }
    values
}

/// What makes it be nowhere: every address, and whatever is a whole host, is one that nobody can have.
fn nowhere(id: &str, form: &Form) -> BTreeMap<String, String> {
    let mut values = examples(form);
    for field in &form.field {
        if field.kind == FieldKind::Url {
            values.insert(field.name.clone(), format!("https://{id}.invalid"));
        } else if form.base_url.starts_with(&format!("https://{{{}}}/", field.name)) {
            values.insert(field.name.clone(), format!("{id}.invalid"));
        }
    }
    values
}
