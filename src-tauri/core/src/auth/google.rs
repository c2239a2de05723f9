//! Tokens of Google's: for a service account by a signed statement (developers.google.com/identity/protocols/oauth2/
//! service-account), for a user by what `gcloud auth application-default login` left on this machine.

use std::{path::PathBuf, sync::Arc};

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use super::{Exchange, Lookup, broken, form, read_file, secret};
use crate::{
    error::{Code, Error, Result},
    provider::BaseUrl,
    secret::Secret,
};

/// Where Google gives tokens, and the only place a key file may name (besides this machine).
const TOKEN_URI: &str = "https://oauth2.googleapis.com/token";
const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";
/// The longest a statement may live.
const HOUR_S: i64 = 3600;

/// Who signs in.
pub enum Google {
    /// A program's own account.
    Service(ServiceAccount),
    /// A person, by a token that `gcloud` keeps.
    User(AuthorizedUser),
}

/// A service account's key file, read and found whole.
pub struct ServiceAccount {
    email: String,
    /// The project the account is in.
    pub project: Option<String>,
    key_id: Option<String>,
    key: EncodingKey,
    /// The key's text without its armour: what must never be shown.
    body: Arc<Secret>,
    token_uri: BaseUrl,
}

/// What `gcloud` leaves for a person.
pub struct AuthorizedUser {
    client_id: String,
    client_secret: Arc<Secret>,
    refresh: Arc<Secret>,
    /// Whom Google is to count the requests to.
    pub quota_project: Option<String>,
    token_uri: BaseUrl,
}

/// A file of credentials, as far as it matters.
#[derive(Deserialize)]
struct File {
    #[serde(rename = "type")]
    kind: String,
    client_email: Option<String>,
    project_id: Option<String>,
    quota_project_id: Option<String>,
    private_key_id: Option<String>,
    private_key: Option<String>,
    token_uri: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
    refresh_token: Option<String>,
}

impl Drop for File {
    fn drop(&mut self) {
        for text in [&mut self.private_key, &mut self.client_secret, &mut self.refresh_token] {
            text.zeroize();
        }
    }
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    scope: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
}

impl Google {
    /// What Google's own libraries would use on this machine: the file in `GOOGLE_APPLICATION_CREDENTIALS`, else that of
    /// `gcloud auth application-default login`. Fails with [`Code::CredentialsBroken`], which says what was looked at.
    #[tracing::instrument(skip_all)]
    pub fn ambient(lookup: Lookup<'_>) -> Result<Self> {
        let set = |name| lookup(name).filter(|value| !value.trim().is_empty());
        let named = set("GOOGLE_APPLICATION_CREDENTIALS").map(PathBuf::from);
        let folder = set("CLOUDSDK_CONFIG").map(PathBuf::from).or_else(|| gcloud(lookup));
        let (path, what) = match (named, folder) {
            (Some(path), _) => (path, "the file in GOOGLE_APPLICATION_CREDENTIALS"),
            (None, Some(folder)) => (folder.join("application_default_credentials.json"), "gcloud's login"),
            (None, None) => return Err(broken("there is no home folder to look for gcloud's login in")),
        };
        if !path.exists() {
            return Err(broken(format!("{what} is not there: run `gcloud auth application-default login`")));
        }
        Self::read(&read_file(&path, what)?)
    }

    fn read(text: &str) -> Result<Self> {
        let file: File = serde_json::from_str(text).map_err(|_| broken("the file is no JSON of Google's"))?;
        match file.kind.as_str() {
            "service_account" => ServiceAccount::of(&file).map(Self::Service),
            "authorized_user" => AuthorizedUser::of(&file).map(Self::User),
            "external_account" | "impersonated_service_account" | "gdch_service_account" => {
                Err(broken(format!("credentials of the type {} are not supported", file.kind)))
            }
            _ => Err(broken("the file is of no type Google documents")),
        }
    }

    pub(super) fn exchange(&self, now_ms: i64) -> Result<Exchange> {
        match self {
            Self::Service(account) => account.exchange(now_ms),
            Self::User(user) => Ok(user.exchange()),
        }
    }

    pub(super) fn secrets(&self) -> Vec<&Secret> {
        match self {
            Self::Service(account) => vec![&account.body],
            Self::User(user) => vec![&user.client_secret, &user.refresh],
        }
    }

    pub(super) fn token_uri(&self) -> &BaseUrl {
        match self {
            Self::Service(account) => &account.token_uri,
            Self::User(user) => &user.token_uri,
        }
    }
}

