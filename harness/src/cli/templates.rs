//! Machines in templates of CloudFormation and SAM, as people write them and as the CDK does.
//!
//! A definition is an object or a string of JSON. What a function of CloudFormation comes to is only known
//! at a deployment, so a placeholder stands for it; what `DefinitionSubstitutions` or `Fn::Sub` say
//! literally stands for itself, the latter only inside that `Fn::Sub`.

use std::{
    path::{Path, PathBuf},
    sync::LazyLock,
};

use regex_lite::{Captures, Regex};
use serde_json::{Map, Value};
use stepproof_specs::asl::{WorkflowType, text::read_template};

use super::{input, placeholders::Values};

/// The types of resources that are machines.
const TYPES: [&str; 2] = [
    "AWS::StepFunctions::StateMachine",
    "AWS::Serverless::StateMachine",
];

/// What a user names: a file, or one of the machines in a template, as FILE#LOGICALID.
pub(super) struct Argument {
    /// The file.
    pub file: PathBuf,
    /// The logical id.
    id: Option<String>,
}

impl Argument {
    pub(super) fn of(path: &Path) -> Self {
        let parts = path.to_str().filter(|_| !path.exists());
        let parts = parts.and_then(|it| it.rsplit_once('#'));
        match parts.filter(|(file, _)| Path::new(file).is_file()) {
            Some((file, id)) => Self {
                file: file.into(),
                id: Some(id.to_owned()),
            },
            None => Self {
                file: path.to_owned(),
                id: None,
            },
        }
    }

    /// The machines that are meant, if the file with this text is a template; or why there are none, which
    /// completes "failed to …".
    pub(super) fn machines(&self, text: &str) -> Result<Option<Vec<Inside>>, String> {
        let found = machines(text, &self.file);
        let Some(id) = &self.id else {
            return Ok(found);
        };
        let mut found = found.unwrap_or_default();
        let ids: Vec<String> = found.iter().map(|it| it.id.clone()).collect();
        found.retain(|it| it.id == *id);
        if found.is_empty() {
            let has = match ids.as_slice() {
                [] => "it holds none".to_owned(),
                all => format!("it holds {}", all.join(", ")),
            };
            let file = self.file.display();
            return Err(format!("find the machine '{id}' in '{file}': {has}"));
        }
        Ok(Some(found))
    }
}

/// A machine in a template.
pub(super) struct Inside {
    /// Its logical id.
    pub id: String,
    /// Its text, with placeholders; or why there is none, which completes "failed to …".
    pub text: Result<String, String>,
    /// The file beside the template in which the text is, if it is not in the template.
    pub file: Option<PathBuf>,
    /// What the template says of its placeholders.
    pub values: Values,
    /// Its type, if the template says that.
    pub workflow: Option<WorkflowType>,
}

/// The machines in a template, a file with this text; `None` if it is none, or one without machines.
pub(super) fn machines(text: &str, file: &Path) -> Option<Vec<Inside>> {
    if !TYPES.iter().any(|it| text.contains(it)) {
        return None;
    }
    let template = read_template(text).ok()?;
    let resources = template.get("Resources")?.as_object()?;
    let machines = resources.iter().filter(|(_, resource)| {
        let kind = resource.get("Type").and_then(Value::as_str);
        kind.is_some_and(|kind| TYPES.contains(&kind))
    });
    let machines: Vec<Inside> = machines
        .map(|(id, resource)| inside(id, &resource["Properties"], file))
        .collect();
    (!machines.is_empty()).then_some(machines)
}

fn inside(id: &str, properties: &Value, template: &Path) -> Inside {
    let file = beside(properties, template);
    let mut kind = ["StateMachineType", "Type"].iter();
    let kind = kind.find_map(|it| properties.get(*it)?.as_str());
    Inside {
        id: id.to_owned(),
        text: match &file {
            Some(file) => input::text(file)
                .map_err(|failure| format!("follow DefinitionUri: {}", failure.message)),
            None => definition(properties),
        },
        file,
        values: literals(properties.get("DefinitionSubstitutions")),
        workflow: kind.and_then(|kind| match kind {
            "EXPRESS" => Some(WorkflowType::Express),
            "STANDARD" => Some(WorkflowType::Standard),
            _ => None,
        }),
    }
}

