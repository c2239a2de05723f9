//! Bits that change in the database, and in its log.

use std::{collections::BTreeMap, fs, path::Path};

use crate::{
    bench::{Bench, Way},
    gate::{Gate, size},
    scene::Rng,
};

#[test]
fn a_flipped_bit_in_the_database_loses_no_key() {
    flips("bit flips in keystead.db", "", size(10, 150));
}

#[test]
fn a_flipped_bit_in_the_log_loses_no_key() {
    flips("bit flips in keystead.db-wal", "-wal", size(4, 50));
}

fn flips(what: &'static str, end: &str, runs: usize) {
    let gate = Gate::new("R7", what);
    let mut ways: BTreeMap<Way, usize> = BTreeMap::new();
    let mut failures = Vec::new();
    for seed in 0..runs as u64 {
        let mut rng = Rng::new(seed + 300);
        let mut bench = Bench::new(&mut rng);
        let mut way = Way::default();
        let flipped = flip_one(&mut bench, end, &mut rng);
        if let Err(why) = bench.recovered(&mut way) {
            failures.push(format!("seed {seed}, {flipped}: {why}"));
        }
        *ways.entry(way).or_default() += 1;
    }
    eprintln!("{what}: {ways:?}");
    gate.done(runs, &failures, "flips");
}

/// In a page that holds something: most of a small database is empty.
fn flip_one(bench: &mut Bench, end: &str, rng: &mut Rng) -> String {
    let path = bench.database();
    if !end.is_empty() {
        keep_the_log(bench, rng);
    }
    let path = Path::new(&format!("{}{end}", path.display())).to_owned();
    let mut bytes = fs::read(&path).expect("read");
    let used: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at] != 0).collect();
    let at = if rng.chance(80) { *rng.pick(&used) } else { rng.below(bytes.len()) };
    bytes[at] ^= 1 << rng.below(8);
    fs::write(&path, bytes).expect("written");
    format!("byte {at}")
}

/// The last changes are in the log only, as after a crash: a database that is closed has none.
fn keep_the_log(bench: &mut Bench, rng: &mut Rng) {
    let database = bench.database();
    let keystead = bench.started().expect("opens");
    bench.add(&keystead, rng, 30).expect("added");
    bench.replace(&keystead, rng, 0).expect("replaced");
    for n in 0..rng.below(3) {
        bench.add(&keystead, rng, 31 + n).expect("added");
    }
    let copies = ["", "-wal"].map(|end| format!("{}{end}", database.display()));
    let bytes = copies.each_ref().map(|path| fs::read(path).expect("read"));
    drop(keystead);
    for (path, bytes) in copies.iter().zip(bytes) {
        fs::write(path, bytes).expect("put back");
    }
}
