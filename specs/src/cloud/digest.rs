//! Digests as AWS's answers have them.

use md5::{Digest as _, Md5};

/// The MD5 digest of bytes in hexadecimal digits.
pub(super) fn md5_hex(bytes: &[u8]) -> String {
    let digest = Md5::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
