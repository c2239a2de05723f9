//! An authority of the test's own, and certificates of it. Trust is read from the environment once per process, so a test
//! that needs it runs again as a child whose environment names the authority.
#![allow(dead_code, reason = "each test file uses its own part of this")]

use std::{
    env,
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::aws_lc_rs,
        pki_types::{CertificateDer, PrivateKeyDer},
    },
};

const CHILD: &str = "KEYSTEAD_TLS_CHILD";

/// Somebody who signs certificates.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    /// With a name of its own. `change` makes a bad one of it.
    pub(crate) fn new(name: &str, change: impl FnOnce(&mut CertificateParams)) -> Self {
        let mut params = CertificateParams::new(vec![]).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        change(&mut params);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key pair")).expect("a certificate"))
    }

    /// Its certificate, as a file has it.
    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    pub(crate) fn der(&self) -> CertificateDer<'static> {
        self.0.der().clone()
    }

    /// An authority below this one.
    pub(crate) fn below(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> Self {
        let mut params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        change(&mut params);
        let key = KeyPair::generate().expect("a key pair");
        Self(CertifiedIssuer::signed_by(params, key, &*self.0).expect("a certificate"))
    }

    /// A server for `name` with a certificate nothing is wrong with.
    pub(crate) fn leaf(&self, name: &str) -> TlsAcceptor {
        self.leaf_with(name, &[], |_| {})
    }

    /// The same with something wrong, and with what it shows besides.
    pub(crate) fn leaf_with(
        &self,
        name: &str,
        chain: &[CertificateDer<'static>],
        change: impl FnOnce(&mut CertificateParams),
    ) -> TlsAcceptor {
        let mut params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
        params.not_before = date_time_ymd(2000, 1, 1);
        params.not_after = date_time_ymd(2090, 1, 1);
        change(&mut params);
        let key = KeyPair::generate().expect("a key pair");
        let leaf = params.signed_by(&key, &*self.0).expect("a certificate");
        acceptor([&[leaf.der().clone()], chain].concat(), &key)
    }
}

/// Serves TLS with this chain.
pub(crate) fn acceptor(chain: Vec<CertificateDer<'static>>, key: &KeyPair) -> TlsAcceptor {
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(chain, PrivateKeyDer::Pkcs8(key.serialize_der().into()))
        .expect("a server");
    TlsAcceptor::from(Arc::new(config))
}

/// Runs `test`, the test of that name, in a process that trusts an authority and nobody else.
pub(crate) fn with_own_authority<Fut: Future<Output = ()>>(name: &str, test: impl FnOnce(Authority) -> Fut) {
    let Some(folder) = env::var_os(CHILD) else {
        let folder = tempfile::tempdir().expect("a folder");
        let status = Command::new(env::current_exe().expect("this program"))
            .args(["--exact", name, "--nocapture"])
            .env(CHILD, folder.path())
            .env("SSL_CERT_FILE", folder.path().join("authority.pem"))
            .env_remove("SSL_CERT_DIR")
            // Its summary would be counted as another runner's; what fails is told on the error output.
            .stdout(Stdio::null())
            .status()
            .expect("it runs");
        assert!(status.success(), "{name} failed in its own process");
        return;
    };
    let authority = Authority::new("Trusted here", |_| {});
    std::fs::write(Path::new(&folder).join("authority.pem"), authority.0.pem()).expect("written");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(test(authority));
}
