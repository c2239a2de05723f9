//! S12: what the sources promise about themselves, counted in the sources: where a key's text is laid open, where memory
//! rules are off, what may come in with a dependency, and what may run while it is installed.

#[path = "common/gate.rs"]
mod gate;

use std::{
    fs,
    path::{Path, PathBuf},
};

use gate::Gate;

/// The library's own door to a secret's text: no more than this, and only in the secret's own module.
const MOST_DOORS: usize = 12;
const DOORS_IN: &str = "src-tauri/core/src/secret";
/// Where our own door is used: headers, masks and hints, the vault's entries, fingerprints, and the one way out to the
/// clipboard, a native dialog or a program. A new place is to be thought over, then named here.
const LAID_OPEN_IN: [&str; 13] = [
    "src-tauri/core/src/auth",
    "src-tauri/core/src/secret",
    "src-tauri/core/src/provider/entry.rs",
    "src-tauri/core/src/probe/pass.rs",
    "src-tauri/core/src/probe/mask.rs",
    "src-tauri/core/src/probe/wrong_key.rs",
    "src-tauri/core/src/vault/envelope.rs",
    "src-tauri/core/src/vault/file/identity.rs",
    "src-tauri/core/src/keystead/fingerprint.rs",
    "src-tauri/core/src/keystead/keys.rs",
    // A proxy's user name and password, which stand in one secret.
    "src-tauri/core/src/network/login.rs",
    // The Bot API takes its token in the path of a URL, which is wiped.
    "src-tauri/core/src/message/telegram.rs",
    // For tests of where a header's value is kept; in no program.
    "src-tauri/core/src/keystead/headers.rs",
];
/// The one module that may do without the compiler's rules, should one ever have to.
const UNSAFE_IN: &str = "src-tauri/app/process";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("this crate is two folders below it")
}

fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// All files of some kinds below a folder, by their names from the top.
fn files(folder: &str, kinds: &[&str]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path: PathBuf = entry.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() {
                if !["node_modules", "target", "dist", "gen"].contains(&name.as_str()) {
                    folders.push(path);
                }
            } else if kinds.iter().any(|kind| name.ends_with(kind)) {
                let from_top = path.strip_prefix(root()).expect("below it").to_string_lossy().replace('\\', "/");
                found.push((from_top, fs::read_to_string(&path).expect("a text")));
            }
        }
    }
    found
}

/// Ours, without comments and without the tests inside it: a rule is not broken by being written down or tried out.
fn rust() -> Vec<(String, String)> {
    let code = |text: &str| {
        let product = text.split("\n#[cfg(test)]\nmod ").next().unwrap_or_default();
        product.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
    };
    let all: Vec<_> = files("src-tauri", &[".rs"]).into_iter().chain(files("tests", &[".rs"])).collect();
    assert!(all.len() > 100, "{} files of Rust", all.len());
    // A module of tests in a file of its own is no product either.
    let product = all.into_iter().filter(|(path, _)| !path.ends_with("/tests.rs"));
    product.map(|(path, text)| (path, code(&text))).collect()
}

/// In two pieces, so that this file has none itself.
fn call(first: &str, rest: &str) -> String {
    format!("{first}{rest}")
}

#[test]
fn a_key_is_laid_open_in_few_places_and_all_are_named() {
    let gate = Gate::new("S12", "places where a secret is laid open");
    let (library, ours) = (call("expose_", "secret("), call(".exp", "ose()"));
    let (mut doors, mut places, mut failures) = (0, 0, Vec::new());
    for (path, text) in rust() {
        let (here, open) = (text.matches(&library).count(), text.matches(&ours).count());
        doors += here;
        places += open;
        if here > 0 && !path.starts_with(DOORS_IN) {
            failures.push(format!("{path} opens a secret itself"));
        }
        if open > 0 && !LAID_OPEN_IN.iter().any(|known| path.starts_with(known)) {
            failures.push(format!("{path} lays a secret open"));
        }
    }
    if !(1..=MOST_DOORS).contains(&doors) {
        failures.push(format!("{doors} calls of the library's door, at most {MOST_DOORS} are allowed"));
    }
    assert!(places > 0, "nothing was looked at");
    gate.done(doors + places, &failures, "places");
}

#[test]
fn the_compilers_rules_are_off_nowhere_else() {
    let gate = Gate::new("S12", "files that may not be unsafe");
    let words = [call("unsafe", " {"), call("unsafe", " fn"), call("unsafe", " impl"), call("unsafe", " extern")];
    let lint = call("unsafe", "_code");
    let sources = rust();
    let broken = |(path, text): &&(String, String)| {
        let off = words.iter().any(|word| text.contains(word)) || text.contains(&format!("allow({lint}"));
        off && !path.starts_with(UNSAFE_IN)
    };
    let mut failures: Vec<String> = sources.iter().filter(broken).map(|(path, _)| path.clone()).collect();
    for (manifest, rule) in [("Cargo.toml", "deny"), ("src-tauri/core/Cargo.toml", "forbid")] {
        if !text(manifest).contains(&format!("{lint} = \"{rule}\"")) {
            failures.push(format!("{manifest} does not {rule} it"));
        }
    }
    let manifests = files("src-tauri", &["Cargo.toml"]);
    let own_or_shared = |text: &str| text.contains("[lints]\nworkspace = true") || text.contains("[lints.rust]");
    failures
        .extend(manifests.iter().filter(|(_, text)| !own_or_shared(text)).map(|(path, _)| format!("{path}: no lints")));
    gate.done(sources.len(), &failures, "files");
}

