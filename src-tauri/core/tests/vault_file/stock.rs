//! The promise of README.txt: the stock `age` tool reads what was written here, by the commands that stand there.

use std::{
    fs,
    io::Write,
    process::{Command, Stdio},
};

use crate::bench::{Bench, OTHER, RIGHT, pass};

/// Runs a line of shell on a terminal of its own, where the tool asks for the passphrase.
fn on_a_terminal(bench: &Bench, line: &str, passphrase: &str) -> String {
    let mut child = Command::new("script")
        .args(["--quiet", "--return", "--command", &format!("bash -c '{line}'"), "/dev/null"])
        .current_dir(&bench.path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    writeln!(child.stdin.take().unwrap(), "{passphrase}").unwrap();
    let output = child.wait_with_output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn there(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

#[test]
fn the_stock_tool_reads_every_entry_as_the_readme_says() {
    let bench = Bench::created();
    bench.vault.change_passphrase(&pass(RIGHT), &pass(OTHER)).unwrap();
    bench.vault.lock();
    let id = bench.put(b"{\"s\":\"sk-read-by-the-stock-tool\"}");
    let readme = fs::read_to_string(bench.file("README.txt")).unwrap();
    let commands: Vec<_> = readme.lines().filter_map(|line| line.strip_prefix("    age -d ")).collect();
    assert_eq!(commands.len(), 2, "{readme}");
    if !there("age") || !there("script") {
        eprintln!("NOT TESTED WITH THE STOCK TOOL: age or script is not installed; read with the library alone");
        read_with_the_library(&bench, &format!("{id}.age"));
        return;
    }
    for command in commands {
        let line = format!("age -d {}", command.replace("NAME.v1", &id.to_string()));
        let said = on_a_terminal(&bench, &line, OTHER);
        assert!(said.contains("sk-read-by-the-stock-tool"), "{line}: {said}");
        let said = on_a_terminal(&bench, &line, RIGHT);
        assert!(!said.contains("sk-read-by-the-stock-tool"), "the old passphrase opens it");
    }
}

#[test]
fn the_library_alone_reads_every_entry_without_our_code() {
    let bench = Bench::created();
    bench.vault.change_passphrase(&pass(RIGHT), &pass(OTHER)).unwrap();
    let id = bench.put(b"{\"s\":\"sk-read-by-the-stock-tool\"}");
    read_with_the_library(&bench, &format!("{id}.age"));
}

#[test]
fn an_entry_made_by_the_stock_tool_is_read_here() {
    let bench = Bench::created();
    let id = crate::bench::new_id();
    if !there("age") {
        eprintln!("NOT TESTED WITH THE STOCK TOOL: age is not installed");
        return;
    }
    let line = format!("printf made-outside | age -R recipient.txt -o {id}.age");
    let status = Command::new("sh").arg("-c").arg(line).current_dir(&bench.path).status().unwrap();
    assert!(status.success());
    assert_eq!(crate::bench::read(&bench.vault, &id).as_deref(), Some(&b"made-outside"[..]));
}

fn read_with_the_library(bench: &Bench, entry: &str) {
    let wrapped = fs::read(bench.file("identity.age")).unwrap();
    let key = age::scrypt::Identity::new(age::secrecy::SecretString::from(OTHER));
    let text = String::from_utf8(age::decrypt(&key, &wrapped).unwrap()).unwrap();
    let identity: age::x25519::Identity =
        text.lines().find(|line| line.starts_with("AGE-SECRET-KEY-1")).unwrap().parse().unwrap();
    assert!(text.contains(&format!("# public key: {}", identity.to_public())));
    let plain = age::decrypt(&identity, &fs::read(bench.file(entry)).unwrap()).unwrap();
    assert_eq!(plain, b"{\"s\":\"sk-read-by-the-stock-tool\"}");
}
