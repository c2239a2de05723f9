//! A disk that is full, or that may only be read: one of the test's own, where it may mount one.

use std::{fs, path::Path, process::Command};

use keystead_core::Code;

use crate::{
    bench::{Bench, said},
    database::collect,
    gate::{Gate, size},
    scene::{self, Rng},
};

/// In place for as long as it lives.
struct Mount<'a>(&'a Path);

impl<'a> Mount<'a> {
    fn new(path: &'a Path, arguments: &[&str]) -> Option<Self> {
        let mut mount = Command::new("mount");
        mount.args(arguments).arg(path);
        mount.output().is_ok_and(|output| output.status.success()).then_some(Self(path))
    }
}

impl Drop for Mount<'_> {
    fn drop(&mut self) {
        // Nothing to be done about it where it fails; the folder stays behind then.
        let _ = Command::new("umount").arg("--lazy").arg(self.0).output();
    }
}

#[test]
fn a_full_disk_refuses_by_name_and_loses_nothing() {
    let gate = Gate::new("R7", "full disks");
    let runs = size(2, 20);
    let mut refused = 0;
    let failures = collect(runs, |rng| {
        let folder = scene::folder();
        let path = folder.path().to_owned();
        let Some(_mount) = Mount::new(&path, &["-t", "tmpfs", "-o", "size=1m,mode=700", "tmpfs"]) else {
            eprintln!("not tested: no disk may be mounted here");
            return Ok(());
        };
        fill_up(Bench::at(folder, rng), rng, &mut refused)
    });
    assert!(failures.len() == runs || refused > 0 || !Path::new("/proc/1/root").exists() || !may_mount());
    gate.done(runs, &failures, "disks");
}

fn may_mount() -> bool {
    let folder = scene::folder();
    Mount::new(folder.path(), &["-t", "tmpfs", "tmpfs"]).is_some()
}

fn fill_up(mut bench: Bench, rng: &mut Rng, refused: &mut usize) -> Result<(), String> {
    let mut keystead = bench.started().map_err(said)?;
    let filler = bench.home.path().join("filler");
    fs::write(&filler, vec![1; 2 << 20]).expect_err("no room for that");
    let full = fs::metadata(&filler).expect("there").len();
    let room = rng.below(80_000) as u64;
    fs::File::options().write(true).open(&filler).and_then(|f| f.set_len(full.saturating_sub(room))).expect("shorter");
    for n in 0..15 {
        let done = match rng.below(5) {
            0 => bench.add(&keystead, rng, 50 + n),
            1 => bench.replace(&keystead, rng, n % 3),
            2 => keystead.prove_vault().map(drop),
            3 => remove_first(&mut bench, &keystead),
            _ => match bench.started() {
                Ok(again) => {
                    keystead = again;
                    Ok(())
                }
                Err(e) => Err(e),
            },
        };
        if let Err(e) = done {
            *refused += 1;
            if ![Code::StoreFull, Code::VaultFull].contains(&e.code) {
                return Err(format!("refused as {}", said(e)));
            }
        }
        let found = scene::keys(&keystead)?;
        if found != bench.keys {
            return Err("a key is lost or changed while the disk is full".into());
        }
    }
    fs::remove_file(filler).expect("room again");
    drop(keystead);
    bench.whole(&bench.started().map_err(said)?)
}

fn remove_first(bench: &mut Bench, keystead: &keystead_core::Keystead) -> keystead_core::Result<()> {
    if bench.keys.len() < 4 {
        return Ok(());
    }
    let name = bench.keys.keys().next().expect("there").clone();
    keystead.remove_key(&scene::find(keystead, &name).expect("there").id)?;
    bench.keys.remove(&name);
    Ok(())
}

#[test]
fn a_folder_that_may_only_be_read_is_left_as_it_is() {
    let gate = Gate::new("R7", "read-only folders");
    let runs = size(1, 10);
    let failures = collect(runs, |rng| {
        let bench = Bench::new(rng);
        let path = bench.home.path();
        let path_text = path.display().to_string();
        let Some(mount) = Mount::new(path, &["--bind", "-o", "ro", &path_text]) else {
            eprintln!("not tested: no folder may be mounted here");
            return Ok(());
        };
        match bench.started() {
            Err(e) if e.code == Code::StoreFailed => {}
            Err(e) => return Err(said(e)),
            Ok(_) => return Err("it opens although nothing can be written".into()),
        }
        drop(mount);
        bench.whole(&bench.started().map_err(said)?)
    });
    gate.done(runs, &failures, "folders");
}
