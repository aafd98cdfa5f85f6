//! `stepproof clauses` as a page: rules with examples that are run when the page is made.

use std::path::Path;

use stepproof_tests::{expect, workspace};

fn here() -> tempfile::TempDir {
    tempfile::tempdir().expect("a directory")
}

fn page(directory: &Path, arguments: &[&str]) -> String {
    expect(directory, &[&["clauses"], arguments].concat(), 0).out
}

/// The chapter of a rule, up to the next one.
fn chapter<'p>(page: &'p str, rule: &str) -> &'p str {
    let from = page.find(&format!("### {rule}\n")).expect(rule);
    let rest = &page[from..];
    let to = rest[1..].find("\n##").map_or(rest.len(), |at| at + 1);
    &rest[..to]
}

#[test]
fn a_page_says_of_each_rule_what_it_rests_on_and_shows_it() {
    let directory = here();
    let page = page(
        directory.path(),
        &["retry", "--format", "md", "--cases", "300"],
    );
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(workspace().join("snapshots/insta"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let shown = ["retry.exhausted", "retry.max-attempts.zero"].map(|rule| chapter(&page, rule));
    // How many cases reach a rule changes with the generators.
    let stays = |line: &&str| !line.starts_with("* reached by");
    let shown = shown.join("\n");
    let shown: Vec<&str> = shown.lines().filter(stays).collect();
    settings.bind(|| insta::assert_snapshot!("book__retry", shown.join("\n")));
}

/// A definition that breaks a rule is shown with what the validator says; a rule that nothing reaches says so.
#[test]
fn definitions_and_rules_that_nothing_reaches_are_told() {
    let directory = here();
    let page = page(
        directory.path(),
        &["validate.json", "--format", "md", "--cases", "20"],
    );
    let json = chapter(&page, "validate.json");
    assert!(
        json.contains("* reached by no case that was drawn\n"),
        "{json}"
    );
    let page = self::page(
        directory.path(),
        &["validate.required", "--format", "md", "--cases", "300"],
    );
    let missing = chapter(&page, "validate.required");
    assert!(missing.contains("Validation says:"), "{missing}");
    assert!(
        missing.contains("SCHEMA_VALIDATION_FAILED at /"),
        "{missing}"
    );
}

/// The page of HTML holds the same, escaped, and a run stands beside the rules.
#[test]
fn a_run_stands_beside_the_rules() {
    let directory = here();
    let run = [
        "run",
        "--engine",
        "reference",
        "--profile",
        "retry",
        "--seed",
        "3",
    ];
    let run = [&run[..], &["--cases", "50", "--out", "run"]].concat();
    expect(directory.path(), &run, 0);
    let options = ["retry.exhausted", "--cases", "100", "--beside", "run"];
    let markdown = page(
        directory.path(),
        &[&options[..], &["--format", "md"]].concat(),
    );
    let line = markdown.lines().find(|it| it.starts_with("* in the run: "));
    let (cases, of) = line
        .and_then(|it| it.strip_prefix("* in the run: ")?.split_once(" of "))
        .expect("a count");
    assert_eq!(of, "50 cases");
    assert!(
        (1..50).contains(&cases.parse::<u64>().expect("a number")),
        "{cases}"
    );
    let html = page(
        directory.path(),
        &[&options[..], &["--format", "html"]].concat(),
    );
    assert!(html.contains(&format!("In the run: {cases} of 50 cases.")));
    assert!(html.contains("&quot;ErrorEquals&quot;") || html.contains("&#34;ErrorEquals&#34;"));
    assert!(html.trim_end().ends_with("</html>"));
}
