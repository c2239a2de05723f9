//! Where a request goes, as the catalogue writes it.

use serde::Deserialize;
use url::Url;

use super::BaseUrl;

/// A request line: `GET {base}/models`, `GET {root}/user/balance`, `GET https://huggingface.co/api/whoami-v2`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Call {
    method: String,
    place: Place,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    /// Appended to the base URL.
    Base(String),
    /// From the root of the base URL's host.
    Root(String),
    /// Another host of the same vendor.
    Elsewhere(BaseUrl, String),
}

impl TryFrom<String> for Call {
    type Error = String;

    fn try_from(line: String) -> Result<Self, String> {
        let bad = || format!("`{line}` is not `GET|POST {{base}}/…`, `… {{root}}/…` or `… https://…`");
        let (method, target) = line.split_once(' ').ok_or_else(bad)?;
        if !matches!(method, "GET" | "POST") || target.contains(char::is_whitespace) {
            return Err(bad());
        }
        let path = |rest: &str| if rest.starts_with('/') { Ok(rest.to_owned()) } else { Err(bad()) };
        let place = if let Some(rest) = target.strip_prefix("{base}") {
            Place::Base(path(rest)?)
        } else if let Some(rest) = target.strip_prefix("{root}") {
            Place::Root(path(rest)?)
        } else {
            let url: Url = target.parse().map_err(|_| bad())?;
            let origin = url.origin().ascii_serialization().parse().map_err(|_| bad())?;
            Place::Elsewhere(origin, url[url::Position::BeforePath..].to_owned())
        };
        Ok(Self { method: method.into(), place })
    }
}

impl Call {
    /// GET or POST.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The final URL for a base.
    pub fn url(&self, base: &BaseUrl) -> Url {
        match &self.place {
            Place::Base(path) => base.join(path),
            Place::Root(path) => base.root().join(path),
            Place::Elsewhere(origin, path) => origin.join(path),
        }
    }

    /// The same call with one more parameter in its query.
    #[must_use]
    pub(crate) fn with(&self, name: &str, value: &str) -> Self {
        let pair = url::form_urlencoded::Serializer::new(String::new()).append_pair(name, value).finish();
        self.to(&|path| format!("{path}{}{pair}", if path.contains('?') { '&' } else { '?' }))
    }

    /// A call of another path, with its query, at the same host.
    #[must_use]
    pub(crate) fn turned_to(&self, there: &Url) -> Self {
        let path = there[url::Position::BeforePath..url::Position::AfterQuery].to_owned();
        let turned = self.to(&|_| path.clone());
        match turned.place {
            Place::Base(path) => Self { place: Place::Root(path), ..turned },
            Place::Root(_) | Place::Elsewhere(..) => turned,
        }
    }

    fn to(&self, path: &dyn Fn(&str) -> String) -> Self {
        let place = match &self.place {
            Place::Base(old) => Place::Base(path(old)),
            Place::Root(old) => Place::Root(path(old)),
            Place::Elsewhere(origin, old) => Place::Elsewhere(origin.clone(), path(old)),
        };
        Self { method: self.method.clone(), place }
    }

    /// The other host, when it goes to one.
    pub(super) fn elsewhere(&self) -> Option<&BaseUrl> {
        match &self.place {
            Place::Elsewhere(origin, _) => Some(origin),
            Place::Base(_) | Place::Root(_) => None,
        }
    }
}
