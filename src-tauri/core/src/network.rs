//! How providers are reached: through which proxy, whom to trust besides the system's authorities, and for how long. Chosen
//! for all providers, and for one of them where it differs.

mod authority;
mod login;
mod proxy;

use std::{path::PathBuf, sync::Arc, time::Duration};

use rustls::pki_types::CertificateDer;

use crate::{
    error::{Code, Error, Field, Result},
    vault::BoundSecret,
};

pub use authority::{absolute, read as read_authorities};
pub(crate) use login::apart;
pub use login::login;
pub use proxy::{Proxy, ProxyUrl};

/// Seconds a whole test takes at most, where nobody chose otherwise.
pub const DEFAULT_TIMEOUT_S: u16 = 15;
/// Fewer leave no time to answer; after more nobody looks any more.
const TIMEOUTS_S: std::ops::RangeInclusive<u16> = 1..=300;

/// What is chosen, for one provider or for all of them. What a provider leaves open is as for all; what is open there is
/// as the system has it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Network {
    /// Which proxy.
    pub proxy: Proxy,
    /// A PEM file with authorities that are trusted besides the system's.
    pub ca_file: Option<PathBuf>,
    /// Seconds for a whole test.
    pub timeout_s: Option<u16>,
}

impl Network {
    /// What holds for a provider that chose this, where `all` is chosen for every provider.
    #[must_use]
    pub fn over(self, all: &Self) -> Self {
        Self {
            proxy: if self.proxy == Proxy::Inherit { all.proxy.clone() } else { self.proxy },
            ca_file: self.ca_file.or_else(|| all.ca_file.clone()),
            timeout_s: self.timeout_s.or(all.timeout_s),
        }
    }

    /// Whether everything is left open.
    pub fn is_open(&self) -> bool {
        *self == Self::default()
    }
}

/// Seconds for a whole test: 1 to 300.
pub fn checked_timeout(seconds: u32) -> Result<u16> {
    let fits = u16::try_from(seconds).ok().filter(|s| TIMEOUTS_S.contains(s));
    fits.ok_or_else(|| Error::at(Field::Timeout, Code::TimeoutInvalid, "a test may take 1 to 300 seconds"))
}

/// A way to a provider, with everything read that it needs.
#[derive(Clone, Default)]
pub struct Way {
    /// Which proxy.
    pub via: Via,
    /// Trusted besides the system's.
    pub authorities: Vec<CertificateDer<'static>>,
    /// For a whole test; none: as long as the provider usually takes.
    pub total: Option<Duration>,
}

/// Which proxy a way goes through. This machine is reached without one, whatever is chosen, and so is plain http: a proxy
/// would read the key.
#[derive(Clone, Default)]
pub enum Via {
    /// The system's, where it names one.
    #[default]
    System,
    /// None.
    Direct,
    /// This one, with what it asks for, if that was entered for it.
    Proxy(ProxyUrl, Option<Arc<BoundSecret>>),
}

impl From<Proxy> for Via {
    fn from(chosen: Proxy) -> Self {
        match chosen {
            Proxy::Inherit => Self::System,
            Proxy::None => Self::Direct,
            Proxy::At(url) => Self::Proxy(url, None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_s_choice_comes_before_that_for_all() {
        let proxy = |text: &str| text.parse::<Proxy>().expect("a choice");
        let all =
            Network { proxy: proxy("http://proxy.example:3128"), ca_file: Some("/a.pem".into()), timeout_s: None };
        assert_eq!(Network::default().over(&all), all);
        let own = Network { proxy: Proxy::None, ca_file: Some("/b.pem".into()), timeout_s: Some(3) };
        assert_eq!(own.clone().over(&all), own);
        assert!(Network::default().is_open() && !own.is_open());
    }

    #[test]
    fn a_timeout_is_neither_nothing_nor_for_ever() {
        for (seconds, fits) in [(0, false), (1, true), (15, true), (300, true), (301, false), (u32::MAX, false)] {
            assert_eq!(checked_timeout(seconds).is_ok(), fits, "{seconds}");
        }
    }
}
