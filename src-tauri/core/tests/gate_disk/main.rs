//! R7: what the disk does to the database and to the encrypted file. Nothing ends a process, every failure has a name,
//! and no key is lost or taken for another: it is where it was, or comes back from what its entry says of itself.

mod bench;
mod damage;
mod database;
#[cfg(target_os = "linux")]
mod disk;
mod files;
#[path = "../common/gate.rs"]
mod gate;
#[path = "../common/scene.rs"]
mod scene;
