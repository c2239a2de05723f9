//! The secrets that are in this process's memory now, as keyed hashes of their pieces: enough to know a piece again in a
//! line of the log, and nothing else.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::{LazyLock, Mutex, MutexGuard, PoisonError},
};

/// Bytes of a piece.
const PIECE: usize = 8;
/// A shorter secret is a piece of its own, down to this: what is shorter still is in every other line.
const SHORTEST: usize = 4;

static LIVE: LazyLock<Mutex<Live>> = LazyLock::new(Mutex::default);
/// Another key in each process.
static KEYED: LazyLock<RandomState> = LazyLock::new(RandomState::new);

#[derive(Default)]
struct Live {
    /// How many living secrets have this piece.
    pieces: HashMap<u64, u32>,
    /// How many have pieces of this length.
    lengths: [u32; PIECE + 1],
}

fn registry() -> MutexGuard<'static, Live> {
    LIVE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn pieces(text: &str) -> impl Iterator<Item = u64> {
    let size = text.len().clamp(1, PIECE);
    let windows = (size >= SHORTEST).then(|| text.as_bytes().windows(size));
    windows.into_iter().flatten().map(|piece| KEYED.hash_one(piece))
}

/// A secret came into being.
pub(super) fn enter(text: &str) {
    let mut known = registry();
    known.lengths[text.len().min(PIECE)] += 1;
    for piece in pieces(text) {
        *known.pieces.entry(piece).or_default() += 1;
    }
}

/// A secret is about to be wiped.
pub(super) fn leave(text: &str) {
    let mut known = registry();
    known.lengths[text.len().min(PIECE)] -= 1;
    for piece in pieces(text) {
        if let Some(count) = known.pieces.get_mut(&piece) {
            *count -= 1;
            if *count == 0 {
                known.pieces.remove(&piece);
            }
        }
    }
    if known.pieces.is_empty() {
        // The table goes too, and with it what removed entries leave in it.
        known.pieces = HashMap::new();
    }
}

/// Marks every piece of a living secret in `line`.
pub(crate) fn hide(line: &[u8], hidden: &mut [bool]) {
    let known = registry();
    for size in (SHORTEST..=PIECE).filter(|size| known.lengths[*size] > 0) {
        for (at, piece) in line.windows(size).enumerate() {
            if known.pieces.contains_key(&KEYED.hash_one(piece)) {
                hidden[at..at + size].fill(true);
            }
        }
    }
}
