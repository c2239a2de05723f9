//! The keys `aws` would use on this machine (docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html).

use std::{collections::HashMap, path::PathBuf};

use zeroize::Zeroizing;

use super::{AwsKeys, Lookup, broken, read_file, secret};
use crate::error::Result;

/// What a profile may have instead of keys, and what one can do about it.
const OTHER_WAYS: [(&str, &str); 6] = [
    ("sso_session", "signs in through a browser"),
    ("sso_start_url", "signs in through a browser"),
    ("credential_process", "runs a program of its own"),
    ("web_identity_token_file", "signs in with a web identity"),
    ("source_profile", "takes on a role: name the role in Keystead instead"),
    ("credential_source", "takes its keys from the machine it runs on"),
];

/// The environment's keys unless a profile is named, then the profile's.
pub(super) fn keys(profile: Option<&str>, lookup: Lookup<'_>) -> Result<AwsKeys> {
    let set = |name| lookup(name).map(|v| v.trim().to_owned()).filter(|v| !v.is_empty());
    if profile.is_none()
        && let (Some(access_key), Some(secret_key)) = (set("AWS_ACCESS_KEY_ID"), set("AWS_SECRET_ACCESS_KEY"))
    {
        let secret_key = Zeroizing::new(secret_key);
        return of(access_key, Some(&secret_key), set("AWS_SESSION_TOKEN").as_deref(), "AWS_SECRET_ACCESS_KEY");
    }
    let name = profile.map(str::to_owned).or_else(|| set("AWS_PROFILE")).unwrap_or_else(|| "default".into());
    let home = set("HOME").or_else(|| set("USERPROFILE")).map(PathBuf::from);
    let place =
        |variable, file| set(variable).map(PathBuf::from).or_else(|| Some(home.as_ref()?.join(".aws").join(file)));
    let credentials = place("AWS_SHARED_CREDENTIALS_FILE", "credentials");
    let config = place("AWS_CONFIG_FILE", "config");
    let mut found: HashMap<String, Zeroizing<String>> = HashMap::new();
    for (path, heading) in [(config, config_heading(&name)), (credentials, name.clone())] {
        if let Some(path) = path.filter(|path| path.exists()) {
            found.extend(section(&read_file(&path, "the file of AWS profiles")?, &heading));
        }
    }
    let value = |key: &str| found.get(key).map(|v| v.as_str());
    if let Some(access_key) = value("aws_access_key_id") {
        let session = value("aws_session_token");
        return of(access_key.to_owned(), value("aws_secret_access_key"), session, "aws_secret_access_key");
    }
    if let Some((_, how)) = OTHER_WAYS.iter().find(|(key, _)| found.contains_key(*key)) {
        return Err(broken(format!("the AWS profile {name} {how}, which is not supported: it needs an access key")));
    }
    let what = if found.is_empty() { "there is no AWS profile" } else { "no access key is in the AWS profile" };
    Err(broken(format!("AWS_ACCESS_KEY_ID is not set, and {what} {name} in ~/.aws")))
}

fn of(access_key: String, secret_key: Option<&str>, session: Option<&str>, what: &str) -> Result<AwsKeys> {
    let missing = || broken(format!("{what} is missing, or is no text a signature could be made with"));
    Ok(AwsKeys {
        access_key,
        secret_key: secret_key.and_then(secret).ok_or_else(missing)?,
        session: session.map(|s| secret(s).ok_or_else(missing)).transpose()?,
    })
}

/// In `config` every profile but the default one has a word before its name.
fn config_heading(name: &str) -> String {
    if name == "default" { name.into() } else { format!("profile {name}") }
}

/// The names and values below one heading.
fn section(text: &str, heading: &str) -> HashMap<String, Zeroizing<String>> {
    let mut found = HashMap::new();
    let mut inside = false;
    for line in text.lines() {
        let line = line.trim_end();
        if let Some(name) = line.trim().strip_prefix('[').and_then(|l| l.split(']').next()) {
            inside = name.split_whitespace().collect::<Vec<_>>().join(" ") == heading;
        } else if inside
            // What is indented belongs to the line before.
            && !line.starts_with([' ', '\t', '#', ';'])
            && let Some((name, value)) = line.split_once('=')
        {
            found.insert(name.trim().to_lowercase(), Zeroizing::new(value.trim().to_owned()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;

    fn with(files: &[(&str, &str)], variables: &[(&str, &str)], profile: Option<&str>) -> Result<AwsKeys> {
        let home = tempfile::tempdir().expect("a folder");
        std::fs::create_dir_all(home.path().join(".aws")).expect("made");
        for (name, text) in files {
            std::fs::write(home.path().join(".aws").join(name), text).expect("written");
        }
        let lookup = |name: &str| match name {
            "HOME" => Some(home.path().display().to_string()),
            _ => variables.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned()),
        };
        keys(profile, &lookup)
    }

    const CREDENTIALS: &str = "[default]\naws_access_key_id = AKIADEFAULT\naws_secret_access_key = def/ault+1\n\n\
                               # mine\n[ work ]\naws_access_key_id=ASIAWORK\naws_secret_access_key=w\naws_session_token=t\n";

    #[test]
    fn finds_the_keys_where_aws_would() {
        let id = |keys: Result<AwsKeys>| keys.map(|k| (k.access_key, k.session.is_some())).map_err(|e| e.message);
        let files = &[
            ("credentials", CREDENTIALS),
            ("config", "[profile more]\nregion=x\naws_access_key_id=AKIAMORE\naws_secret_access_key=m\n"),
        ];
        assert_eq!(id(with(files, &[], None)), Ok(("AKIADEFAULT".into(), false)));
        assert_eq!(id(with(files, &[("AWS_PROFILE", "work")], None)), Ok(("ASIAWORK".into(), true)));
        assert_eq!(id(with(files, &[], Some("more"))), Ok(("AKIAMORE".into(), false)));
        let env = &[("AWS_ACCESS_KEY_ID", "AKIAENV"), ("AWS_SECRET_ACCESS_KEY", "e")];
        assert_eq!(id(with(files, env, None)), Ok(("AKIAENV".into(), false)));
        assert_eq!(id(with(files, env, Some("work"))), Ok(("ASIAWORK".into(), true)), "what is named counts");
    }

    #[test]
    fn says_what_is_missing_or_not_supported() {
        let said = |files: &[(&str, &str)], profile| {
            let error = with(files, &[], profile).err().expect("refused");
            assert_eq!(error.code, Code::CredentialsBroken);
            error.message
        };
        assert!(said(&[], None).contains("no AWS profile default"));
        assert!(said(&[("credentials", CREDENTIALS)], Some("nope")).contains("no AWS profile nope"));
        let sso = [("config", "[profile sso]\nsso_session = my\nregion = eu-west-1\n")];
        assert!(said(&sso, Some("sso")).contains("through a browser"));
        let process = [("config", "[default]\ncredential_process = /bin/x\n")];
        assert!(said(&process, None).contains("a program of its own"));
        let half = [("credentials", "[default]\naws_access_key_id = AKIA\n")];
        assert!(said(&half, None).contains("aws_secret_access_key is missing"));
    }
}
