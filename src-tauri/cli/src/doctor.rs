//! `keystead doctor`

use std::{path::Path, process::ExitCode};

use keystead_core::{
    Code, Error, Keystead,
    keystead::{Doctor, StorageCheck},
    store::{self, Store},
    vault::VaultState,
};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Take entries no key stands for back into the list (a lost database, a restored backup)
    #[arg(long, conflicts_with = "delete_leftovers")]
    adopt: bool,
    /// Delete entries no key stands for; their secrets cannot come back
    #[arg(long)]
    delete_leftovers: bool,
    /// Put a damaged database aside, beside itself, and begin a new one; with --adopt it is filled from the vaults
    #[arg(long)]
    set_aside: bool,
}

impl Args {
    /// Whether entries are read.
    pub(crate) fn adopts(&self) -> bool {
        self.adopt
    }

    /// Before the database is opened: it may not open.
    pub(crate) fn prepare(&self, home: &Path) -> Result<(), Error> {
        if !self.set_aside {
            return Ok(());
        }
        if Store::open(home).err().is_none_or(|error| error.code != Code::StoreDamaged) {
            eprintln!("the database is not damaged: it stays where it is");
            return Ok(());
        }
        if let Some(aside) = store::set_aside(home)? {
            eprintln!("the old database is now {}", aside.display());
        }
        Ok(())
    }
}

/// 0 all is well · 1 something is wrong · 3 the keychain cannot be used.
pub(crate) fn run(keystead: &Keystead, args: &Args, json: bool) -> Result<ExitCode, Error> {
    let mut found = keystead.doctor()?;
    if let Some(storage) = found.storage.as_ref().filter(|s| !s.leftovers.is_empty()) {
        let entries: Vec<String> = storage.leftovers.iter().map(|l| l.entry.clone()).collect();
        if args.adopt {
            let adoption = keystead.adopt(&entries)?;
            for key in &adoption.adopted {
                eprintln!("adopted {} / {}", key.provider, key.name);
            }
            for one in &adoption.belongings {
                eprintln!("adopted {} / {}", one.owner, one.name);
            }
            for entry in &adoption.failed {
                eprintln!("not adopted {entry}: it cannot be read, or a newer one counts");
            }
            found = keystead.doctor()?;
        } else if args.delete_leftovers {
            eprintln!("deleted {} entries", keystead.delete_leftovers(&entries)?);
            found = keystead.doctor()?;
        }
    }
    if json {
        println!("{}", serde_json::json!(found));
    } else {
        print(&found);
    }
    Ok(match (found.vault.state, found.problems.is_empty()) {
        (VaultState::Ready, true) => ExitCode::SUCCESS,
        (VaultState::Ready, false) => ExitCode::FAILURE,
        _ => ExitCode::from(3),
    })
}

fn print(found: &Doctor) {
    let name = found.vault.identity.as_ref().map_or("no vault", |i| i.name.as_str());
    let collection = found.vault.identity.as_ref().and_then(|i| i.collection.as_deref());
    println!("vault      {name}{}", collection.map(|c| format!(", collection {c}")).unwrap_or_default());
    if let Some(proof) = &found.proof {
        let (w, r, d) = (proof.write_ms, proof.read_ms, proof.remove_ms);
        println!("proof      written {w:.0} ms, read back {r:.0} ms, equal, removed {d:.0} ms");
    }
    if let Some(StorageCheck { present, missing, damaged, leftovers, .. }) = &found.storage {
        println!("secrets    {present} there, {} missing, {} left over", missing.len(), leftovers.len());
        for key in damaged {
            println!("  damaged  {} / {}: put the vault back from a backup, or rotate it", key.provider, key.name);
        }
        for key in missing {
            println!("  missing  {} / {}", key.provider, key.name);
        }
        for left in leftovers {
            let whose = left.provider.as_deref().unwrap_or("unreadable");
            let hint = left.hint.as_ref().map(ToString::to_string).unwrap_or_default();
            println!("  left     {whose} {} {hint}  {}", left.label.as_deref().unwrap_or_default(), left.entry);
        }
    }
    let db = &found.database;
    let modes = db.mode.as_deref().zip(db.folder_mode.as_deref());
    let modes = modes.map(|(file, folder)| format!(", mode {file} in {folder}")).unwrap_or_default();
    println!("database   {}, {} bytes, {}{modes}", db.path, db.size, if db.intact { "intact" } else { "DAMAGED" });
    if found.problems.is_empty() {
        println!("\nNothing lost, nothing left behind.");
    }
    for problem in &found.problems {
        println!("! {}", problem.message);
    }
}
