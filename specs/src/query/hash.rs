//! The hash functions that both query languages have, by the names that AWS gives them.

use md5::{Digest, Md5};
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};

/// The hash of a text in hexadecimal digits; `None` for a name that no function has.
pub(super) fn digits(algorithm: &str, text: &str) -> Option<String> {
    Some(match algorithm {
        "MD5" => hex::<Md5>(text),
        "SHA-1" => hex::<Sha1>(text),
        "SHA-256" => hex::<Sha256>(text),
        "SHA-384" => hex::<Sha384>(text),
        "SHA-512" => hex::<Sha512>(text),
        _ => return None,
    })
}

fn hex<D: Digest>(text: &str) -> String {
    let digits =
        |byte: u8| [byte >> 4, byte & 15].map(|digit| b"0123456789abcdef"[usize::from(digit)]);
    let digest = D::digest(text);
    digest
        .iter()
        .flat_map(|byte| digits(*byte))
        .map(char::from)
        .collect()
}