/// Rules of npm's side, and whether they hold.
fn npm_rules() -> Vec<(&'static str, bool)> {
    let installers = text("src-tauri/xtask/src/npm.rs") + &text("src-tauri/xtask/src/servers.rs");
    let workflows = files(".github/workflows", &[".yml"]);
    let mut calls = workflows.iter().flat_map(|(_, text)| text.lines()).filter(|line| line.contains("npm "));
    let own = vec![
        (
            "xtask installs with npm ci and without scripts",
            installers.matches("\"ci\", \"--ignore-scripts\"").count() == 2,
        ),
        ("xtask knows no other way to install with npm", !installers.contains("npm(&[\"i")),
        ("nor do the workflows", calls.all(|l| l.contains("npm ci --ignore-scripts") || l.contains("npm audit"))),
        (
            "the page sees no variable but its own",
            text("ui/vite.config.ts").contains("envPrefix: ['VITE_', 'TAURI_ENV_']"),
        ),
    ];
    [own, package_rules("ui"), package_rules("tests/servers")].concat()
}

/// Rules of what npm installs in a folder.
fn package_rules(folder: &str) -> Vec<(&'static str, bool)> {
    let package: serde_json::Value = serde_json::from_str(&text(&format!("{folder}/package.json"))).expect("JSON");
    let lock: serde_json::Value = serde_json::from_str(&text(&format!("{folder}/package-lock.json"))).expect("JSON");
    let packages = lock["packages"].as_object().expect("packages");
    let foreign: Vec<_> = packages.iter().filter(|(name, _)| name.starts_with("node_modules/")).collect();
    let summed = |p: &serde_json::Value| p["integrity"].as_str().is_some_and(|sum| sum.starts_with("sha512-"));
    // The builder's programs for other systems: the registry did not have them when the lock file was made.
    let other_system = |name: &str, p: &serde_json::Value| {
        name.starts_with("node_modules/@tauri-apps/cli-") && p["dev"] == true && p["optional"] == true
    };
    let all_summed = foreign.iter().all(|(name, p)| summed(p) || other_system(name, p));
    let wanted = [&package["dependencies"], &package["devDependencies"]];
    let mut versions = wanted.into_iter().filter_map(serde_json::Value::as_object).flat_map(serde_json::Map::values);
    let exact = |v: &serde_json::Value| v.as_str().is_some_and(|v| v.starts_with(|c: char| c.is_ascii_digit()));
    vec![
        ("every package of npm has a checksum", all_summed),
        ("there are such packages", foreign.len() > 50),
        ("package.json names exact versions", versions.all(exact)),
    ]
}

/// Rules of Python's side: only tests have one.
fn python_rules() -> Vec<(&'static str, bool)> {
    let list = text("tests/servers/requirements.txt");
    let mut packages = list.lines().filter(|line| !line.starts_with('#'));
    let exact = |line: &str| line.split_once("==").is_some_and(|(_, v)| v.starts_with(|c: char| c.is_ascii_digit()));
    let installer = text("src-tauri/xtask/src/servers.rs");
    vec![
        ("every package of Python has an exact version", packages.all(exact)),
        ("pip installs nothing that is not listed", installer.contains("\"--no-deps\"")),
        ("pip runs no package's code", installer.contains("\"--only-binary\", \":all:\"")),
    ]
}

/// Rules of Cargo's side.
fn cargo_rules() -> Vec<(&'static str, bool)> {
    const REGISTRY: &str = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";
    let lock = text("Cargo.lock");
    let without = |name: &str| !lock.contains(&format!("\nname = \"{name}\"\n"));
    let mut sources = lock.lines().filter(|line| line.starts_with("source = "));
    vec![
        ("every crate comes from crates.io or is ours", sources.all(|line| line == REGISTRY)),
        ("each has a checksum", lock.matches("\nsource = ").count() == lock.matches("\nchecksum = ").count()),
        ("releases are built from the locked crates", {
            let release = text(".github/workflows/release.yml");
            let mut builds =
                release.lines().filter(|line| line.contains("tauri build") || line.contains("cargo build"));
            builds.clone().count() == 2 && builds.all(|line| line.contains("--locked"))
        }),
        ("none is the keyring that caches its failures", without("keyring")),
        ("none is the one with the weak generator", without("dbus-secret-service")),
        ("none is another TLS", without("openssl-sys") && without("native-tls")),
    ]
}

#[test]
fn what_comes_in_is_locked_and_runs_nothing_of_its_own() {
    let gate = Gate::new("S12", "rules of what comes in");
    let rules = [npm_rules(), python_rules(), cargo_rules()].concat();
    let failures: Vec<String> = rules.iter().filter(|(_, holds)| !holds).map(|(what, _)| (*what).to_owned()).collect();
    gate.done(rules.len(), &failures, "rules");
}

/// An exception that says why is one that somebody can take back.
#[test]
fn every_accepted_advisory_has_its_reason() {
    let gate = Gate::new("S12", "accepted advisories with a reason");
    let rules: toml::Value = toml::from_str(&text(".cargo/deny.toml")).expect("TOML");
    let accepted = rules["advisories"]["ignore"].as_array().expect("a list");
    let reasoned =
        |rule: &&toml::Value| rule.get("reason").and_then(toml::Value::as_str).is_some_and(|why| why.len() > 20);
    let failures: Vec<String> = accepted.iter().filter(|rule| !reasoned(rule)).map(ToString::to_string).collect();
    for (section, field, rule) in [
        ("advisories", "yanked", "deny"),
        ("bans", "wildcards", "deny"),
        ("sources", "unknown-registry", "deny"),
        ("sources", "unknown-git", "deny"),
    ] {
        assert_eq!(rules[section][field].as_str(), Some(rule), "{section}.{field}");
    }
    gate.done(accepted.len(), &failures, "advisories");
}
