//! The command in a private keychain session.

use std::{
    io::Write,
    path::PathBuf,
    process::{Command, Output, Stdio},
};

use keystead_core::provider::Catalog;
use tempfile::TempDir;

/// A script of `keystead` calls in one private keychain session; `$K` is the command, keys come by standard input.
pub(crate) struct Session {
    home: TempDir,
    state: &'static str,
}

impl Session {
    pub(crate) fn new(state: &'static str) -> Self {
        Self { home: tempfile::tempdir().expect("a folder"), state }
    }

    pub(crate) fn run(&self, script: &str, stdin: &str) -> Output {
        // Whoever runs the tests may have keys in theirs: empty is unset.
        let unset = Catalog::builtin().iter().flat_map(|provider| &provider.env);
        let session = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/keyring-session.sh");
        let mut child = Command::new("bash")
            .arg(session)
            .args([self.state, "--", "bash", "-c", script])
            .env("K", env!("CARGO_BIN_EXE_keystead"))
            .env("KEYSTEAD_HOME", self.home.path())
            .envs(unset.map(|name| (name, "")))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("bash runs");
        child.stdin.take().expect("piped").write_all(stdin.as_bytes()).expect("written");
        child.wait_with_output().expect("ends")
    }
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub(crate) fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {text}"))
}
