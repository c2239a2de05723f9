//! What is written into a vault entry: the secret together with what it is and where it may go, so that an edited
//! database cannot redirect a key and a lost one can be rebuilt.

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zeroize::{Zeroize, Zeroizing};

use super::EntryId;
use crate::{
    error::{Code, Error, Result},
    provider::{BaseUrl, Config, Origin, Provider},
    secret::Secret,
};

/// The format's number. A reader refuses what it does not know.
const FORMAT: u8 = 1;
/// That of an entry with a part: who knows only keys would take it for one.
const FORMAT_OF_PARTS: u8 = 2;
/// That of a key with a form: who does not know forms would take several secrets for one.
const FORMAT_OF_FORMS: u8 = 3;

/// A secret with its identity and its allowed origins.
pub struct Envelope {
    /// Which entry this is; compared on reading, so that swapped entries are seen.
    pub id: EntryId,
    /// The provider's slug.
    pub provider: String,
    /// The key's name when it was saved.
    pub label: String,
    /// Which of the provider's own secrets; none: a key.
    pub part: Option<String>,
    /// Where a custom provider is: nothing else would know it after the database was lost.
    pub base_url: Option<String>,
    /// The dialect it speaks there, by its name; none: `OpenAI`'s.
    pub dialect: Option<String>,
    /// What was filled in when it was saved.
    pub config: Option<Config>,
    /// The secret and where it may go.
    pub bound: BoundSecret,
}

/// What is sealed.
pub struct Contents<'a> {
    /// The provider's slug.
    pub provider: &'a str,
    /// The key's name.
    pub label: &'a str,
    /// Which of the provider's own secrets (`header:x-org-token`); none: a key.
    pub part: Option<&'a str>,
    /// Where the secret may go.
    pub origins: &'a [Origin],
    /// A custom provider's base URL, and the name of the dialect it speaks there.
    pub custom: Option<(&'a str, &'a str)>,
    /// What was filled in for it.
    pub config: Option<&'a Config>,
    /// The text.
    pub secret: &'a Secret,
}

/// A secret that is released only for an origin it was entered for.
pub struct BoundSecret {
    secret: Secret,
    origins: Vec<Origin>,
}

impl BoundSecret {
    /// Binds.
    pub fn new(secret: Secret, origins: Vec<Origin>) -> Self {
        Self { secret, origins }
    }

    /// The secret, if it may go to `origin`.
    pub fn release_for(&self, origin: &Origin) -> Result<&Secret> {
        if self.origins.contains(origin) {
            return Ok(&self.secret);
        }
        Err(Error::new(Code::OriginNotAllowed, format!("this key was not entered for {origin}")))
    }

    /// The secret for another place of the vendor it was entered for, which the user has just named. Both are the
    /// catalogue's, so that no edited database can make up either.
    pub fn release_in_region(&self, provider: &Provider, there: &BaseUrl) -> Result<&Secret> {
        let entered_for = provider.places().any(|place| self.origins.contains(&place.origin()));
        if entered_for && provider.places().any(|place| place == there) {
            return Ok(&self.secret);
        }
        Err(Error::new(Code::OriginNotAllowed, format!("this key was not entered for {there}")))
    }

    /// The secret for the user's own eyes or clipboard, not for a network.
    pub fn for_its_owner(&self) -> &Secret {
        &self.secret
    }

    /// Where it may go.
    pub fn origins(&self) -> &[Origin] {
        &self.origins
    }
}

/// Field names are short: every byte counts against the smallest vault's limit (2,560 bytes on Windows).
#[derive(Serialize, Deserialize)]
struct Wire {
    f: u8,
    id: Uuid,
    n: u32,
    p: String,
    l: String,
    o: Vec<Origin>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    t: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    b: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    d: Option<String>,
    c: Option<Config>,
    s: String,
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.s.zeroize();
    }
}