/// The file to which `DefinitionUri` leads, if it is a path; one that is relative is so to the template.
fn beside(properties: &Value, template: &Path) -> Option<PathBuf> {
    let uri = properties.get("DefinitionUri")?.as_str()?;
    let directory = template.parent().unwrap_or(Path::new(""));
    let path = uri.strip_prefix("./").unwrap_or(uri);
    (!uri.contains("://")).then(|| directory.join(path))
}

/// What these names stand for, if that is a value and no function.
fn literals(names: Option<&Value>) -> Values {
    let names = names.and_then(Value::as_object).into_iter().flatten();
    let values = names.filter_map(|(name, value)| {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(_) | Value::Bool(_) => value.to_string(),
            _ => return None,
        };
        Some((name.clone(), text))
    });
    values.collect()
}

fn definition(properties: &Value) -> Result<String, String> {
    let mut given = ["DefinitionString", "Definition"].iter();
    let Some(given) = given.find_map(|it| properties.get(*it)) else {
        let mut elsewhere = ["DefinitionUri", "DefinitionS3Location"].iter();
        return Err(match elsewhere.find(|it| properties.get(**it).is_some()) {
            Some(field) => {
                let place = &properties[field];
                format!("find the definition in the template: {field} is {place}; name that file")
            }
            None => "find a definition in the template".to_owned(),
        });
    };
    match function(given) {
        None if given.is_object() => Ok(written(given)),
        None => given.as_str().map(str::to_owned).ok_or_else(|| {
            "read the definition in the template: it is neither an object nor a string".to_owned()
        }),
        Some(("Fn::ToJsonString", object)) => Ok(written(object)),
        Some(("Fn::Sub", _)) => Ok(substituted(given)),
        Some(("Fn::Join", Value::Array(arguments))) => joined(arguments),
        Some((name, _)) => Err(format!(
            "read the definition in the template: {name} is evaluated at a deployment"
        )),
    }
}

/// A definition whose functions are placeholders.
fn written(definition: &Value) -> String {
    let text = serde_json::to_string_pretty(&placed(definition));
    text.unwrap_or_default()
}

fn placed(value: &Value) -> Value {
    if function(value).is_some() {
        return substituted(value).into();
    }
    match value {
        Value::Array(items) => items.iter().map(placed).collect(),
        Value::Object(fields) => {
            let fields = fields.iter();
            let fields = fields.map(|(key, value)| (key.clone(), placed(value)));
            fields.collect::<Map<_, _>>().into()
        }
        other => other.clone(),
    }
}

/// A text in parts, which a separator joins.
fn joined(arguments: &[Value]) -> Result<String, String> {
    let [Value::String(separator), Value::Array(parts)] = arguments else {
        return Err(
            "read the definition in the template: Fn::Join does not list its parts".to_owned(),
        );
    };
    let parts = parts.iter().map(substituted);
    Ok(parts.collect::<Vec<_>>().join(separator))
}

/// A string, or what stands for a function.
fn substituted(value: &Value) -> String {
    match function(value) {
        None => value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned),
        Some(("Ref", Value::String(name))) => format!("${{{name}}}"),
        Some(("Fn::GetAtt", Value::String(name))) => format!("${{{name}}}"),
        Some(("Fn::GetAtt", Value::Array(path))) => {
            let path: Vec<&str> = path.iter().filter_map(Value::as_str).collect();
            format!("${{{}}}", path.join("."))
        }
        Some(("Fn::Sub", Value::String(text))) => sub(text, &Values::new()),
        Some(("Fn::Sub", Value::Array(arguments))) => {
            let text = arguments.first().and_then(Value::as_str);
            sub(text.unwrap_or_default(), &literals(arguments.get(1)))
        }
        Some((name, _)) => format!("${{{}}}", name.replace("::", ".")),
    }
}

/// What `Fn::Sub` makes of a text: the literals are put in, `${!Name}` becomes `${Name}`, and every other
/// name stays a placeholder.
fn sub(text: &str, literals: &Values) -> String {
    static NAME: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\$\{(!?)([^{}]*)\}").ok());
    let Some(name) = &*NAME else {
        return text.to_owned();
    };
    let put_in = |found: &Captures<'_>| {
        let name = &found[2];
        let literal = literals.get(name.trim()).filter(|_| found[1].is_empty());
        literal.map_or_else(|| format!("${{{name}}}"), String::clone)
    };
    name.replace_all(text, put_in).into_owned()
}

