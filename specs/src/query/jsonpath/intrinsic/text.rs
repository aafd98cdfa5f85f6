//! Intrinsic functions for strings and JSON text.

use base64::{
    Engine as _, alphabet,
    engine::{
        DecodePaddingMode,
        general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD},
    },
};
use serde_json::{Map, Value};

use super::{Host, Invalid, LONGEST_TEXT, string};
use crate::{clause::Clause, query::jsonpath::path::LARGEST};

/// The longest string that is encoded, decoded or hashed, in characters (Developer Guide).
const CODED_LIMIT: usize = 10_000;

/// The string of an argument that is not too long to be encoded, decoded or hashed.
fn coded(value: &Value) -> Result<&str, Invalid> {
    let text = string(value)?;
    fits(text).then_some(text).ok_or(Invalid::Range)
}

fn fits(text: &str) -> bool {
    text.len() <= CODED_LIMIT || text.chars().count() <= CODED_LIMIT
}

pub(super) fn base64_encode(text: &Value, host: &impl Host) -> Result<Value, Invalid> {
    let text = coded(text)?;
    if !host.takes_latin_1() {
        return Ok(STANDARD.encode(text).into());
    }
    let bytes: Result<Vec<u8>, _> = text.chars().map(u8::try_from).collect();
    let bytes = bytes.map_err(|_| Invalid::Range)?;
    Ok(STANDARD.encode(bytes).into())
}

/// A decoder that takes text without its padding; the bits after the last byte have to be zero, or not.
const fn decoder(ignores_trailing_bits: bool) -> GeneralPurpose {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(ignores_trailing_bits);
    GeneralPurpose::new(&alphabet::STANDARD, config)
}

const DECODER: GeneralPurpose = decoder(false);
const LOOSE_DECODER: GeneralPurpose = decoder(true);

pub(super) fn base64_decode(text: &Value, host: &impl Host) -> Result<Value, Invalid> {
    let text = coded(text)?;
    let bytes = DECODER.decode(text).or_else(|_| {
        let bytes = LOOSE_DECODER.decode(text).map_err(|_| Invalid::Range)?;
        host.mark(Clause::IntrinsicBase64TrailingBits);
        Ok(bytes)
    })?;
    if host.takes_latin_1() {
        return Ok(bytes.into_iter().map(char::from).collect::<String>().into());
    }
    Ok(match String::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(error) => {
            host.mark(Clause::IntrinsicBase64NotText);
            String::from_utf8_lossy(error.as_bytes()).into()
        }
    })
}

pub(super) fn hash(data: &Value, algorithm: &Value, host: &impl Host) -> Result<Value, Invalid> {
    let text = match data {
        Value::String(text) => text.clone(),
        other => {
            host.mark(Clause::IntrinsicHashOfJson);
            other.to_string()
        }
    };
    if !fits(&text) {
        return Err(Invalid::Range);
    }
    let digits = crate::query::hash::digits(string(algorithm)?, &text);
    digits.map(Value::from).ok_or(Invalid::Range)
}

/// Only shallow merges are supported: the third argument has to be false (Developer Guide).
pub(super) fn json_merge(
    left: &Value,
    right: &Value,
    deep: &Value,
    host: &impl Host,
) -> Result<Value, Invalid> {
    let (Value::Object(left), Value::Object(right), Value::Bool(deep)) = (left, right, deep) else {
        return Err(Invalid::Type);
    };
    if *deep {
        host.mark(Clause::IntrinsicJsonMergeDeep);
        return Err(Invalid::Range);
    }
    let mut merged: Map<String, Value> = left.clone();
    merged.extend(right.clone());
    Ok(Value::Object(merged))
}

/// It is not known how AWS prints characters beyond ASCII: JSON allows an escape, too.
pub(super) fn json_to_string(value: &Value, host: &impl Host) -> Value {
    let text = value.to_string();
    if !text.is_ascii() {
        host.mark(Clause::IntrinsicJsonToStringBeyondAscii);
    }
    text.into()
}

/// A blank string gives null, and -0 gives the integer 0 (recorded: `test_string_to_json`).
pub(super) fn string_to_json(text: &Value, host: &impl Host) -> Result<Value, Invalid> {
    let text = string(text)?;
    if text.trim().is_empty() {
        return Ok(Value::Null);
    }
    if text.trim() == "-0" {
        return Ok(0.into());
    }
    if text.len() > LONGEST_TEXT {
        return Err(Invalid::TooLarge);
    }
    serde_json::from_str(text).map_err(|_| {
        // A parser that reads one value and stops would accept anything that follows it.
        let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
        if matches!(values.next(), Some(Ok(_))) {
            host.mark(Clause::IntrinsicStringToJsonRest);
        }
        Invalid::Range
    })
}

