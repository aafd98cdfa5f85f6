//! Lists the tests that this `cargo test` skipped, and what they needed. The binary's name makes
//! cargo run it last.

use std::{collections::BTreeMap, env};

use stepproof_needs::{Skip, skips};

fn main() {
    if env::args().any(|argument| argument == "--list") {
        return;
    }
    let skips = skips().expect("the record of skips");
    if skips.is_empty() {
        return println!("\nno test was skipped\n");
    }
    let mut needs: BTreeMap<&str, Vec<&Skip>> = BTreeMap::new();
    for skip in &skips {
        needs.entry(&skip.need).or_default().push(skip);
    }
    println!("\n{} tests were SKIPPED, in whole or in part:", skips.len());
    for (need, skips) in needs {
        println!("  for want of {need}");
        for skip in skips {
            println!("    {skip}");
        }
    }
    println!();
}
