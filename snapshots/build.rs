//! New files are part of the next build.

fn main() {
    println!("cargo::rerun-if-changed=ledger");
    println!("cargo::rerun-if-changed=zoo");
}
