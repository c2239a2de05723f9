//! Looks for pieces of a secret in another process's memory.

use std::{
    collections::HashSet,
    fs::{self, File},
    io,
    os::unix::fs::FileExt,
    process::{Child, Command, Stdio},
};

use rustix::process::Pid;

/// A piece is this long: less than a key, more than chance.
const PIECE: usize = 8;
const PAGE: u64 = 4096;
const READ: usize = 1 << 20;
const NOTHING: [u8; 4096] = [0; 4096];
/// Pieces are never whole in the scanner, which may be scanned itself.
const MASK: u64 = 0x5a5a_a5a5_c3c3_3c3c;

/// What is looked for: every piece of a text of eight characters, in one byte or two a character. Four characters in two
/// bytes each would be eight bytes too, and be met by chance.
pub(crate) struct Needle {
    pieces: HashSet<u64>,
    wide: HashSet<u128>,
    /// Of any eight bytes, four are aligned: the aligned four that can begin a look.
    marks: Box<[bool; 1 << 16]>,
}

impl Needle {
    pub(crate) fn new(text: &str) -> Self {
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let marks = vec![false; 1 << 16].into_boxed_slice().try_into().expect("as many");
        let mut needle = Self { pieces: HashSet::new(), wide: HashSet::new(), marks };
        needle.pieces.extend(text.as_bytes().windows(PIECE).map(|piece| number(piece) ^ MASK));
        needle.wide.extend(wide.windows(2 * PIECE).map(|piece| wide_number(piece) ^ u128::from(MASK)));
        for form in [text.as_bytes(), &wide] {
            for four in form.windows(4) {
                let four = u32::from_le_bytes(four.try_into().expect("four"));
                needle.marks[mark(four.into())] = true;
            }
        }
        needle
    }

    /// Where pieces begin in these bytes.
    fn find(&self, bytes: &[u8]) -> Vec<usize> {
        let mut found = Vec::new();
        for (page, words) in bytes.chunks(NOTHING.len()).enumerate() {
            if *words == NOTHING[..words.len()] {
                continue;
            }
            // By plain steps, two fours at a time: this runs for all there is, and tests are not optimised.
            let mut at = page * NOTHING.len();
            for eight in words.chunks_exact(8) {
                let number = number(eight);
                if self.marks[mark(number)] {
                    self.around(bytes, at, &mut found);
                }
                if self.marks[mark(number >> 32)] {
                    self.around(bytes, at + 4, &mut found);
                }
                at += 8;
            }
        }
        found
    }

    /// The pieces that these four bytes belong to.
    fn around(&self, bytes: &[u8], at: usize, found: &mut Vec<usize>) {
        for begin in at.saturating_sub(4)..=at {
            let narrow = bytes.get(begin..begin + PIECE).is_some_and(|p| self.pieces.contains(&(number(p) ^ MASK)));
            let wide = bytes.get(begin..begin + 2 * PIECE).map(|piece| wide_number(piece) ^ u128::from(MASK));
            let here = narrow || wide.is_some_and(|wide| self.wide.contains(&wide));
            if here && found.last().is_none_or(|last| *last < begin) {
                found.push(begin);
            }
        }
    }
}

fn number(piece: &[u8]) -> u64 {
    u64::from_le_bytes(piece.try_into().expect("eight"))
}

fn wide_number(piece: &[u8]) -> u128 {
    u128::from_le_bytes(piece.try_into().expect("sixteen"))
}

/// Of the four low bytes. Words that are mostly zero must not fall together with what is looked for.
fn mark(number: u64) -> usize {
    (((number & 0xffff_ffff) * 0x9e37_79b1) >> 16 & 0xffff) as usize
}

/// What was found in one process.
#[derive(Default)]
pub(crate) struct Found {
    /// How many pieces.
    pub(crate) pieces: usize,
    /// How many bytes were looked at.
    pub(crate) bytes: u64,
    /// Runs of pieces that lie together: where, and how long.
    pub(crate) runs: Vec<(String, usize)>,
}

