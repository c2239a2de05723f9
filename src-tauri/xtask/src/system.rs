//! What the system has to provide, and how to get it: probed by command or by `pkg-config`, so that it does not matter
//! where it came from.

use std::{
    env,
    io::{IsTerminal, Write, stdin, stdout},
    process::Command,
};

use crate::{
    Result,
    process::{self, exists},
};

/// What a command needs from the system.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Purpose {
    /// Build and start the app.
    Build,
    /// A virtual screen with a bus, a keychain and a way to look at the window.
    Screen,
    /// Drive the window.
    Drive,
    /// Servers for tests to talk to.
    Servers,
}

enum Probe {
    Program(&'static str),
    Library(&'static str),
    /// Of Python.
    Module(&'static str),
}

/// Purpose, how to see that it is there, and the packages of apt, dnf and pacman.
type Need = (Purpose, Probe, [&'static str; 3]);

const NEEDS: &[Need] = &[
    (Purpose::Build, Probe::Program("cc"), ["build-essential", "gcc", "base-devel"]),
    (Purpose::Build, Probe::Program("pkg-config"), ["pkg-config", "pkgconf-pkg-config", "pkgconf"]),
    (
        Purpose::Build,
        Probe::Library("webkit2gtk-4.1"),
        ["libwebkit2gtk-4.1-dev", "webkit2gtk4.1-devel", "webkit2gtk-4.1"],
    ),
    (Purpose::Build, Probe::Library("dbus-1"), ["libdbus-1-dev", "dbus-devel", "dbus"]),
    (Purpose::Screen, Probe::Program("Xvfb"), ["xvfb", "xorg-x11-server-Xvfb", "xorg-server-xvfb"]),
    (Purpose::Screen, Probe::Program("openbox"), ["openbox", "openbox", "openbox"]),
    (Purpose::Screen, Probe::Program("xdotool"), ["xdotool", "xdotool", "xdotool"]),
    (Purpose::Screen, Probe::Program("import"), ["imagemagick", "ImageMagick", "imagemagick"]),
    (Purpose::Screen, Probe::Program("dbus-daemon"), ["dbus", "dbus-daemon", "dbus"]),
    (Purpose::Screen, Probe::Program("gnome-keyring-daemon"), ["gnome-keyring", "gnome-keyring", "gnome-keyring"]),
    (Purpose::Screen, Probe::Program("secret-tool"), ["libsecret-tools", "libsecret", "libsecret"]),
    (Purpose::Screen, Probe::Program("age"), ["age", "age", "age"]),
    (Purpose::Drive, Probe::Program("WebKitWebDriver"), ["webkit2gtk-driver", "webkit2gtk-driver", "webkit2gtk-4.1"]),
    (Purpose::Drive, Probe::Program("gdbus"), ["libglib2.0-bin", "glib2", "glib2"]),
    (Purpose::Drive, Probe::Program("xclip"), ["xclip", "xclip", "xclip"]),
    // What makes a Python environment with pip in it.
    (Purpose::Servers, Probe::Module("ensurepip"), ["python3-venv", "python3", "python"]),
];

/// A package manager, and how it is told to install.
const PACKAGE_MANAGERS: [(&str, &[&str]); 3] = [
    ("apt-get", &["install", "--yes", "--no-install-recommends"]),
    ("dnf", &["install", "--assumeyes"]),
    ("pacman", &["-Sy", "--needed", "--noconfirm"]),
];

/// Installs what is missing for `purposes`. Asks first, except as root, with `yes`, or where CI=true.
pub(crate) fn provide(purposes: &[Purpose], yes: bool) -> Result {
    node()?;
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    let wanted = missing(purposes);
    if wanted.is_empty() {
        return Ok(());
    }
    let what: Vec<&str> = wanted.iter().map(|(_, probe, _)| probe.name()).collect();
    println!("Missing on this system: {}", what.join(", "));
    let Some(manager) = PACKAGE_MANAGERS.iter().position(|(program, _)| exists(program)) else {
        return Err("Found none of apt-get, dnf and pacman: install the above, then run this again.".to_owned());
    };
    let (program, words) = PACKAGE_MANAGERS[manager];
    let packages: Vec<&str> = wanted.iter().map(|(_, _, packages)| packages[manager]).collect();
    let mut install = as_root(program, words);
    install.args(&packages);
    println!("To be installed: {}", packages.join(" "));
    if !(yes || is_root() || env::var_os("CI").is_some() || agreed()?) {
        return Err(format!(
            "Nothing was installed. By hand: sudo {program} {} {}",
            words.join(" "),
            packages.join(" ")
        ));
    }
    if program == "apt-get" {
        process::run(&mut as_root(program, &["update"]))?;
    }
    process::run(&mut install)?;
    match missing(purposes).as_slice() {
        [] => Ok(()),
        left => {
            let names: Vec<&str> = left.iter().map(|(_, probe, _)| probe.name()).collect();
            Err(format!("{program} installed its packages, but these are still missing: {}", names.join(", ")))
        }
    }
}

fn missing(purposes: &[Purpose]) -> Vec<&'static Need> {
    NEEDS.iter().filter(|(purpose, probe, _)| purposes.contains(purpose) && !probe.found()).collect()
}

impl Probe {
    fn name(&self) -> &'static str {
        let (Self::Program(name) | Self::Library(name) | Self::Module(name)) = self;
        name
    }

    fn found(&self) -> bool {
        match self {
            Self::Program(program) => exists(program),
            Self::Library(library) => {
                Command::new("pkg-config").args(["--exists", library]).status().is_ok_and(|s| s.success())
            }
            Self::Module(module) => {
                process::output(Command::new("python3").args(["-c", &format!("import {module}")])).is_ok()
            }
        }
    }
}

fn as_root(program: &str, words: &[&str]) -> Command {
    let mut line = Vec::new();
    if !is_root() {
        line.push("sudo");
        // Without a terminal nobody can type a password: fail, do not wait.
        line.extend((!stdin().is_terminal()).then_some("--non-interactive"));
    }
    line.extend(["env", "DEBIAN_FRONTEND=noninteractive", program]);
    let mut command = Command::new(line[0]);
    command.args(&line[1..]).args(words);
    command
}

fn is_root() -> bool {
    process::output(Command::new("id").arg("-u")).is_ok_and(|id| id == "0")
}

fn agreed() -> Result<bool> {
    if !stdin().is_terminal() {
        return Ok(false);
    }
    print!("Install them now? [y/N] ");
    stdout().flush().map_err(|error| error.to_string())?;
    let mut answer = String::new();
    stdin().read_line(&mut answer).map_err(|error| error.to_string())?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// Node is the one thing besides Rust that has to be there: 20.19 or newer.
fn node() -> Result {
    let version = process::output(Command::new("node").arg("--version"))
        .map_err(|_| "Node.js is not installed. Keystead needs 20.19 or newer: https://nodejs.org".to_owned())?;
    let mut parts = version.trim_start_matches('v').split('.').map_while(|part| part.parse::<u32>().ok());
    if (parts.next(), parts.next()) < (Some(20), Some(19)) {
        return Err(format!("Node.js {version} is too old. Keystead needs 20.19 or newer: https://nodejs.org"));
    }
    Ok(())
}
