//! Lists `catalog/`, so that a provider is one file and nothing else.

use std::{env, fmt::Write, fs, path::Path};

fn main() {
    println!("cargo::rerun-if-changed=catalog");
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("catalog");
    let mut files: Vec<_> = fs::read_dir(&folder)
        .expect("the catalogue's folder is part of the crate")
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .collect();
    files.sort();
    let mut list = String::from("&[\n");
    for path in files {
        let id = path.file_stem().and_then(|s| s.to_str()).expect("a provider's file is named after its id");
        writeln!(list, "    ({id:?}, include_str!({:?})),", path.display().to_string()).expect("a String takes text");
    }
    list.push(']');
    let out = Path::new(&env::var("OUT_DIR").expect("cargo sets it")).join("catalog_files.rs");
    fs::write(out, list).expect("OUT_DIR can be written");
}
