//! A file of certificates of authorities that are trusted besides the system's: a company's own, a test server's.

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use rustls::{
    RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};

use crate::error::{Code, Error, Field, Result};

/// All authorities of a browser are a quarter of this.
const LARGEST: u64 = 1024 * 1024;

/// The whole path of what was typed: `~/` is the user's own folder.
pub fn absolute(typed: &str) -> Result<PathBuf> {
    let typed = typed.trim();
    let path = match typed.strip_prefix("~/").zip(std::env::home_dir()) {
        Some((rest, home)) => home.join(rest),
        None => PathBuf::from(typed),
    };
    if path.is_absolute() { Ok(path) } else { Err(refused(Code::CaFileUnreadable, "it needs its whole path")) }
}

/// The certificates of a PEM file: at least one, each of them whole.
pub fn read(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let pem = bytes(path)?;
    let (mut found, mut trusted) = (Vec::new(), RootCertStore::empty());
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let broken = || refused(Code::CaFileNotPem, "a certificate in the file is not whole");
        let certificate = certificate.map_err(|_| broken())?;
        trusted.add(certificate.clone()).map_err(|_| broken())?;
        found.push(certificate);
    }
    if !found.is_empty() {
        return Ok(found);
    }
    let looks_like_pem = pem.is_empty() || pem.windows(11).any(|w| w == b"-----BEGIN ");
    Err(if looks_like_pem {
        refused(Code::CaFileEmpty, "the file holds no certificate")
    } else {
        refused(Code::CaFileNotPem, "the file is no PEM file")
    })
}

fn bytes(path: &Path) -> Result<Vec<u8>> {
    let failed = |e: std::io::Error| refused(Code::CaFileUnreadable, &format!("it cannot be read: {}", e.kind()));
    // Looked at before it is opened: opening a pipe would wait for somebody to write into it.
    let about = path.metadata().map_err(failed)?;
    if !about.is_file() || about.len() > LARGEST {
        return Err(refused(Code::CaFileUnreadable, "it is no file of certificates"));
    }
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(LARGEST).read_to_end(&mut bytes)).map_err(failed)?;
    Ok(bytes)
}

fn refused(code: Code, message: &str) -> Error {
    Error::at(Field::CaFile, code, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----\n";

    #[test]
    fn a_file_of_certificates_is_read_whole_or_not_at_all() {
        let folder = tempfile::tempdir().expect("a folder");
        let made =
            |name: &str| rcgen::generate_simple_self_signed([name.to_owned()]).expect("a certificate").cert.pem();
        let (one, other) = (made("one.example"), made("other.example"));
        let file = |text: &str| {
            let path = folder.path().join("ca.pem");
            std::fs::write(&path, text).expect("written");
            path
        };
        for (text, count) in [
            (one.clone(), 1),
            (format!("a note\n{one}\n{other}"), 2),
            (format!("{KEY}{one}"), 1),
            (one.replace('\n', "\r\n"), 1),
        ] {
            assert_eq!(read(&file(&text)).expect("certificates").len(), count, "{text}");
        }
        let garbled = one.replace("MII", "MIJ");
        for (text, code) in [
            ("", Code::CaFileEmpty),
            (KEY, Code::CaFileEmpty),
            ("hello", Code::CaFileNotPem),
            ("\u{1}\u{2}", Code::CaFileNotPem),
            (garbled.as_str(), Code::CaFileNotPem),
            (&format!("{one}{garbled}"), Code::CaFileNotPem),
            (&one[..one.len() / 2], Code::CaFileNotPem),
        ] {
            let error = read(&file(text)).expect_err(text);
            assert_eq!((error.code, error.field), (code, Some(Field::CaFile)), "{text}");
        }
        for path in [folder.path().join("none.pem"), folder.path().to_owned(), "/dev/zero".into()] {
            assert_eq!(read(&path).expect_err("refused").code, Code::CaFileUnreadable, "{}", path.display());
        }
    }

    #[test]
    fn a_path_is_whole() {
        assert_eq!(absolute(" /etc/ca.pem ").expect("whole"), Path::new("/etc/ca.pem"));
        let home = absolute("~/ca.pem").expect("whole");
        assert!(home.is_absolute() && home.ends_with("ca.pem"));
        for typed in ["", "ca.pem", "./ca.pem", "~other/ca.pem"] {
            assert_eq!(absolute(typed).expect_err(typed).code, Code::CaFileUnreadable);
        }
    }
}
