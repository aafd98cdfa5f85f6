//! The rules of a Choice.

use std::convert::Infallible;

use serde_json::Value;

use super::{Problems, assign};
use crate::{
    asl::{
        ByLanguage, ChoiceRule, Comparable, Condition, Dynamic, JsonPathRule, JsonataRule, Operand,
        Operator, QueryLanguage, RuleFlow, Test,
        fields::{DELIMITERS, Fields, Languages, no_expression, object},
    },
    base::pointer::Pointer,
    clause::Clause,
    query::{jsonata::Expression, jsonpath::path::Path},
};

/// The forms of a condition; a rule has exactly one (specification, "JSONata Choice Rules" and
/// "JSONPath Choice Rules").
const FORMS: [&str; 5] = ["And", "Or", "Not", "Variable", "Condition"];

/// A top-level rule (specification, "Choice State": it has `Next`).
pub(super) fn rule(
    value: &Value,
    at: &Pointer<'_>,
    languages: Languages,
    problems: &mut Problems,
) -> Option<ChoiceRule> {
    let object = object(value, at, problems)?;
    let mut fields = Fields::new(object, at, languages, problems);
    only_known(&mut fields, true);
    let condition = condition(&mut fields);
    let next = fields.required_str("Next").into();
    let (assign, assign_jsonata) = assign(&mut fields);
    let output = fields.jsonata("Output");
    let comment = fields.string("Comment");
    fields.finish();
    Some(ChoiceRule {
        flow: match condition {
            AnyCondition::JsonPath(condition) => {
                RuleFlow::JsonPath(JsonPathRule { condition, assign })
            }
            AnyCondition::Jsonata(condition) => RuleFlow::Jsonata(JsonataRule {
                condition,
                assign: assign_jsonata,
                output,
            }),
        },
        next,
        comment,
    })
}

/// A condition in either language; [`only_known`] reports it if it is not in the state's language.
type AnyCondition = ByLanguage<Condition, Dynamic<bool, Infallible>>;

/// A rule inside `And`, `Or` or `Not` (specification, "Boolean expression": it has no `Next`).
fn nested(
    value: &Value,
    at: &Pointer<'_>,
    languages: Languages,
    problems: &mut Problems,
) -> Option<Condition> {
    let object = object(value, at, problems)?;
    let mut fields = Fields::new(object, at, languages, problems);
    only_known(&mut fields, false);
    let condition = condition(&mut fields);
    let comment = fields.string("Comment");
    fields.finish();
    let AnyCondition::JsonPath(condition) = condition else {
        // JSONata rules are not nested.
        return None;
    };
    Some(match comment {
        Some(comment) => Condition::Commented(Box::new(condition), comment),
        None => condition,
    })
}

fn only_known(fields: &mut Fields<'_, '_, '_>, top: bool) {
    for field in fields.keys() {
        let language = match field.as_str() {
            "Comment" => continue,
            "Next" | "Assign" if top => continue,
            "Output" if top => QueryLanguage::Jsonata,
            "Condition" => QueryLanguage::Jsonata,
            "Next" => {
                fields.unsupported(Clause::ValidateRuleNext, field);
                continue;
            }
            "And" | "Or" | "Not" | "Variable" => QueryLanguage::JsonPath,
            _ if Operator::parse(field).is_some() => QueryLanguage::JsonPath,
            _ => {
                fields.unsupported(Clause::ValidateUnknownInner, field);
                continue;
            }
        };
        if language != fields.languages.state {
            fields.of_language(Clause::ValidateLanguageFieldInner, field, language);
        }
    }
}