impl ServiceAccount {
    /// Reads a key file, and tries its key. Fails with [`Code::CredentialsBroken`] where a piece is missing or damaged,
    /// and with [`Code::CredentialsElsewhere`] where it names another token service than Google's. Neither repeats
    /// anything of it.
    #[tracing::instrument(skip_all)]
    pub fn read(file: &Secret) -> Result<Self> {
        let file: File =
            serde_json::from_str(file.expose()).map_err(|_| broken("this is no key file: it is not JSON"))?;
        if file.kind != "service_account" {
            return Err(broken("this is no service account's key file"));
        }
        Self::of(&file)
    }

    fn of(file: &File) -> Result<Self> {
        let missing = |what| broken(format!("the key file has no {what}"));
        let damaged = || broken("the private key in the key file is damaged: download the file again");
        let email = file.client_email.clone().ok_or_else(|| missing("client_email"))?;
        let pem = file.private_key.as_deref().ok_or_else(|| missing("private_key"))?;
        let key = EncodingKey::from_rsa_pem(pem.as_bytes()).map_err(|_| damaged())?;
        let body: Zeroizing<String> = Zeroizing::new(
            pem.lines()
                .filter(|line| !line.starts_with("-----"))
                .flat_map(str::chars)
                .filter(|c| !c.is_whitespace())
                .collect(),
        );
        let body = secret(&body).ok_or_else(damaged)?;
        let token_uri = token_uri(file)?;
        let (project, key_id) = (file.project_id.clone(), file.private_key_id.clone());
        let account = Self { email, project, key_id, key, body, token_uri };
        // What is in the armour may still be no key of RSA.
        account.statement(0).map_err(|_| damaged())?;
        Ok(account)
    }

    fn statement(&self, now_s: i64) -> Result<Zeroizing<String>> {
        let header = Header { kid: self.key_id.clone(), ..Header::new(Algorithm::RS256) };
        let aud = self.token_uri.as_str();
        let claims = Claims { iss: &self.email, scope: SCOPE, aud, iat: now_s, exp: now_s + HOUR_S };
        let signed = jsonwebtoken::encode(&header, &claims, &self.key);
        signed.map(Zeroizing::new).map_err(|_| broken("the private key in the key file does not sign"))
    }

    fn exchange(&self, now_ms: i64) -> Result<Exchange> {
        let statement = self.statement(now_ms / 1000)?;
        let form = form(&[("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", &statement)]);
        Ok(Exchange { url: self.token_uri.clone(), form, signer: None })
    }
}

impl AuthorizedUser {
    fn of(file: &File) -> Result<Self> {
        let missing = || broken("gcloud's login is not whole: run `gcloud auth application-default login`");
        Ok(Self {
            client_id: file.client_id.clone().ok_or_else(missing)?,
            client_secret: file.client_secret.as_deref().and_then(secret).ok_or_else(missing)?,
            refresh: file.refresh_token.as_deref().and_then(secret).ok_or_else(missing)?,
            quota_project: file.quota_project_id.clone().filter(|p| p.bytes().all(|b| b.is_ascii_graphic())),
            token_uri: token_uri(file)?,
        })
    }

    fn exchange(&self) -> Exchange {
        let form = form(&[
            ("grant_type", "refresh_token"),
            ("client_id", &self.client_id),
            ("client_secret", self.client_secret.expose()),
            ("refresh_token", self.refresh.expose()),
        ]);
        Exchange { url: self.token_uri.clone(), form, signer: None }
    }
}

/// Google's own, or one on this machine: a file that names another would have a token made there.
fn token_uri(file: &File) -> Result<BaseUrl> {
    let elsewhere =
        || Error::new(Code::CredentialsElsewhere, "the key file names a token service that is not Google's");
    let url: BaseUrl = file.token_uri.as_deref().unwrap_or(TOKEN_URI).parse().map_err(|_| elsewhere())?;
    if url.as_str() == TOKEN_URI || url.is_loopback() { Ok(url) } else { Err(elsewhere()) }
}

