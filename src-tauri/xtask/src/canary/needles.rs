//! The forms in which a secret can lie in a file.

use std::io::Read;

use flate2::bufread::GzDecoder;

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const FOR_URLS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/// Magic number and method of a gzip member.
const GZIP: &[u8] = &[0x1f, 0x8b, 0x08];
/// A member larger than this is no page, no log and no response of ours.
const LARGEST_MEMBER: u64 = 64 << 20;

/// What is searched for.
pub(crate) struct Needles {
    forms: Vec<(&'static str, Vec<u8>)>,
    by_first_byte: Vec<Vec<usize>>,
}

impl Needles {
    /// All forms of one secret.
    pub(crate) fn new(secret: &str) -> Self {
        let bytes = secret.as_bytes();
        let each = |write: &dyn Fn(u8) -> Vec<u8>| bytes.iter().flat_map(|byte| write(*byte)).collect::<Vec<u8>>();
        let mut forms = vec![
            ("utf-8", bytes.to_vec()),
            ("utf-16le", each(&|byte| vec![byte, 0])),
            ("utf-16be", each(&|byte| vec![0, byte])),
            ("hex", each(&|byte| format!("{byte:02x}").into_bytes())),
            ("hex, capitals", each(&|byte| format!("{byte:02X}").into_bytes())),
            ("url-encoded", each(&|byte| format!("%{byte:02X}").into_bytes())),
            ("json-escaped", each(&|byte| format!("\\u{byte:04x}").into_bytes())),
            ("reversed", bytes.iter().rev().copied().collect()),
        ];
        for (offset, names) in
            [("base64", "base64url"), ("base64+1", "base64url+1"), ("base64+2", "base64url+2")].into_iter().enumerate()
        {
            forms.push((names.0, base64(bytes, offset, STANDARD)));
            forms.push((names.1, base64(bytes, offset, FOR_URLS)));
        }
        let mut by_first_byte = vec![Vec::new(); 256];
        for (index, (_, form)) in forms.iter().enumerate() {
            by_first_byte[usize::from(form[0])].push(index);
        }
        Self { forms, by_first_byte }
    }

    /// Each form, by name.
    pub(crate) fn forms(&self) -> Vec<(&'static str, Vec<u8>)> {
        self.forms.clone()
    }

    /// The first form found in `bytes`, or in a gzip member inside them.
    pub(crate) fn find(&self, bytes: &[u8]) -> Option<String> {
        if let Some(form) = self.find_plain(bytes) {
            return Some(form.to_owned());
        }
        let starts = (0..bytes.len()).filter(|at| bytes[*at] == GZIP[0] && bytes[*at..].starts_with(GZIP));
        starts.into_iter().find_map(|at| {
            let mut member = Vec::new();
            // What is no member after all, or is cut, still gives what could be read.
            let _ = GzDecoder::new(&bytes[at..]).take(LARGEST_MEMBER).read_to_end(&mut member);
            self.find_plain(&member).map(|form| format!("{form}, in gzip"))
        })
    }

    fn find_plain(&self, bytes: &[u8]) -> Option<&'static str> {
        bytes.iter().enumerate().find_map(|(at, byte)| {
            let here = self.by_first_byte[usize::from(*byte)].iter();
            here.map(|index| &self.forms[*index]).find(|(_, form)| bytes[at..].starts_with(form)).map(|(name, _)| *name)
        })
    }
}

/// What base64 makes of `bytes` when they begin at `offset` inside a group of three, without the characters that also
/// depend on what is around them.
fn base64(bytes: &[u8], offset: usize, alphabet: &[u8; 64]) -> Vec<u8> {
    let mut padded = vec![0; offset];
    padded.extend(bytes);
    let whole = padded.len() / 3 * 3;
    let text: Vec<u8> = padded[..whole]
        .chunks(3)
        .flat_map(|group| {
            let group = u32::from_be_bytes([0, group[0], group[1], group[2]]);
            [18, 12, 6, 0].map(|shift| alphabet[(group >> shift & 63) as usize])
        })
        .collect();
    text[if offset == 0 { 0 } else { 4 }..].to_vec()
}