fn condition(fields: &mut Fields<'_, '_, '_>) -> AnyCondition {
    let placeholder = Condition::And(Vec::new());
    if !fields.exactly_one(Clause::ValidateRuleForm, Clause::ValidateRuleForm, &FORMS) {
        return AnyCondition::JsonPath(placeholder);
    }
    if !fields.has("Variable")
        && let Some(operator) = fields.keys().find(|field| Operator::parse(field).is_some())
    {
        fields.unsupported(Clause::ValidateUnknownInner, operator);
    }
    match fields.get("Condition") {
        Some(value) => AnyCondition::Jsonata(jsonata(fields, value)),
        None => AnyCondition::JsonPath(json_path(fields).unwrap_or(placeholder)),
    }
}

fn json_path(fields: &mut Fields<'_, '_, '_>) -> Option<Condition> {
    if fields.has("And") {
        return Some(Condition::And(fields.required_list("And", nested)));
    }
    if fields.has("Or") {
        return Some(Condition::Or(fields.required_list("Or", nested)));
    }
    if let Some(inner) = fields.get("Not") {
        let at = fields.at.field("Not");
        let inner = nested(inner, &at, fields.languages, fields.problems)?;
        return Some(Condition::Not(Box::new(inner)));
    }
    test(fields).map(Condition::Test)
}

/// `Condition`: a boolean or an expression (specification, "JSONata Choice Rules").
fn jsonata(fields: &mut Fields<'_, '_, '_>, value: &Value) -> Dynamic<bool, Infallible> {
    match value {
        Value::Bool(literal) => return Dynamic::Literal(*literal),
        Value::String(text) => match Expression::parse(text) {
            Ok(Some(expression)) => return Dynamic::Expression(expression),
            Ok(None) => fields.complain_at("Condition", Clause::ValidateDelimiters, DELIMITERS),
            Err(error) => {
                let problem = no_expression(&error, &fields.at.field("Condition"));
                fields.problems.push(problem);
            }
        },
        _ => fields.wrong_type("Condition", "a BOOLEAN"),
    }
    Dynamic::Literal(true)
}

/// `Variable` and exactly one operator (specification, "Data-test expression"). `Variable` and the
/// operand of a `Path` operator are reference paths (Developer Guide, "Choice workflow state").
/// Wording about operators ours.
fn test(fields: &mut Fields<'_, '_, '_>) -> Option<Test> {
    let variable = fields.reference(Clause::ValidateReferenceChoice, "Variable");
    let mut operators = fields
        .keys()
        .filter_map(|field| Operator::parse(field).map(|operator| (field, operator)));
    let (Some((field, (operator, twin))), None) = (operators.next(), operators.next()) else {
        fields.complain(
            Clause::ValidateOperator,
            "A rule with 'Variable' has exactly one comparison operator",
        );
        return None;
    };
    let operand = if twin {
        fields
            .reference(Clause::ValidateReferenceChoice, field)
            .map(Operand::Path)
    } else {
        literal(fields, field, operator).map(Operand::Literal)
    };
    Some(Test {
        variable: variable.unwrap_or_else(Path::data),
        operator,
        operand: operand?,
    })
}

/// The literal operand, of the type that the operator compares (Developer Guide, "Choice": "the
/// corresponding value must be of the appropriate type").
fn literal(fields: &mut Fields<'_, '_, '_>, field: &str, operator: Operator) -> Option<Value> {
    let value = fields.get(field)?;
    let (fits, expected) = match operator {
        Operator::StringMatches | Operator::Compare(Comparable::String, _) => {
            (value.is_string(), "a STRING")
        }
        Operator::Compare(Comparable::Numeric, _) => (value.is_number(), "a NUMBER"),
        Operator::BooleanEquals | Operator::Is(_) => (value.is_boolean(), "a BOOLEAN"),
        Operator::Compare(Comparable::Timestamp, _) => {
            if let Some(text) = value.as_str() {
                fields.timestamp(Clause::ValidateTimestampOperand, field, text);
            }
            (value.is_string(), "a STRING")
        }
    };
    if !fits {
        fields.wrong_type(field, expected);
        return None;
    }
    Some(value.clone())
}
