//! The test's request as a line people can paste into a shell, with a variable where the key was.

use crate::{
    auth::Login,
    provider::{Provider, header},
    secret::Secret,
};

/// With what the line authenticates.
#[derive(Clone, Copy)]
pub(super) enum Shown<'a> {
    /// Nothing.
    Nothing,
    /// A key in a header; which one may decide how.
    Key(Option<&'a Secret>),
    /// What is made by signing in.
    Login(&'a Login),
}

/// The line. No secret is ever part of it.
pub(super) fn line(provider: &Provider, shown: Shown<'_>) -> String {
    let mut words = vec!["curl".to_owned(), "-sS".into(), "-i".into()];
    if provider.test_method() != "GET" {
        words.extend(["-X".into(), provider.test_method().into()]);
    }
    words.push(quoted(provider.test_url().as_str()));
    let variable = variable(provider);
    let auth = match shown {
        Shown::Key(secret) => Some(secret.map_or(&provider.auth, |s| provider.auth_for(s))),
        Shown::Nothing | Shown::Login(_) => None,
    };
    let other = |name: &str| auth.is_none_or(|auth| name != auth.header);
    // In double quotes the shell puts the variables in.
    match shown {
        Shown::Nothing => {}
        Shown::Key(secret) => {
            let auth = secret.map_or(&provider.auth, |s| provider.auth_for(s));
            let scheme = if auth.scheme.is_empty() { String::new() } else { format!("{} ", auth.scheme) };
            words.push(format!("-H \"{}: {scheme}${variable}\"", auth.header));
        }
        Shown::Login(Login::Aws(signer)) => {
            words.push(format!("--aws-sigv4 {}", quoted(&format!("aws:amz:{}:{}", signer.region, signer.service))));
            words.push("--user \"$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY\"".into());
            if signer.keys.session.is_some() || signer.role.is_some() {
                words.push("-H \"x-amz-security-token: $AWS_SESSION_TOKEN\"".into());
            }
        }
        Shown::Login(Login::Google(_)) => {
            words.push("-H \"authorization: Bearer $(gcloud auth application-default print-access-token)\"".into());
        }
        Shown::Login(Login::Entra(_)) => words.push("-H \"authorization: Bearer $ACCESS_TOKEN\"".into()),
    }
    for name in provider.secret_headers.iter().filter(|name| other(name)) {
        words.push(format!("-H \"{name}: ${}\"", header::variable(name, variable)));
    }
    for (name, value) in provider.plain_headers().into_iter().filter(|(name, _)| other(name)) {
        words.push(format!("-H {}", quoted(&format!("{name}: {value}"))));
    }
    if let Some(body) = &provider.test().body {
        words.push(format!("-H 'content-type: application/json' -d {}", quoted(body)));
    }
    words.join(" ")
}

/// The provider's own variable only at the provider's own address: pasted at another host it would send a key there that
/// was set for somebody else.
fn variable(provider: &Provider) -> &str {
    provider.env.first().filter(|_| provider.is_at_home() && !provider.custom).map_or("API_KEY", String::as_str)
}

/// In single quotes nothing is special but the single quote.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/%@+,=".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::{line, quoted, variable};
    use crate::provider::Catalog;

    #[test]
    fn names_a_providers_variable_at_its_own_address_only() {
        let openai = Catalog::builtin().get(&"openai".parse().expect("a slug")).expect("there");
        assert_eq!(variable(openai), "OPENAI_API_KEY");
        assert_eq!(variable(&openai.at("https://gateway.example/v1".parse().expect("a URL"))), "API_KEY");
        let custom = Catalog::builtin().custom(
            "box".parse().expect("a slug"),
            "Box".into(),
            "https://box.example/v1".parse().expect("a URL"),
        );
        assert_eq!(variable(&custom), "API_KEY");
    }

    #[test]
    fn a_secret_header_is_a_variable_of_its_own() {
        let mut custom = Catalog::builtin().custom(
            "box".parse().expect("a slug"),
            "Box".into(),
            "https://box.example/v1".parse().expect("a URL"),
        );
        custom.secret_headers = vec!["api-key".into(), "x-org-token".into()];
        custom.own_headers.insert("x-title".into(), "It's $mine".into());
        custom.own_headers.insert("authorization".into(), "the key's place".into());
        assert_eq!(
            line(&custom, super::Shown::Key(None)),
            r#"curl -sS -i https://box.example/v1/models -H "authorization: Bearer $API_KEY" -H "api-key: $HEADER_API_KEY" -H "x-org-token: $X_ORG_TOKEN" -H 'x-title: It'\''s $mine'"#
        );
    }

    #[test]
    fn quotes_what_a_shell_would_read() {
        assert_eq!(quoted("https://api.openai.com/v1/models"), "https://api.openai.com/v1/models");
        assert_eq!(quoted("https://x.example/models?a=1&b=2"), "'https://x.example/models?a=1&b=2'");
        assert_eq!(quoted("it's $HOME `id`"), r"'it'\''s $HOME `id`'");
    }
}