impl Envelope {
    /// UTF-8 JSON, wiped when dropped.
    pub fn seal(id: &EntryId, contents: &Contents<'_>) -> Zeroizing<Vec<u8>> {
        let wire = Wire {
            f: match (contents.part, contents.config) {
                (Some(_), _) => FORMAT_OF_PARTS,
                (None, Some(_)) => FORMAT_OF_FORMS,
                (None, None) => FORMAT,
            },
            id: id.secret,
            n: id.version,
            p: contents.provider.into(),
            l: contents.label.into(),
            o: contents.origins.to_vec(),
            t: contents.part.map(Into::into),
            b: contents.custom.map(|(base_url, _)| base_url.into()),
            d: contents.custom.map(|(_, dialect)| dialect).filter(|name| *name != "openai").map(Into::into),
            c: contents.config.cloned(),
            s: contents.secret.expose().to_owned(),
        };
        Zeroizing::new(serde_json::to_vec(&wire).expect("strings and numbers always serialise"))
    }

    /// Reads an entry and checks that it is the one asked for. Errors never hold what was read.
    pub fn open(id: &EntryId, bytes: &[u8]) -> Result<Self> {
        let broken = |why: &str| Error::new(Code::VaultMismatch, format!("the keychain entry {id} {why}"));
        let mut wire: Wire = serde_json::from_slice(bytes).map_err(|_| broken("is not one of ours"))?;
        let known = match wire.f {
            FORMAT => wire.t.is_none() && wire.c.is_none(),
            FORMAT_OF_PARTS => wire.t.is_some(),
            FORMAT_OF_FORMS => wire.t.is_none() && wire.c.is_some(),
            _ => false,
        };
        if !known {
            return Err(broken("has a format this version does not know"));
        }
        if wire.id != id.secret || wire.n != id.version {
            return Err(broken("is another one than its name says"));
        }
        Ok(Self {
            id: *id,
            provider: std::mem::take(&mut wire.p),
            label: std::mem::take(&mut wire.l),
            part: wire.t.take(),
            base_url: wire.b.take(),
            dialect: wire.d.take(),
            config: wire.c.take(),
            bound: BoundSecret::new(Secret::new(std::mem::take(&mut wire.s)), std::mem::take(&mut wire.o)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::BaseUrl;

    fn origin(url: &str) -> Origin {
        url.parse::<BaseUrl>().expect("a URL").origin()
    }

    fn sealed(id: EntryId) -> Zeroizing<Vec<u8>> {
        let contents = Contents {
            provider: "openai",
            label: "Work",
            part: None,
            origins: &[origin("https://api.openai.com/v1")],
            custom: None,
            config: None,
            secret: &Secret::new("sk-test".into()),
        };
        Envelope::seal(&id, &contents)
    }

    #[test]
    fn survives_the_round_trip() {
        let id = EntryId { secret: Uuid::new_v4(), version: 3 };
        let opened = Envelope::open(&id, &sealed(id)).expect("opens");
        assert_eq!((opened.provider.as_str(), opened.label.as_str()), ("openai", "Work"));
        assert_eq!(opened.bound.for_its_owner().expose(), "sk-test");
    }

    #[test]
    fn refuses_a_swapped_entry_and_what_is_not_ours() {
        let id = EntryId { secret: Uuid::new_v4(), version: 1 };
        let sealed = sealed(id);
        for other in [EntryId { version: 2, ..id }, EntryId { secret: Uuid::new_v4(), ..id }] {
            assert_eq!(Envelope::open(&other, &sealed).err().expect("refused").code, Code::VaultMismatch);
        }
        for bytes in [&b"sk-plain"[..], b"{}", b"\xff\xfe", b""] {
            assert!(Envelope::open(&id, bytes).is_err());
        }
    }

    #[test]
    fn goes_only_where_it_was_entered_for() {
        let id = EntryId { secret: Uuid::new_v4(), version: 1 };
        let bound = Envelope::open(&id, &sealed(id)).expect("opens").bound;
        assert!(bound.release_for(&origin("https://api.openai.com/v1/models")).is_ok());
        for elsewhere in
            ["https://evil.example", "https://api.openai.com:8443", "http://localhost/v1", "https://openai.com"]
        {
            assert!(bound.release_for(&origin(elsewhere)).is_err(), "{elsewhere}");
        }
    }
}
