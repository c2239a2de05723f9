//! A role that is taken on: keys that AWS lends for an hour (docs.aws.amazon.com/STS/latest/APIReference: `AssumeRole`).

use super::{AwsKeys, Exchange, Signer, form, secret};
use crate::provider::BaseUrl;

/// A role, and who lends its keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// `arn:aws:iam::123456789012:role/name`
    pub arn: String,
    /// What the role's owner and its user have agreed on.
    pub external_id: Option<String>,
    /// Under which name it stands in the logs.
    pub session_name: String,
    /// The token service of the region.
    pub sts: BaseUrl,
}

impl Role {
    pub(super) fn exchange(&self, signer: &Signer) -> Exchange {
        let mut pairs = vec![
            ("Action", "AssumeRole"),
            ("Version", "2011-06-15"),
            ("RoleArn", &self.arn),
            ("RoleSessionName", &self.session_name),
            ("DurationSeconds", "900"),
        ];
        pairs.extend(self.external_id.as_deref().map(|id| ("ExternalId", id)));
        let signer = Signer { service: "sts".into(), role: None, ..signer.clone() };
        Exchange { url: self.sts.clone(), form: form(&pairs), signer: Some(signer) }
    }
}

/// The keys of a good answer.
pub(crate) fn keys_of(xml: &str) -> Option<AwsKeys> {
    Some(AwsKeys {
        access_key: element(xml, "AccessKeyId")?,
        secret_key: secret(&element(xml, "SecretAccessKey")?)?,
        session: Some(secret(&element(xml, "SessionToken")?)?),
    })
}

/// Code and words of a refusal.
pub(crate) fn refusal_of(xml: &str) -> Option<(String, String)> {
    let error = xml.get(xml.find("<Error>")?..)?;
    Some((element(error, "Code")?, element(error, "Message").unwrap_or_default()))
}

/// The text of the first element of this name. What AWS answers has no attributes and no sections.
fn element(xml: &str, name: &str) -> Option<String> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    let (text, _) = rest.split_once(&format!("</{name}>"))?;
    let plain = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'");
    Some(plain.replace("&amp;", "&").trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_aws_documents() {
        let lent = "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>\
                    <Credentials><AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId>\
                    <SecretAccessKey>wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY</SecretAccessKey>\
                    <SessionToken>AQoDYXdzEPT//w==\n</SessionToken></Credentials></AssumeRoleResult></AssumeRoleResponse>";
        let keys = keys_of(lent).expect("keys");
        assert_eq!(keys.access_key, "ASIAIOSFODNN7EXAMPLE");
        assert!(keys.secret_key.same_as(&crate::Secret::new("wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY".into())));
        assert_eq!(keys.session.expect("one").len(), 16);
        let refused = "<ErrorResponse><Error><Type>Sender</Type><Code>InvalidClientTokenId</Code>\
                       <Message>The security token &amp; more is invalid.</Message></Error></ErrorResponse>";
        let told = refusal_of(refused).expect("an error");
        assert_eq!(told, ("InvalidClientTokenId".into(), "The security token & more is invalid.".into()));
        for other in ["", "<Error>", "<Error><Code>", "{}", lent] {
            assert_eq!(refusal_of(other), None, "{other}");
        }
        assert!(keys_of(refused).is_none());
    }
}
