//! Ways to authenticate that are more than a key in a header: requests signed for AWS, and tokens that live for an hour,
//! made from a Google service account, from what `gcloud` and `aws` left on this machine, or from an Entra application.
//!
//! Nothing here uses a network. A [`Login`] says what is to be asked of whom and reads the answer; the probe sends it.

pub mod aws;
mod entra;
mod google;
mod profile;
mod sts;

use std::sync::Arc;

use serde_json::Value;
use zeroize::Zeroizing;

use crate::{
    error::{Code, Error, Result},
    provider::{BaseUrl, Origin},
    secret::Secret,
};

pub use aws::{AwsKeys, Signer};
pub use entra::Entra;
pub use google::{AuthorizedUser, Google, ServiceAccount};
pub use sts::Role;
pub(crate) use sts::{keys_of, refusal_of};

/// Reads an environment variable.
pub type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// What a request needs before it can go out.
pub enum Login {
    /// It is signed; where a role is named, with keys that AWS lends for it.
    Aws(Signer),
    /// It carries a token that Google gives.
    Google(Google),
    /// It carries a token that Entra gives.
    Entra(Entra),
}

/// A POST to whoever gives tokens.
pub struct Exchange {
    /// Where.
    pub url: BaseUrl,
    /// `application/x-www-form-urlencoded`.
    pub form: Zeroizing<String>,
    /// A signature over it, where one is wanted.
    pub signer: Option<Signer>,
}

impl Login {
    /// What has to be asked first. `None`: nothing. Fails with [`Code::CredentialsBroken`].
    #[tracing::instrument(skip_all)]
    pub(crate) fn exchange(&self, now_ms: i64) -> Result<Option<Exchange>> {
        match self {
            Self::Aws(signer) => Ok(signer.role.as_ref().map(|role| role.exchange(signer))),
            Self::Google(google) => google.exchange(now_ms).map(Some),
            Self::Entra(entra) => Ok(Some(entra.exchange())),
        }
    }

    /// Every secret it knows: none of it may be in a text that is shown.
    pub(crate) fn secrets(&self) -> Vec<&Secret> {
        match self {
            Self::Aws(signer) => signer.keys.secrets(),
            Self::Google(google) => google.secrets(),
            Self::Entra(entra) => vec![&entra.client_secret],
        }
    }

    /// Headers that go with its tokens. Never secret.
    pub(crate) fn extra(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Google(Google::User(user)) => user.quota_project.clone().map(|p| ("x-goog-user-project", p)),
            _ => None,
        }
        .into_iter()
        .collect()
    }

    /// The hosts its secrets are used at, besides the provider's own.
    pub fn origins(&self) -> Vec<Origin> {
        match self {
            Self::Aws(signer) => signer.role.iter().map(|role| role.sts.origin()).collect(),
            Self::Google(google) => vec![google.token_uri().origin()],
            Self::Entra(entra) => vec![entra.authority.origin()],
        }
    }
}

/// The token of a good answer (RFC 6749, section 5.1).
pub(crate) fn token_of(json: &Value) -> Option<Secret> {
    let text = json.get("access_token")?.as_str()?;
    let fits = !text.is_empty() && text.len() <= 16 * 1024 && text.bytes().all(|b| b.is_ascii_graphic());
    fits.then(|| Secret::new(text.to_owned()))
}

fn form(pairs: &[(&str, &str)]) -> Zeroizing<String> {
    let mut text = url::form_urlencoded::Serializer::new(String::new());
    text.extend_pairs(pairs);
    Zeroizing::new(text.finish())
}

/// A secret out of a text that came with others: visible ASCII, or it is none.
fn secret(text: &str) -> Option<Arc<Secret>> {
    let fits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic());
    fits.then(|| Arc::new(Secret::new(text.to_owned())))
}

fn broken(why: impl Into<String>) -> Error {
    Error::new(Code::CredentialsBroken, why)
}

/// What stands in a file on this machine, at most 64 KiB of it.
fn read_file(path: &std::path::Path, what: &str) -> Result<Zeroizing<String>> {
    use std::io::Read;
    let failed = |e: std::io::Error| broken(format!("{what} cannot be read: {}", e.kind()));
    let mut bytes = Zeroizing::new(Vec::new());
    std::fs::File::open(path).map_err(failed)?.take(64 * 1024).read_to_end(&mut bytes).map_err(failed)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| broken(format!("{what} is no text")))?;
    Ok(Zeroizing::new(text.to_owned()))
}
