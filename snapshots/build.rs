//! Rebuilds the crate when files are added.

fn main() {
    println!("cargo::rerun-if-changed=ledger");
    println!("cargo::rerun-if-changed=zoo");
}
