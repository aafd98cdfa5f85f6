use std::time::{Duration, Instant};

use super::{MAX_BYTES, ParseError, from_text};
#[cfg(feature = "yaml")]
use super::{read, read_template, read_yaml};

fn error(text: &str) -> String {
    format!("failed to {}", from_text(text).unwrap_err())
}

const SLIPS: &str = r#"{
  "Comment": "every kind of slip",
  "StartAt": "Fan",
  "States": {
    "Fan": {
      "Type": "Parallel",
      "Branches": [
        { "StartAt": "A", "States": { "A": { "Type": "Pass", "Nxt": "B" } } },
        { "States": {} }
      ],
      "End": true
    },
    "a/b [0]": { "Type": "Wait", "Timestamp": "tomorrow", "Next": "Fan" },
    "Odd": { "Type": "Lambda" },
    "Map": {
      "Type": "Map",
      "Items": [1, 2],
      "MaxConcurrency": -1,
      "ItemProcessor": { "StartAt": "I", "States": { "I": { "Type": "Succeed" } } },
      "End": true
    }
  }
}"#;

#[test]
fn schema_errors_name_line_column_pointer_and_remedy() {
    insta::assert_snapshot!(error(SLIPS), @r#"
    failed to read the definition: 7 problems
      line 8, column 39: Field 'Nxt' is not supported at /States/Fan/Branches[0]/States/A; did you mean "Next"?
      line 8, column 39: This object should have only one of the following fields: [Next, End] at /States/Fan/Branches[0]/States/A; add "Next" with the name of a state, or "End": true
      line 9, column 9: These fields are required: [StartAt] at /States/Fan/Branches[1]
      line 13, column 34: String does not match RFC3339 timestamp at /States/a/b [0]/Timestamp; write it as 2030-01-01T00:00:00Z
      line 14, column 14: The field 'Type' should have one of these values: [Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map] at /States/Odd/Type
      line 15, column 5: The QueryLanguage is set to 'JSONPath', but field 'Items' is only supported for the 'JSONata' QueryLanguage at /States/Map; give the state "QueryLanguage": "JSONata", or use the JSONPath field
      line 18, column 7: Minimum value is 0 at /States/Map/MaxConcurrency
    "#);
}

#[cfg(feature = "yaml")]
#[test]
fn yaml_is_read_and_its_errors_are_placed() {
    let yaml = "
StartAt: A
States:
  A:
    Type: Pass
    Parameters:
      x.$: $.a
    Next: B
  B:
    Type: Parallel
    Branches:
      - StartAt: C
        States:
          C: {Type: Pass, End: true}
      - StartAt: D
        States:
          D:
            Type: Task
            Resource: 5
            End: true
    End: true
";
    insta::assert_snapshot!(error(yaml), @"failed to read the definition: line 19, column 13: The value for the field 'Resource' must be a STRING at /States/B/Branches[1]/States/D/Resource");
    let machine = from_text(&yaml.replace("Resource: 5", "Resource: r")).unwrap();
    assert_eq!(machine.scope.states.len(), 2);
}

#[test]
fn json_that_cannot_be_read_says_where() {
    insta::assert_snapshot!(error("{\"StartAt\": \"A\",\n \"States\": {\"A\": {\"Type\": }}}"), @"failed to read the definition as JSON: expected value at line 2, column 27, in /States/A/Type");
    insta::assert_snapshot!(error("{\"States\": {\"A\": {\"Branches\": [1, {\"x\": tru"), @"failed to read the definition as JSON: EOF while parsing a value at line 1, column 43, in /States/A/Branches[1]/x");
    insta::assert_snapshot!(error("{\"States\": {\"A\": 1,\n \"A\": 2}}"), @r#"failed to read the definition as JSON: the key "A" is given twice; keep one of the two at line 2, column 4, in /States"#);
}

#[cfg(feature = "yaml")]
#[test]
fn yaml_that_cannot_be_read_says_where() {
    insta::assert_snapshot!(error("not a definition"), @r#"failed to read the definition: Definition must be a valid JSON object; a definition is an object with "StartAt" and "States""#);
    insta::assert_snapshot!(error(""), @r#"failed to read the definition: Definition must be a valid JSON object; a definition is an object with "StartAt" and "States""#);
    insta::assert_snapshot!(error("States:\n  A: 1\n  A: 2\n"), @r#"failed to read the definition as YAML: the key "A" is given twice; keep one of the two at line 2, column 3"#);
    insta::assert_snapshot!(error("States: [1\nStartAt: }"), @"failed to read the definition as YAML: illegal placement of ':' indicator at line 2, column 8");
}

#[cfg(feature = "yaml")]
#[test]
fn flow_style_is_yaml() {
    let flow = "{StartAt: A, States: {A: {Type: Wait, Seconds: 1, End: true}}}";
    let json = r#"{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 1, "End": true}}}"#;
    assert_eq!(read(flow), read(json));
    let mixed =
        "# a comment\n{ 'StartAt': A, \"States\": {A: {Type: Wait, Seconds: 1, End: true}} }";
    assert_eq!(read(mixed), read(json));
    assert_eq!(read_yaml(json), read(json));
    // What begins as JSON does is JSON: AWS takes no other.
    assert!(read("{\"StartAt\": \"A\",}").is_err());
    insta::assert_snapshot!(error("{StartAt: A, States: {A: {Type: Pass, Nxt: B, End: true}}}"), @r#"failed to read the definition: Field 'Nxt' is not supported at /States/A; did you mean "Next"?"#);
}

#[cfg(feature = "yaml")]
#[test]
fn numbers_with_leading_zeros_are_text_and_unknown_tags_are_refused() {
    let value = read("Result: {account: 012345678901, also: '01', number: 10, not: 0.5}").unwrap();
    let result = &value["Result"];
    assert_eq!(result["account"], "012345678901");
    assert_eq!(result["also"], "01");
    assert_eq!(result["number"], 10);
    assert_eq!(result["not"], 0.5);
    insta::assert_snapshot!(error("StartAt: A\nStates:\n  A:\n    Type: Task\n    Resource: !GetAtt Work.Arn\n"), @"failed to read the definition as YAML: unsupported tag `!GetAtt` at line 5, column 23");
    insta::assert_snapshot!(error("StartAt: !Sub '${A}'\n"), @"failed to read the definition as YAML: unsupported tag `!Sub` at line 1, column 15");
    assert_eq!(read("StartAt: !!str 1").unwrap()["StartAt"], "1");
}

#[cfg(not(feature = "yaml"))]
#[test]
fn a_build_without_yaml_says_so() {
    insta::assert_snapshot!(error("StartAt: A"), @"failed to read the definition as YAML: this build reads JSON only, which starts with a brace: the feature `yaml` is off");
}

#[test]
fn a_text_that_is_too_long_is_refused_unread() {
    let long = " ".repeat(MAX_BYTES + 1);
    assert_eq!(from_text(&long), Err(ParseError::TooLong(MAX_BYTES + 1)));
    insta::assert_snapshot!(error(&long), @"failed to read the definition: it has 1048577 bytes, and AWS takes at most 1048576");
}

/// No text causes a stack overflow or takes long to refuse.
#[test]
fn hostile_texts_are_refused_fast() {
    let deep = |open: &str, close: &str| {
        let (open, close) = (open.repeat(10_000), close.repeat(10_000));
        format!("{{\"States\": {open}1{close}}}")
    };
    let many = |states: &str| format!("{{\"States\":{{{states}}}}}");
    let bad_state = |index: usize| format!("\"{index}\":{{\"Type\":\"X\",\"B\":[1]}}");
    let bad_states: Vec<String> = (0..30_000).map(bad_state).collect();
    for text in [
        deep("[", "]"),
        deep("{\"a\":", "}"),
        deep("[", ""),
        "[".repeat(10_000),
        "a: ".repeat(10_000),
        "- ".repeat(10_000),
        "&a [*a,".repeat(10_000),
        many(&bad_states.join(",")),
        many(&"\"a\":1,".repeat(100_000)),
        format!("{{\"{}", "\\\"".repeat(500_000)),
        "\u{0}".repeat(1_000),
        "💥".repeat(100_000),
    ] {
        assert!(text.len() <= MAX_BYTES);
        let start = Instant::now();
        let message = error(&text);
        assert!(start.elapsed() < Duration::from_secs(5), "{message}");
        assert!(message.len() < 100_000, "{}", message.len());
    }
}

#[cfg(feature = "yaml")]
#[test]
fn json_and_yaml_read_the_same() {
    let json = "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Wait\", \"Seconds\": 1, \"End\": true}}}";
    let yaml = "# a comment\nStartAt: A\nStates:\n  A: {Type: Wait, Seconds: 1, End: true}\n";
    assert_eq!(read(json), read(yaml));
    assert_eq!(from_text(json), from_text(yaml));
    let value = read(yaml).unwrap();
    assert_eq!(from_text(yaml).unwrap().to_value(), value);
}

#[cfg(feature = "yaml")]
#[test]
fn tags_are_functions_in_a_template_and_one_without_a_name_is_none() {
    let template = "a: ! \"plain\"\nb: !Sub x\nc: !Ref y\nd: !GetAtt F.Arn.x\n";
    insta::assert_snapshot!(
        read_template(template).unwrap(),
        @r#"{"a":"plain","b":{"Fn::Sub":"x"},"c":{"Ref":"y"},"d":{"Fn::GetAtt":["F","Arn.x"]}}"#
    );
}
