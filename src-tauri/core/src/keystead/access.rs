//! From a form that was filled in, and its secrets, to what a request needs: a key for its header, or a way to sign in.

use std::sync::Arc;

use crate::{
    auth::Login,
    auth::{AwsKeys, Entra, Google, Lookup, Role, ServiceAccount, Signer},
    error::{Code, Error, Field, Result},
    intake::Form,
    provider::{BaseUrl, FieldKind, Filled, FormField, Method, Origin},
    secret::{Parts, Secret},
};

/// With what a provider is asked.
pub(super) struct Access {
    /// In a header.
    pub(super) secret: Option<Arc<Secret>>,
    /// Or by signing in first.
    pub(super) login: Option<Login>,
}

/// The access that a filled-in form and its secrets give. Fails at the field where something is missing or unusable.
#[tracing::instrument(skip_all)]
pub(super) fn access(filled: &Filled, parts: &Parts, lookup: Lookup<'_>) -> Result<Access> {
    let text = |name: &str| filled.values.get(name).cloned();
    let word = |name: &str| text(name).unwrap_or_default();
    let part = |name: &str| {
        let missing = || Error::of_input(name, Code::KeyRequired, "this cannot be used without its secret");
        parts.get(name).cloned().ok_or_else(missing)
    };
    let url = |name: &str| word(name).parse::<BaseUrl>().map_err(|e| e.for_input(name));
    let signed_with = |keys: AwsKeys| {
        let role = match text("role_arn") {
            None => None,
            Some(arn) => Some(Role {
                arn,
                external_id: text("external_id"),
                session_name: word("session_name"),
                sts: url("sts_endpoint")?,
            }),
        };
        let service = filled.mode.as_ref().map(|mode| mode.service.clone()).unwrap_or_default();
        Ok::<_, Error>(Login::Aws(Signer { keys, region: word("region"), service, role }))
    };
    let login = match filled.method() {
        Method::Header => return Ok(Access { secret: parts.get("key").cloned(), login: None }),
        Method::Sigv4 => signed_with(AwsKeys {
            access_key: word("access_key"),
            secret_key: part("secret_key")?,
            session: parts.get("session_token").cloned(),
        })?,
        Method::AwsProfile => signed_with(AwsKeys::ambient(text("profile").as_deref(), lookup)?)?,
        Method::GoogleServiceAccount => {
            let file = part("auth_credentials")?;
            Login::Google(Google::Service(ServiceAccount::read(&file).map_err(|e| e.for_input("auth_credentials"))?))
        }
        Method::GoogleAdc => Login::Google(Google::ambient(lookup)?),
        Method::EntraClientCredentials => Login::Entra(Entra {
            authority: url("authority")?,
            tenant: word("tenant_id"),
            client_id: word("client_id"),
            client_secret: part("client_secret")?,
            scopes: word("scopes").split(' ').map(str::to_owned).collect(),
        }),
    };
    Ok(Access { secret: None, login: Some(login) })
}

/// Where the secrets of a filled-in form are used: what they are bound to when they are saved, and what must be inside
/// that when they are used. A service account's key goes to Google's token service alone; where a token made with it goes
/// is the catalogue's word, unless the user put an address of their own in its place.
pub(super) fn origins(filled: &Filled, parts: &Parts) -> Result<Vec<Origin>> {
    let own = || filled.provider.allowed_origins();
    let url =
        |name: &str| filled.values.get(name).and_then(|text| text.parse::<BaseUrl>().ok()).map(|url| url.origin());
    let mut all = match filled.method() {
        Method::Header => own(),
        Method::Sigv4 | Method::AwsProfile => own().into_iter().chain(url("sts_endpoint")).collect(),
        Method::EntraClientCredentials => url("authority").into_iter().chain(own()).collect(),
        Method::GoogleServiceAccount | Method::GoogleAdc => {
            let account = parts.get("auth_credentials").map(|file| ServiceAccount::read(file)).transpose();
            let account = account.map_err(|e| e.for_input("auth_credentials"))?;
            let token = account.into_iter().flat_map(|account| Login::Google(Google::Service(account)).origins());
            let elsewhere = !filled.provider.is_at_home();
            token.chain(own().into_iter().filter(|_| elsewhere)).collect::<Vec<_>>()
        }
    };
    all.dedup();
    Ok(all)
}

/// Whether a draft is what this field takes. Fails at it.
pub(super) fn fits(field: &FormField, form: Form, secret: &Secret) -> Result<()> {
    match (field.kind, form) {
        (FieldKind::File, _) => ServiceAccount::read(secret).map(drop).map_err(|e| e.for_input(&field.name)),
        (_, Form::ServiceAccount) => {
            let message = "a service account's key file is no API key";
            Err(Error::of_input(&field.name, Code::SecretServiceAccount, message))
        }
        _ => Ok(()),
    }
}

/// A key file where a provider wants a key.
pub(super) fn refuse_file(form: Form) -> Result<()> {
    if form != Form::ServiceAccount {
        return Ok(());
    }
    Err(Error::at(Field::Secret, Code::SecretServiceAccount, "a service account's key file is no API key"))
}