/// Every character of the second string is a delimiter, and empty pieces are dropped (recorded:
/// `test_string_split`).
pub(super) fn split(text: &Value, delimiters: &Value, host: &impl Host) -> Result<Value, Invalid> {
    let (text, delimiters) = (string(text)?, string(delimiters)?);
    if delimiters.is_empty() {
        host.mark(Clause::IntrinsicStringSplitNoDelimiter);
    }
    if text.len() > LONGEST_TEXT {
        return Err(Invalid::TooLarge);
    }
    let is_kept = |piece: &&str| host.keeps_empty_pieces() || !piece.is_empty();
    if host.joins_delimiters() && !delimiters.is_empty() {
        return Ok(text.split(delimiters).filter(is_kept).collect());
    }
    Ok(text
        .split(|c| delimiters.contains(c))
        .filter(is_kept)
        .collect())
}

/// Replaces each `{}` by an argument. In the template a backslash escapes quotes, braces and
/// itself; another opening brace is an error.
pub(super) fn format(
    template: &Value,
    arguments: &[&Value],
    host: &impl Host,
) -> Result<Value, Invalid> {
    let template = string(template)?;
    let mut formatted = String::with_capacity(template.len() + 16);
    let mut too_long = false;
    let mut arguments = arguments.iter();
    let mut chars = template.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some(escaped @ ('\'' | '{' | '}' | '\\')) => formatted.push(escaped),
                _ => {
                    host.mark(Clause::IntrinsicFormatBackslash);
                    return Err(Invalid::Range);
                }
            },
            '{' if chars.peek() == Some(&'}') => {
                chars.next();
                let Some(argument) = arguments.next() else {
                    host.mark(Clause::IntrinsicArity);
                    return Err(Invalid::Arity);
                };
                // Of what is too long nothing is kept: an error further on counts more.
                too_long |= formatted.len() > LARGEST;
                if too_long {
                    formatted = String::new();
                } else {
                    write_java(argument, &mut formatted, host);
                }
            }
            '{' => {
                host.mark(Clause::IntrinsicFormatBrace);
                return Err(Invalid::Template);
            }
            '}' => {
                host.mark(Clause::IntrinsicFormatClosing);
                formatted.push(c);
            }
            c => formatted.push(c),
        }
    }
    match arguments.next() {
        None if too_long => Err(Invalid::TooLarge),
        None => Ok(formatted.into()),
        Some(_) => {
            host.mark(Clause::IntrinsicArity);
            Err(Invalid::Arity)
        }
    }
}

/// A value as Java's `toString` prints it: `{Arg1=1, Arg2=[]}` (recorded: `test_format_2`).
fn write_java(value: &Value, out: &mut String, host: &impl Host) {
    match value {
        Value::String(text) => out.push_str(text),
        Value::Number(number) if number.is_f64() => {
            out.push_str(&java_double(number.as_f64().unwrap_or_default(), host));
        }
        Value::Array(items) => {
            out.push('[');
            for (n, item) in items.iter().enumerate() {
                out.push_str(if n > 0 { ", " } else { "" });
                write_java(item, out, host);
            }
            out.push(']');
        }
        Value::Object(members) => {
            out.push('{');
            for (n, (key, item)) in members.iter().enumerate() {
                out.push_str(if n > 0 { ", " } else { "" });
                out.push_str(key);
                out.push('=');
                write_java(item, out, host);
            }
            out.push('}');
        }
        other => out.push_str(&other.to_string()),
    }
}

/// Java's `Double.toString`: with an exponent from ten millions on and below a thousandth.
fn java_double(number: f64, host: &impl Host) -> String {
    let size = number.abs();
    if size == 0.0 || (1e-3..1e7).contains(&size) {
        return format!("{number:?}");
    }
    host.mark(Clause::IntrinsicFormatExponent);
    let text = format!("{number:E}");
    match text.split_once('E') {
        Some((digits, exponent)) if !digits.contains('.') => format!("{digits}.0E{exponent}"),
        _ => text,
    }
}
