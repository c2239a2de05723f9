//! A disk that is full, or that may only be read. With a small disk of the test's own where it may mount one; else with a
//! limit on the size of files, or with the folder's rights.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::Duration,
};

use keystead_core::{
    error::Code,
    vault::{Vault, VaultError, VaultState},
};

use crate::bench::{Bench, OTHER, RIGHT, at, new_id, pass, read};

/// Set for a run whose files may not grow; its value is the vault's folder.
const LIMITED: &str = "KEYSTEAD_TEST_LIMITED";

/// A disk of 128 KiB.
struct Disk(PathBuf);

impl Disk {
    fn mount(path: &Path) -> Option<Self> {
        fs::create_dir_all(path).unwrap();
        let disk = Self(path.to_owned());
        disk.run("mount", &["-t", "tmpfs", "-o", "size=128k,mode=700", "tmpfs"]).then_some(disk)
    }

    fn run(&self, program: &str, args: &[&str]) -> bool {
        Command::new(program).args(args).arg(&self.0).output().is_ok_and(|output| output.status.success())
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        self.run("umount", &["--lazy"]);
    }
}

/// What a full disk may and may not do to a vault with the entry `kept`.
fn refuses_and_keeps(folder: &Path) {
    let vault = at(folder);
    let kept = vault.list().unwrap();
    let files = || fs::read_dir(folder).unwrap().count();
    let before = files();
    let id = new_id();
    let refused = vault.put(&id, "", &[7; 8192]);
    assert_eq!(refused, Err(VaultError::Full));
    assert_eq!(vault.change_passphrase(&pass(RIGHT), &pass(OTHER)).unwrap_err().code, Code::VaultFull);
    assert_eq!(files(), before, "no piece is left");
    vault.unlock_with(&pass(RIGHT)).unwrap();
    assert_eq!(vault.list().as_ref(), Ok(&kept));
    assert_eq!(read(&vault, &kept[0]).as_deref(), Some(&b"kept"[..]));
}

#[test]
fn a_full_disk_refuses_what_is_new_and_keeps_what_is_old() {
    let bench = Bench::new();
    if let Some(_disk) = Disk::mount(&bench.path) {
        bench.vault.create_with(&pass(RIGHT)).unwrap();
        bench.put(b"kept");
        fill(&bench.file("filler"));
        refuses_and_keeps(&bench.path);
        fs::remove_file(bench.file("filler")).unwrap();
        let id = bench.put(&[7; 8192]);
        assert_eq!(read(&bench.vault, &id).unwrap().len(), 8192);
    }
    // In the same way where no disk may be mounted: SIGXFSZ is ignored there, so that writing fails instead.
    let bench = Bench::created();
    bench.put(b"kept");
    let script = "trap '' XFSZ; ulimit -f 0; exec \"$0\" --exact disk::with_files_that_may_not_grow --nocapture";
    let mut limited = Command::new("sh");
    limited.arg("-c").arg(script).arg(env::current_exe().unwrap()).env(LIMITED, &bench.path);
    let output = limited.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("the limit was met"), "{said}");
}

#[test]
fn with_files_that_may_not_grow() {
    if let Some(folder) = env::var_os(LIMITED) {
        refuses_and_keeps(Path::new(&folder));
        println!("the limit was met");
    }
}

/// Takes every byte that is left.
fn fill(path: &Path) {
    use std::io::Write;
    let mut file = fs::File::create(path).unwrap();
    while file.write_all(&[0; 512]).is_ok() {}
}

#[test]
fn a_disk_that_may_only_be_read_is_read() {
    use std::os::unix::fs::PermissionsExt;
    let bench = Bench::new();
    let disk = Disk::mount(&bench.path);
    bench.vault.create_with(&pass(RIGHT)).unwrap();
    let id = bench.put(b"kept");
    let rights = |mode| fs::set_permissions(&bench.path, fs::Permissions::from_mode(mode)).unwrap();
    match &disk {
        Some(disk) => assert!(disk.run("mount", &["-o", "remount,ro"])),
        None => rights(0o500),
    }
    let vault = bench.restarted();
    vault.unlock_with(&pass(RIGHT)).unwrap();
    assert_eq!(vault.probe().state, VaultState::Ready);
    assert_eq!(read(&vault, &id).as_deref(), Some(&b"kept"[..]));
    assert_eq!(vault.delete(&id), Err(VaultError::Denied));
    assert_eq!(vault.list(), Ok(vec![id]));
    // Rights alone do not keep a file from being written that is there already, such as the lock.
    assert_eq!(vault.put(&new_id(), "", b"x"), Err(VaultError::Denied));
    assert_eq!(vault.change_passphrase(&pass(RIGHT), &pass(OTHER)).unwrap_err().code, Code::VaultDenied);
    drop(vault);
    if disk.is_none() {
        rights(0o700);
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_refused() {
    let outer = tempfile::tempdir().unwrap();
    let file = outer.path().join("file");
    fs::write(&file, "in the way").unwrap();
    let vault = at(&file.join("vault"));
    assert!(vault.create_with(&pass(RIGHT)).is_err());
    assert!(!vault.exists());
    assert_eq!(fs::read(&file).unwrap(), b"in the way");
}

#[test]
fn what_a_dead_writer_left_goes_at_the_next_put_and_nothing_else_does() {
    let bench = Bench::created();
    let left = format!(".keystead-{}.tmp", new_id().secret);
    let others = [".keystead-notes.tmp".to_owned(), "x.tmp".to_owned(), left.replace(".tmp", ".bak")];
    for name in others.iter().chain([&left]) {
        fs::write(bench.file(name), "half").unwrap();
    }
    bench.put(b"x");
    assert!(!bench.file(&left).exists());
    assert!(others.iter().all(|name| bench.file(name).exists()));
}

#[test]
fn the_unfinished_file_of_a_writer_that_lives_is_left_alone() {
    let bench = Bench::created();
    let unfinished = bench.file(&format!(".keystead-{}.tmp", new_id().secret));
    let writer = fs::File::options().write(true).open(bench.file("lock")).unwrap();
    writer.lock().unwrap();
    fs::write(&unfinished, "half").unwrap();
    thread::scope(|scope| {
        let put = scope.spawn(|| bench.restarted().put(&new_id(), "", b"x"));
        thread::sleep(Duration::from_millis(200));
        assert!(unfinished.exists() && !put.is_finished());
        writer.unlock().unwrap();
        put.join().unwrap().unwrap();
    });
    assert!(!unfinished.exists());
}

#[test]
fn a_writer_that_never_ends_costs_the_next_one_five_seconds() {
    let bench = Bench::created();
    let writer = fs::File::options().write(true).open(bench.file("lock")).unwrap();
    writer.lock().unwrap();
    assert_eq!(bench.vault.put(&new_id(), "", b"x"), Err(VaultError::Unresponsive));
}