/// The function that a value is, with its arguments.
fn function(value: &Value) -> Option<(&str, &Value)> {
    let fields = value.as_object().filter(|fields| fields.len() == 1)?;
    let (name, arguments) = fields.iter().next()?;
    (name == "Ref" || name.starts_with("Fn::")).then_some((name, arguments))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::{Value, json};

    use super::{TYPES, machines};

    /// The machines of a template: their ids, their texts or why there are none, and what is known of
    /// their placeholders.
    fn found(text: &str) -> Vec<(String, String, String)> {
        let machines = machines(text, Path::new("none/t.yaml"))
            .unwrap_or_default()
            .into_iter();
        machines
            .map(|it| {
                let text = it.text.unwrap_or_else(|why| format!("failed to {why}"));
                let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
                let values: Vec<_> = it.values.iter().map(|(k, v)| format!("{k}={v}")).collect();
                (it.id, text, values.join(" "))
            })
            .collect()
    }

    fn shown(all: &[(String, String, String)]) -> Vec<[&str; 3]> {
        all.iter().map(|(a, b, c)| [a.as_str(), b, c]).collect()
    }

    #[test]
    fn machines_are_found_as_the_cdk_writes_them() {
        let all = found(
            r#"{"Resources": {"Role": {"Type": "AWS::IAM::Role"}, "Flow": {
                "Type": "AWS::StepFunctions::StateMachine", "Properties": {"DefinitionString":
                {"Fn::Join": ["", ["{\"Resource\":\"", {"Fn::GetAtt": ["Fn1", "Arn"]}, "\",\"T\":\"arn:",
                {"Ref": "AWS::Partition"}, ":x\"}"]]}}}}}"#,
        );
        let text = r#"{"Resource":"${Fn1.Arn}","T":"arn:${AWS::Partition}:x"}"#;
        assert_eq!(shown(&all), [["Flow", text, ""]]);
    }

    #[test]
    fn machines_are_found_as_people_write_them() {
        let all = found(
            "Resources:\n  A:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n      \
             Definition:\n        StartAt: !Ref First\n        T: {Resource: !GetAtt F.Arn, W: !Sub \
             'a${B}'}\n      DefinitionSubstitutions: {B: b, C: !Ref D, N: 5}\n  B:\n    Type: \
             AWS::StepFunctions::StateMachine\n    Properties:\n      DefinitionString: !Sub\n        - \
             '{\"x\": \"${!Y} ${Z}\"}'\n        - Z: z\n  C:\n    Type: \
             AWS::Serverless::StateMachine\n    Properties: {DefinitionUri: s3://b/m.asl.json}\n  D:\n    \
             Type: AWS::StepFunctions::StateMachine\n    Properties:\n      DefinitionString: !If [a, b, c]\n",
        );
        let elsewhere = "failed to find the definition in the template: DefinitionUri is \"s3://b/m.asl.json\"; name that file";
        let chosen =
            "failed to read the definition in the template: Fn::If is evaluated at a deployment";
        assert_eq!(
            shown(&all),
            [
                [
                    "A",
                    r#"{ "StartAt": "${First}", "T": { "Resource": "${F.Arn}", "W": "a${B}" } }"#,
                    "B=b N=5"
                ],
                ["B", r#"{"x": "${Y} z"}"#, ""],
                ["C", elsewhere, ""],
                ["D", chosen, ""],
            ]
        );
    }

    #[test]
    fn what_fn_sub_says_literally_counts_inside_it_alone() {
        let part = |stage: &str| json!({"Fn::Sub": ["${N}:${!N}:${Away}", {"N": stage, "Away": {"Ref": "A"}}]});
        let machine = |properties: Value| json!({"Type": TYPES[0], "Properties": properties});
        let object = json!({"StartAt": part("one"), "Comment": {"Fn::Sub": "${N}"}});
        let all = found(
            &json!({"Resources": {
                "A": machine(json!({"Definition": object})),
                "B": machine(json!({"DefinitionString": {"Fn::Join": [" ", [part("1"), part("2")]]}})),
            }})
            .to_string(),
        );
        let object = r#"{ "StartAt": "one:${N}:${Away}", "Comment": "${N}" }"#;
        let joined = "1:${N}:${Away} 2:${N}:${Away}";
        assert_eq!(shown(&all), [["A", object, ""], ["B", joined, ""]]);
    }

    #[test]
    fn other_texts_are_no_templates() {
        for text in [
            "{}",
            "AWS::StepFunctions::StateMachine",
            r#"{"Comment": "AWS::StepFunctions::StateMachine", "StartAt": "A"}"#,
        ] {
            assert!(machines(text, Path::new("t.yaml")).is_none(), "{text}");
        }
    }
}
