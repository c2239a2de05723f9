//! Which tests are gates: those that make a `Gate`. No list says it a second time.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{Result, root};

/// Where tests live that Cargo runs as programs of their own.
const FOLDERS: [&str; 3] = ["src-tauri/core/tests", "src-tauri/cli/tests", "tests"];
/// The cases in the real window.
const WINDOW: &str = "e2e";

/// A test program with gates in it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Crate {
    /// As in `cargo test --test`.
    pub(crate) name: String,
    /// Modules to run alone; none: all of it.
    pub(crate) filters: Vec<String>,
}

impl Crate {
    pub(crate) fn needs_window(&self) -> bool {
        self.name == WINDOW
    }
}

/// All of them, or those with this gate.
pub(crate) fn gates(wanted: Option<&str>) -> Result<Vec<Crate>> {
    let mut found = Vec::new();
    for folder in FOLDERS {
        let mut programs: Vec<PathBuf> =
            entries(&root().join(folder)).into_iter().filter(|path| is_program(path)).collect();
        programs.sort();
        found.extend(programs.iter().filter_map(|program| look(program, wanted)));
    }
    match (found.is_empty(), wanted) {
        (true, Some(gate)) => Err(format!("There is no gate {gate}. All gates: cargo xtask torture")),
        _ => Ok(found),
    }
}

fn is_program(path: &Path) -> bool {
    path.extension().is_some_and(|kind| kind == "rs") || path.join("main.rs").is_file()
}

fn look(program: &Path, wanted: Option<&str>) -> Option<Crate> {
    let name = program.file_stem()?.to_string_lossy().into_owned();
    let sources: Vec<(PathBuf, String)> = if program.is_dir() {
        files(program).into_iter().filter_map(|path| Some((path.clone(), fs::read_to_string(path).ok()?))).collect()
    } else {
        vec![(program.to_owned(), fs::read_to_string(program).ok()?)]
    };
    let gates: Vec<&(PathBuf, String)> = sources.iter().filter(|(_, text)| makes_gate(text, wanted)).collect();
    if gates.is_empty() {
        return None;
    }
    // In the window everything else takes minutes; elsewhere one gate is picked out, where it is a module with tests.
    let modules: Option<Vec<String>> = gates.iter().map(|(path, text)| module(program, path, text)).collect();
    let pick = wanted.is_some() || name == WINDOW;
    let mut filters = modules.filter(|_| pick).unwrap_or_default();
    filters.sort();
    Some(Crate { name, filters })
}

fn makes_gate(text: &str, wanted: Option<&str>) -> bool {
    text.contains("Gate::new(") && wanted.is_none_or(|gate| text.contains(&format!("\"{gate}\"")))
}

/// The module's path, if the file is one and has tests.
fn module(program: &Path, path: &Path, text: &str) -> Option<String> {
    let inside = path.strip_prefix(program).ok()?.with_extension("");
    let names: Vec<_> = inside.iter().map(|name| name.to_string_lossy()).collect();
    let tests = ["#[test]", "::test]", "::test(", "proptest!"].iter().any(|mark| text.contains(mark));
    (tests && names != ["main"] && !names.is_empty()).then(|| format!("{}::", names.join("::")))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    entries(folder).into_iter().flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_test_named_a_gate_makes_one_and_is_found() {
        let found: Vec<String> = gates(None).expect("some").into_iter().map(|tests| tests.name).collect();
        let named = entries(&root().join(FOLDERS[0])).into_iter().filter(|path| is_program(path));
        let named = named.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()));
        for name in named.filter(|name| name.starts_with("gate_")) {
            assert!(found.contains(&name), "{name} counts nothing");
        }
        assert!(found.iter().any(|name| name == "gate_urls"));
    }

    #[test]
    fn one_gate_is_picked_out() {
        let urls = gates(Some("S6")).expect("there is one");
        assert_eq!(urls, [Crate { name: "gate_urls".into(), filters: vec![] }], "its tables are in main.rs");
        assert!(gates(Some("S600")).is_err());
    }
}
