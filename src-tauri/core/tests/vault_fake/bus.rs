//! A private session bus on which nothing can be activated.

use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use tempfile::TempDir;

/// A running bus, until it is dropped.
pub(crate) struct Bus {
    process: Child,
    /// Where it listens.
    pub(crate) address: String,
    /// Its own, with room for a case's files.
    pub(crate) folder: TempDir,
}

impl Bus {
    /// Starts one.
    pub(crate) fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("ks-bus-").tempdir().expect("a folder");
        let configuration = folder.path().join("bus.conf");
        let text = format!(
            "<busconfig><type>session</type><listen>unix:dir={}</listen><auth>EXTERNAL</auth><policy context=\"default\">\
             <allow send_destination=\"*\" eavesdrop=\"true\"/><allow eavesdrop=\"true\"/><allow own=\"*\"/></policy></busconfig>",
            folder.path().display()
        );
        fs::write(&configuration, text).expect("the configuration is written");
        let mut process = Command::new("dbus-daemon")
            .arg(format!("--config-file={}", configuration.display()))
            .args(["--nofork", "--nopidfile", "--print-address=1"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("dbus-daemon is installed");
        let mut address = String::new();
        BufReader::new(process.stdout.take().expect("piped")).read_line(&mut address).expect("it prints its address");
        Self { process, address: address.trim().to_owned(), folder }
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
