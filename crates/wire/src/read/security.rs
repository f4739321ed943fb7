//! Reads `spec.kafka.security` and `spec.kafka.controllerSecurity`.
//!
//! A secret that was put into the file by mistake is never shown again: what is told hides it.
//! Must never know: whether anything lies where it is said to lie. Stories: `tests/it/security.rs`.

use super::upgrade::given;
use crate::diagnostic::{Code, Report};
use crate::field::{Field, Fields};
use crate::node::Value;
use crate::v1::security::{Mechanism, Plaintext, Sasl, Security, Source, Tls};
use crate::value::Wrong;

/// DNS names are at most so long (RFC 1035).
const SERVER_NAME_MAX_LETTERS: usize = 253;

pub(super) fn security(field: &Field<'_>, report: &mut Report<'_>) -> Option<Security> {
    if matches!(field.node.value, Value::Empty) {
        field.say(
            report,
            Code::MissingField,
            format!("`{}` has no value", field.path),
            "expected `tls`, `sasl`, or both; or `plaintext: {}`",
            None,
        );
        return None;
    }
    let mut fields = field.fields(report)?;
    let plaintext = fields
        .get_even_empty("plaintext")
        .map(|field| empty(&field, report).map(|()| Plaintext {}));
    // `tls:` alone is as good as `tls: {}`: it must not read as no TLS.
    let tls = fields
        .get_even_empty("tls")
        .map(|field| match field.node.value {
            Value::Empty => Some(Tls::default()),
            Value::Text(_) | Value::List(_) | Value::Map(_) => tls(&field, report),
        });
    let sasl = fields.get("sasl").map(|field| sasl(&field, report));
    fields.end(report);
    let guarded = tls.is_some() || sasl.is_some();
    if plaintext.is_some() == guarded {
        let expected = if guarded {
            "expected `plaintext` alone, or `tls`, `sasl`, or both"
        } else {
            "expected `tls`, `sasl`, or both"
        };
        let message = if guarded {
            format!("`{}` says two things", field.path)
        } else {
            format!("`{}` says nothing", field.path)
        };
        field.say(report, Code::BadValue, message, expected, None);
        return None;
    }
    Some(Security {
        plaintext: given(plaintext)?,
        tls: given(tls)?,
        sasl: given(sasl)?,
    })
}

fn empty(field: &Field<'_>, report: &mut Report<'_>) -> Option<()> {
    match field.node.value {
        Value::Empty => Some(()),
        Value::Text(_) | Value::List(_) | Value::Map(_) => {
            field.fields(report).map(|fields| fields.end(report))
        }
    }
}

fn tls(field: &Field<'_>, report: &mut Report<'_>) -> Option<Tls> {
    let mut fields = field.fields(report)?;
    let pem = |name, fields: &mut Fields<'_>, report: &mut Report<'_>| {
        fields.get(name).map(|field| source(&field, report))
    };
    let ca = pem("ca", &mut fields, report);
    let certificate = pem("certificate", &mut fields, report);
    let key = pem("key", &mut fields, report);
    let server_name = fields
        .get("serverName")
        .map(|field| field.value(server_name, report));
    let lacking = certificate.is_some() != key.is_some();
    if lacking && key.is_none() {
        fields.missing("key", "the private key of `certificate`");
    }
    if lacking && certificate.is_none() {
        fields.missing("certificate", "the certificate that `key` belongs to");
    }
    fields.end(report);
    Some(Tls {
        ca: given(ca)?,
        certificate: given(certificate)?,
        key: given(key)?,
        server_name: given(server_name)?,
    })
}

fn sasl(field: &Field<'_>, report: &mut Report<'_>) -> Option<Sasl> {
    let mut fields = field.fields(report)?;
    let mechanism = fields
        .need("mechanism", "PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512")
        .and_then(|field| field.choice(Mechanism::KNOWN, report));
    let username = fields
        .need("username", "whom the brokers know")
        .and_then(|field| field.value(line, report));
    let password = fields
        .need("password", SOURCES)
        .and_then(|field| source(&field, report));
    fields.end(report);
    Some(Sasl {
        mechanism: mechanism?,
        username: username?,
        password: password?,
    })
}

