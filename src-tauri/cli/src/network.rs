//! `keystead network …`, and the same choices for one provider: `keystead provider edit`.

use std::{path::Path, process::ExitCode};

use clap::Subcommand;
use keystead_core::{
    Code, Error, Field, Keystead,
    keystead::{ChosenBy, ConsentView, EditNetwork, EffectiveNetwork, GiveConsent, NetworkView, ProxyLogin},
    provider::{BaseUrl, ProviderId},
};

use crate::input;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// What is chosen for all providers, or for one, and what that comes to
    Show {
        /// A provider's id; omitted: all providers
        provider: Option<String>,
    },
    /// Choose for all providers; for one of them there is `keystead provider edit`
    Set(Choices),
    /// Keep the user name and the password a proxy asks for, in the keychain: for the proxy of all providers, or of one
    Login {
        /// A provider's id; omitted: the proxy of all providers
        provider: Option<String>,
        /// Read them from standard input: the user name in its first line, the password in the second
        #[arg(long)]
        stdin: bool,
    },
    /// Forget them
    Logout {
        /// A provider's id; omitted: the proxy of all providers
        provider: Option<String>,
    },
    /// Consent that keys travel unencrypted to a host in your own network
    Allow {
        /// A base URL there, with its `http://`
        url: String,
        /// The host once more, where nobody can be asked
        #[arg(long)]
        host: Option<String>,
    },
    /// Take such a consent back
    Revoke {
        /// The same, or its host with `http://`
        url: String,
    },
}

/// How to reach providers. What is omitted stays as it is.
#[derive(clap::Args)]
pub(crate) struct Choices {
    /// inherit, none, or an address (http, https or socks5) without user name and password
    #[arg(long)]
    proxy: Option<String>,
    /// A PEM file with certificates of authorities to trust besides the system's; empty: none
    #[arg(long, value_name = "FILE")]
    ca_file: Option<String>,
    /// Seconds a whole test may take, 1 to 300; "default" takes the choice back
    #[arg(long, value_name = "SECONDS")]
    timeout: Option<String>,
}

pub(crate) fn run(keystead: &Keystead, command: &Command, json: bool) -> Result<ExitCode, Error> {
    let view = match command {
        Command::Show { provider } => keystead.network(id(provider.as_deref())?.as_ref())?,
        Command::Login { provider, stdin } => {
            let id = id(provider.as_deref())?;
            let [user, password] = input::login(*stdin)?;
            keystead.keep_proxy_login(id.as_ref(), &user, &password)?
        }
        Command::Logout { provider } => keystead.forget_proxy_login(id(provider.as_deref())?.as_ref())?,
        Command::Set(choices) => keystead.edit_network(&choices.request(None)?)?,
        Command::Allow { url, host } => {
            let there = BaseUrl::even_plain(url)?;
            let host = match host {
                Some(host) => host.clone(),
                None if there.is_unencrypted() => typed_host(&there.host())?,
                None => String::new(),
            };
            keystead.give_consent(&GiveConsent { base_url: url.clone(), host })?;
            keystead.network(None)?
        }
        Command::Revoke { url } => {
            keystead.revoke_consent(&BaseUrl::even_plain(url)?.origin().to_string())?;
            keystead.network(None)?
        }
    };
    let consents = if view.provider.is_none() { keystead.consents()? } else { Vec::new() };
    print(&view, &consents, json);
    Ok(ExitCode::SUCCESS)
}

impl Choices {
    /// Whether nothing is chosen.
    pub(crate) fn is_empty(&self) -> bool {
        self.proxy.is_none() && self.ca_file.is_none() && self.timeout.is_none()
    }

    pub(crate) fn request(&self, provider: Option<ProviderId>) -> Result<EditNetwork, Error> {
        if self.is_empty() {
            return Err(Error::at(Field::Proxy, Code::SettingInvalid, "give --proxy, --ca-file or --timeout"));
        }
        let wrong = |_| Error::at(Field::Timeout, Code::TimeoutInvalid, "--timeout takes seconds, or default");
        let timeout_s = match self.timeout.as_deref() {
            None => None,
            Some("default") => Some(None),
            Some(seconds) => Some(Some(seconds.parse().map_err(wrong)?)),
        };
        Ok(EditNetwork { provider, proxy: self.proxy.clone(), ca_file: self.ca_file.as_deref().map(whole), timeout_s })
    }
}

fn id(provider: Option<&str>) -> Result<Option<ProviderId>, Error> {
    provider.map(str::parse).transpose()
}

/// Asks, and reads what is typed.
fn typed_host(host: &str) -> Result<String, Error> {
    eprintln!("Keys will travel unencrypted to {host}: anyone on this network could read them.");
    eprint!("Type {host} to allow it: ");
    let mut typed = String::new();
    let read = std::io::stdin().read_line(&mut typed);
    read.map_err(|e| Error::at(Field::Consent, Code::ConsentMismatch, format!("nothing could be read: {}", e.kind())))?;
    Ok(typed)
}

/// A path is typed from where one is.
fn whole(typed: &str) -> Option<String> {
    if typed.is_empty() {
        return None;
    }
    Some(std::path::absolute(Path::new(typed)).map_or_else(|_| typed.into(), |path| path.display().to_string()))
}

/// Text, or the object `keystead.network/1`.
pub(crate) fn print(view: &NetworkView, consents: &[ConsentView], json: bool) {
    if json {
        let mut value = serde_json::json!(view);
        value["schema"] = "keystead.network/1".into();
        if view.provider.is_none() {
            value["consents"] = serde_json::json!(consents);
        }
        println!("{value}");
        return;
    }
    let now = &view.effective;
    println!("Proxy    {}{}", proxy(now), login(view.proxy_login));
    println!("Trust    {}", trust(now));
    println!("Timeout  {} s{}", now.timeout_s, by(now.timeout_by));
    for consent in consents {
        println!("Allowed  {}, unencrypted", consent.origin);
    }
}

fn proxy(now: &EffectiveNetwork) -> String {
    match (&now.proxy, now.proxy_by) {
        (_, ChosenBy::ThisMachine) => "none: it runs on this machine".into(),
        (_, ChosenBy::PlainHttp) => "none: plain http goes through no proxy".into(),
        (None, ChosenBy::System) => "none: the system names none".into(),
        (Some(host), ChosenBy::System) => format!("{host}, the system's"),
        (None, chosen) => format!("none{}", by(chosen)),
        (Some(host), chosen) => format!("{host}{}", by(chosen)),
    }
}

fn login(login: ProxyLogin) -> &'static str {
    match login {
        ProxyLogin::None => "",
        ProxyLogin::Saved => ", with user name and password",
        ProxyLogin::Elsewhere => "; the user name and the password are for another proxy",
    }
}

fn trust(now: &EffectiveNetwork) -> String {
    match (&now.ca_file, now.ca_fault) {
        (None, _) => "the system's authorities".into(),
        (Some(path), None) => {
            format!("the system's authorities and {} of {path}{}", now.authorities.unwrap_or_default(), by(now.ca_by))
        }
        (Some(path), Some(_)) => format!("nobody: {path} cannot be used now{}", by(now.ca_by)),
    }
}

fn by(chosen: ChosenBy) -> &'static str {
    match chosen {
        ChosenBy::Provider => " (chosen for this provider)",
        ChosenBy::All => " (chosen for all providers)",
        ChosenBy::System | ChosenBy::ThisMachine | ChosenBy::PlainHttp => "",
    }
}
