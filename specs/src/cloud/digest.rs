//! Digests as AWS's answers have them.

use md5::{Digest, Md5};
use sha2::Sha256;

/// The MD5 digest of bytes in hexadecimal digits.
pub(super) fn md5_hex(bytes: &[u8]) -> String {
    hex::<Md5>(bytes)
}

/// The SHA-256 digest of bytes in hexadecimal digits.
pub(super) fn sha256_hex(bytes: &[u8]) -> String {
    hex::<Sha256>(bytes)
}

fn hex<D: Digest>(bytes: &[u8]) -> String {
    let digits =
        |byte: u8| [byte >> 4, byte & 15].map(|digit| b"0123456789abcdef"[usize::from(digit)]);
    let digest = D::digest(bytes);
    let digits = digest.iter().flat_map(|byte| digits(*byte));
    digits.map(char::from).collect()
}