const SOURCES: &str = "where it lies: `fromFile`, `fromEnv` or `fromCommand`";

/// Where a secret lies.
pub(super) fn source(field: &Field<'_>, report: &mut Report<'_>) -> Option<Source> {
    let mut fields = sealed(field, &[], report)?;
    let source = one_of(field, &mut fields, report);
    fields.end(report);
    source
}

/// The fields of an object that says where a secret lies; what is no place and none of the `others` is
/// never shown: it may be the secret.
pub(super) fn sealed<'a>(
    field: &Field<'a>,
    others: &[&str],
    report: &mut Report<'_>,
) -> Option<Fields<'a>> {
    match &field.node.value {
        Value::Text(_) => {
            report.hide(field.node.span.clone());
            field.say(
                report,
                Code::WrongType,
                format!("`{}` must say where it lies, not what it is", field.path),
                "expected an object with one of `fromFile`, `fromEnv`, `fromCommand`",
                Some(format!(
                    "{}: {{fromFile: FILE}}",
                    field.path.rsplit('.').next().unwrap_or(&field.path)
                )),
            );
            return None;
        }
        Value::Map(entries) => {
            for entry in entries {
                if !entry.key.starts_with("from") && !others.contains(&entry.key.as_str()) {
                    report.hide(entry.value.span.clone());
                }
            }
        }
        Value::Empty | Value::List(_) => {}
    }
    field.fields(report)
}

/// The one place that is named.
pub(super) fn one_of(
    field: &Field<'_>,
    fields: &mut Fields<'_>,
    report: &mut Report<'_>,
) -> Option<Source> {
    let file = fields
        .get("fromFile")
        .map(|field| field.value(place, report).map(Source::FromFile));
    let env = fields
        .get("fromEnv")
        .map(|field| field.value(variable, report).map(Source::FromEnv));
    let command = fields
        .get("fromCommand")
        .map(|field| command(&field, report).map(Source::FromCommand));
    let mut named: Vec<Option<Source>> = [file, env, command].into_iter().flatten().collect();
    if named.len() != 1 {
        field.say(
            report,
            Code::BadValue,
            format!("`{}` must name one place", field.path),
            "expected one of `fromFile`, `fromEnv`, `fromCommand`",
            None,
        );
        return None;
    }
    named.pop().flatten()
}

/// An argument list as it stands: no placeholder means anything here.
fn command(field: &Field<'_>, report: &mut Report<'_>) -> Option<Vec<String>> {
    let list = field.values(line, report)?;
    if list.is_empty() {
        field.say(
            report,
            Code::BadValue,
            format!("`{}` is empty", field.path),
            "expected a program and its arguments",
            None,
        );
        return None;
    }
    Some(list)
}

/// A file: absolute, or under the folder of the file that is read.
pub(super) fn place(text: &str) -> Result<String, Wrong> {
    if text.starts_with('~') {
        return Err(Wrong::new(
            format!("`{text}` begins with `~`, which only a shell reads"),
            "a path from the root, or one under the folder of this file",
        ));
    }
    line(text)
}

fn line(text: &str) -> Result<String, Wrong> {
    if text.is_empty() || text.chars().any(char::is_control) {
        return Err(Wrong::new(
            "it is empty, or holds a control character",
            "one line of text",
        ));
    }
    Ok(text.to_owned())
}

fn variable(text: &str) -> Result<String, Wrong> {
    let letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let first = text.starts_with(|c: char| letter(c) && !c.is_ascii_digit());
    if first && text.chars().all(letter) {
        return Ok(text.to_owned());
    }
    Err(Wrong::new(
        format!("`{text}` is no name of a variable"),
        "letters, digits and `_`, no digit first",
    ))
}

/// A name that a certificate can bear.
///
/// # Errors
/// [`Wrong`] where it is no host name and no IP address.
pub(crate) fn server_name(text: &str) -> Result<String, Wrong> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    let name = !text.is_empty() && text.len() <= SERVER_NAME_MAX_LETTERS;
    if text.parse::<std::net::IpAddr>().is_ok() || (name && text.chars().all(plain)) {
        return Ok(text.to_owned());
    }
    Err(Wrong::new(
        format!("`{text}` is no name of a server"),
        "a host name or an IP address, without a port",
    ))
}