/// The folder `gcloud` keeps its own files in.
fn gcloud(lookup: Lookup<'_>) -> Option<PathBuf> {
    let windows = lookup("APPDATA").filter(|_| cfg!(windows)).map(|base| PathBuf::from(base).join("gcloud"));
    windows.or_else(|| Some(PathBuf::from(lookup("HOME")?).join(".config/gcloud")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(change: impl FnOnce(&mut serde_json::Value)) -> Secret {
        let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).expect("a key");
        let mut file = serde_json::json!({
            "type": "service_account", "project_id": "my-project-123456", "private_key_id": "0123abcd",
            "private_key": key.serialize_pem(), "client_email": "x@my-project-123456.iam.gserviceaccount.com",
            "token_uri": TOKEN_URI,
        });
        change(&mut file);
        Secret::new(file.to_string())
    }

    fn refused(change: impl FnOnce(&mut serde_json::Value)) -> Error {
        ServiceAccount::read(&service(change)).err().expect("refused")
    }

    #[test]
    fn reads_a_whole_key_file() {
        let account = ServiceAccount::read(&service(|_| {})).expect("whole");
        assert_eq!(account.project.as_deref(), Some("my-project-123456"));
        let exchange = account.exchange(1_790_000_000_000).expect("signed");
        assert_eq!(exchange.url.as_str(), TOKEN_URI);
        assert!(exchange.form.starts_with("grant_type=urn%3Aietf"));
    }

    #[test]
    fn a_damaged_file_is_refused_in_words_that_hold_nothing_of_it() {
        let broken_pem = |text: &'static str| move |file: &mut serde_json::Value| file["private_key"] = text.into();
        for error in [
            refused(broken_pem("-----BEGIN PRIVATE KEY-----\nTWFya2VkIQ==\n-----END PRIVATE KEY-----\n")),
            refused(broken_pem("-----BEGIN PRIVATE KEY-----\nMarked!")),
            refused(broken_pem("Marked")),
            refused(broken_pem("")),
            refused(|file| drop(file.as_object_mut().expect("an object").remove("private_key"))),
            refused(|file| drop(file.as_object_mut().expect("an object").remove("client_email"))),
            refused(|file| file["type"] = "authorized_user".into()),
            refused(|file| *file = "Marked".into()),
        ] {
            assert_eq!(error.code, Code::CredentialsBroken, "{error}");
            assert!(!error.message.contains("Marked") && !error.message.contains("TWFya2"), "{error}");
        }
    }

    #[test]
    fn a_token_is_asked_of_google_or_of_this_machine_alone() {
        for uri in [
            "https://evil.example/token",
            "https://oauth2.googleapis.com.evil.example/token",
            "https://oauth2.googleapis.com/other",
            "http://oauth2.googleapis.com/token",
            "nonsense",
        ] {
            assert_eq!(refused(|file| file["token_uri"] = uri.into()).code, Code::CredentialsElsewhere, "{uri}");
        }
        let here = service(|file| file["token_uri"] = "http://127.0.0.1:9/token".into());
        assert!(ServiceAccount::read(&here).is_ok());
    }

    #[test]
    fn finds_what_gcloud_left() {
        let home = tempfile::tempdir().expect("a folder");
        let lookup = |name: &str| (name == "HOME").then(|| home.path().display().to_string());
        let none = Google::ambient(&lookup).err().expect("nothing there");
        assert!(none.code == Code::CredentialsBroken && none.message.contains("gcloud"), "{none}");
        let folder = home.path().join(".config/gcloud");
        std::fs::create_dir_all(&folder).expect("made");
        let file = folder.join("application_default_credentials.json");
        let user = r#"{"type":"authorized_user","client_id":"c","client_secret":"s","refresh_token":"r","quota_project_id":"q"}"#;
        std::fs::write(&file, user).expect("written");
        let Ok(Google::User(found)) = Google::ambient(&lookup) else { panic!("a user") };
        assert_eq!(found.quota_project.as_deref(), Some("q"));
        assert!(found.exchange().form.contains("grant_type=refresh_token&client_id=c&client_secret=s&refresh_token=r"));
        std::fs::write(&file, r#"{"type":"external_account"}"#).expect("written");
        let error = Google::ambient(&lookup).err().expect("refused");
        assert!(error.message.contains("external_account"), "{error}");
        let named = home.path().join("key.json");
        std::fs::write(&named, service(|_| {}).expose()).expect("written");
        let lookup = |name: &str| match name {
            "GOOGLE_APPLICATION_CREDENTIALS" => Some(named.display().to_string()),
            "HOME" => Some(home.path().display().to_string()),
            _ => None,
        };
        assert!(matches!(Google::ambient(&lookup), Ok(Google::Service(_))));
    }
}