/// Reads all that the process has written to and still holds.
pub(crate) fn scan(process: Pid, needle: &Needle) -> io::Result<Found> {
    let file = |name: &str| format!("/proc/{}/{name}", process.as_raw_nonzero());
    let (memory, pages) = (File::open(file("mem"))?, File::open(file("pagemap"))?);
    let stacks = stacks(process)?;
    let mut found = Found::default();
    let mut buffer = vec![0; READ];
    for line in fs::read_to_string(file("maps"))?.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let Some((start, end)) = words[0].split_once('-') else { continue };
        let name = words.get(5).copied().unwrap_or("anonymous");
        if !words[1].starts_with("rw") || name.starts_with("/dev/") || name == "[vvar]" {
            continue;
        }
        let (start, end) = (address(start)?, address(end)?);
        let thread = stacks.iter().find(|(_, at)| (start..end).contains(at));
        let name = thread.map_or(name.to_owned(), |(thread, _)| format!("stack of {thread}"));
        // Told by its size: a stack of a thread that is running now, or has ended, looks like any other memory.
        let name = format!("{name} of {} kB", (end - start) / 1024);
        for (from, to) in present(&pages, start, end)? {
            let mut last = 0;
            let mut at = from;
            while at < to {
                let wanted = usize::try_from(to - at).unwrap_or(READ).min(READ);
                let Ok(read) = memory.read_at(&mut buffer[..wanted], at) else { break };
                if read == 0 {
                    break;
                }
                found.bytes += read as u64;
                for offset in needle.find(&buffer[..read]) {
                    let here = at + offset as u64;
                    found.pieces += 1;
                    match found.runs.last_mut() {
                        Some((_, length)) if here - last <= 2 => *length += 1,
                        _ => found.runs.push((format!("{name} {here:x}"), 1)),
                    }
                    last = here;
                }
                // The next read begins early enough for a piece on the border, which may count twice.
                at += if read == wanted && at + (read as u64) < to { read as u64 - PIECE as u64 } else { read as u64 };
            }
        }
    }
    Ok(found)
}

fn address(text: &str) -> io::Result<u64> {
    u64::from_str_radix(text.trim_start_matches("0x"), 16).map_err(io::Error::other)
}

/// The threads, and an address in the stack of each.
fn stacks(process: Pid) -> io::Result<Vec<(String, u64)>> {
    let mut found = Vec::new();
    for thread in fs::read_dir(format!("/proc/{}/task", process.as_raw_nonzero()))? {
        let thread = thread?.path();
        let read = |name: &str| fs::read_to_string(thread.join(name)).unwrap_or_default();
        // "running", or a call's number, its arguments, the stack's pointer and the instruction's.
        if let Some(pointer) = read("syscall").split_whitespace().rev().nth(1) {
            found.push((read("comm").trim().to_owned(), address(pointer)?));
        }
    }
    Ok(found)
}

/// The stretches of a mapping that have pages: a web view reserves far more than it uses.
fn present(pages: &File, start: u64, end: u64) -> io::Result<Vec<(u64, u64)>> {
    let mut stretches: Vec<(u64, u64)> = Vec::new();
    let mut entries = vec![0; 1 << 19];
    let mut at = start;
    while at < end {
        let wanted = usize::try_from((end - at) / PAGE * 8).unwrap_or(usize::MAX).min(entries.len());
        let read = pages.read_at(&mut entries[..wanted], at / PAGE * 8)?;
        if read == 0 {
            break;
        }
        // Nearly all of them are zero, and compared at once that takes no time.
        for some in entries[..read].chunks(NOTHING.len()) {
            let pages = if *some == NOTHING[..some.len()] { &[] } else { some };
            for (entry, page) in pages.chunks_exact(8).zip(0..) {
                // Present or swapped out.
                if number(entry) >> 62 != 0 {
                    let page = at + page * PAGE;
                    match stretches.last_mut() {
                        Some((_, to)) if *to == page => *to += PAGE,
                        _ => stretches.push((page, page + PAGE)),
                    }
                }
            }
            at += some.len() as u64 / 8 * PAGE;
        }
    }
    Ok(stretches)
}

/// A process that holds a text in its memory: the scanner must find it.
pub(crate) fn planted(text: &str) -> Child {
    Command::new("sleep").arg("60").env("PLANTED", text).stdin(Stdio::null()).spawn().expect("sleep runs")
}
