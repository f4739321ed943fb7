//! What nobody else may see is masked: by where it stands in a cluster's file, by its value wherever it
//! turns up again, and by how it looks.
//!
//! Of a file only what is known to be harmless is kept, so a field that is new is masked. Too much is
//! masked rather than too little.
//! Must never know: what is packed. Stories: in this file, `tests/it/keep.rs`.

use serde_json::Value;
use std::collections::BTreeSet;

/// What stands where something was masked.
const MASK: &str = "***";
/// Fields of a cluster's file whose texts are kept.
const KEPT: &[&str] = &[
    "apiVersion",
    "kind",
    "name",
    "labels",
    "system",
    "bootstrap",
    "id",
    "dir",
    "config",
    "log",
    "release",
    "releases",
    "path",
    "from",
    "unit",
    "link",
    "pidFile",
    "into",
    "checksum",
    "ramp",
    "cap",
    "mode",
    "soak",
    "finalize",
    "via",
    "patience",
    "pauseLimit",
    "fromFile",
    "fromEnv",
    "mechanism",
    "serverName",
    "address",
    "host",
    "port",
    "user",
    "hostKey",
    "knownHosts",
    "keepalive",
    "limit",
];
/// Fields that hold argument lists.
const ARGUMENTS: &[&str] = &[
    "start",
    "stop",
    "pid",
    "command",
    "fromCommand",
    "arguments",
];
/// Fields that hold environments: name to value.
const ENVIRONMENT: &str = "env";
/// Parts of names whose values are secret.
const SECRETS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "apikey",
    "api_key",
    "api-key",
    "access_key",
    "accesskey",
    "credential",
    "private_key",
    "authorization",
    "sasl.jaas",
];
/// A value that is shorter, or a plain word, is not looked for elsewhere: every text would be holes.
const LEARNED_LEAST: usize = 6;

/// What was learned to be secret.
#[derive(Debug, Default)]
pub struct Mask {
    values: BTreeSet<String>,
}

impl Mask {
    /// A cluster's object with only what is harmless; its secrets are known from now on.
    pub fn object(&mut self, object: &Value) -> Value {
        self.field("", object)
    }

    fn field(&mut self, key: &str, value: &Value) -> Value {
        match value {
            Value::Object(fields) if key == ENVIRONMENT => fields
                .iter()
                .map(|(name, value)| (name.clone(), self.hidden(value, is_secret(name))))
                .collect(),
            Value::Object(fields) => fields
                .iter()
                .map(|(name, value)| {
                    // Labels and sums have names of the user's own.
                    let key = if matches!(key, "labels" | "checksum") {
                        key
                    } else {
                        name
                    };
                    (name.clone(), self.field(key, value))
                })
                .collect(),
            Value::Array(items) if ARGUMENTS.contains(&key) => self.arguments(items),
            Value::Array(items) => items.iter().map(|item| self.field(key, item)).collect(),
            Value::String(text) if KEPT.contains(&key) => Value::String(self.text(text)),
            Value::String(_) => self.hidden(value, Secrecy::Plain),
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }

    /// An argument list: its program, names of options and templates are kept.
    fn arguments(&mut self, items: &[Value]) -> Value {
        let mut said = Secrecy::Plain;
        let kept = |index: usize, text: &str| {
            let option = text.starts_with('-') && !text.contains('=') && text.len() > 2;
            let template = text.starts_with('{') && text.bytes().all(is_of_path);
            index == 0 || option || template
        };
        let one = |(index, item): (usize, &Value)| match item {
            Value::String(text) if kept(index, text) => {
                said = is_secret(text);
                Value::String(self.text(text))
            }
            Value::Array(items) => self.arguments(items),
            Value::String(_) | Value::Object(_) => self.hidden(item, said),
            Value::Null | Value::Bool(_) | Value::Number(_) => item.clone(),
        };
        items.iter().enumerate().map(one).collect()
    }

    fn hidden(&mut self, value: &Value, secrecy: Secrecy) -> Value {
        if let Value::String(text) = value {
            self.learn(text, secrecy);
            for part in text.split_whitespace() {
                self.learn(part, secrecy);
                if let Some((name, value)) = part.split_once('=') {
                    self.learn(value.trim_matches(['"', '\'', ';']), is_secret(name));
                }
            }
        }
        Value::String(MASK.into())
    }

    fn learn(&mut self, text: &str, secrecy: Secrecy) {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte == b'-';
        let telling = text.len() >= LEARNED_LEAST && !text.bytes().all(plain);
        let short = text.len() + 2 >= LEARNED_LEAST && secrecy == Secrecy::Named;
        if telling || short {
            self.values.insert(text.to_owned());
        }
    }

    /// Data with every text masked.
    pub fn value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(text)),
            Value::Array(items) => items.iter().map(|item| self.value(item)).collect(),
            Value::Object(fields) => fields
                .iter()
                .map(|(name, value)| {
                    let value = if value.is_string() && is_secret(name) == Secrecy::Named {
                        Value::String(MASK.into())
                    } else {
                        self.value(value)
                    };
                    (name.clone(), value)
                })
                .collect(),
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }

    /// A text without what was learned and without what looks like a secret.
    pub fn text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        // The longest first: one may be a part of another.
        let mut values: Vec<&String> = self.values.iter().collect();
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        for value in values {
            if text.contains(value.as_str()) {
                text = text.replace(value.as_str(), MASK);
            }
        }
        let text = private_keys(&text);
        let text = named_values(&text);
        let text = after_word(&text, "bearer ");
        let text = after_word(&text, "basic ");
        logins_of_urls(&text)
    }
}

/// Whether a name says that its value is secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Secrecy {
    Plain,
    Named,
}

fn is_secret(name: &str) -> Secrecy {
    let name = name.to_ascii_lowercase();
    if SECRETS.iter().any(|part| name.contains(part)) {
        Secrecy::Named
    } else {
        Secrecy::Plain
    }
}

fn is_of_path(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"{}/._-".contains(&byte)
}

/// `-----BEGIN … PRIVATE KEY-----` to its end.
fn private_keys(text: &str) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some(at) = rest.find("-----BEGIN") {
        let (before, block) = rest.split_at(at);
        let line = block.lines().next().unwrap_or("");
        out.push_str(before);
        if !line.contains("PRIVATE KEY") {
            let (begin, after) = block.split_at("-----BEGIN".len());
            out.push_str(begin);
            rest = after;
            continue;
        }
        out.push_str(MASK);
        rest = match block.find("-----END") {
            Some(end) => {
                let after = block.get(end + "-----END".len()..).unwrap_or("");
                after.split_once("-----").map_or("", |(_, after)| after)
            }
            None => "",
        };
    }
    out.push_str(rest);
    out
}

/// `password=…`, `"token": "…"`, `--secret …`, `authorization: …`.
fn named_values(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let (mut out, mut at) = (String::new(), 0);
    while let Some((name, from)) = SECRETS
        .iter()
        .filter_map(|name| Some((*name, at + lower.get(at..)?.find(name)?)))
        .min_by_key(|(_, from)| *from)
    {
        let end = from + name.len();
        let (start, stop) = value_after(text, end, name);
        out.push_str(text.get(at..start).unwrap_or(""));
        if stop > start {
            out.push_str(MASK);
        }
        at = stop.max(end);
        if start > at {
            at = start;
        }
    }
    out.push_str(text.get(at..).unwrap_or(""));
    out
}

/// Where the value of a name begins and ends; an empty one where none follows.
fn value_after(text: &str, end: usize, name: &str) -> (usize, usize) {
    let rest = text.get(end..).unwrap_or("");
    let key = rest
        .find(|c: char| !c.is_ascii_alphanumeric() && !"_-.".contains(c))
        .unwrap_or(rest.len());
    let after = rest.get(key..).unwrap_or("");
    let quotes = |c: char| "\"'\\".contains(c);
    let gap = after.trim_start_matches(|c: char| c == ' ' || quotes(c));
    let signed = gap.starts_with(['=', ':']);
    let option = text.get(..end).is_some_and(|before| {
        let word = before.rsplit(char::is_whitespace).next().unwrap_or("");
        word.starts_with("--")
    });
    let spaced = option && after.starts_with(' ');
    if !signed && !spaced {
        return (end, end);
    }
    let value = gap.trim_start_matches(|c: char| c == '=' || c == ':' || c == ' ' || quotes(c));
    let start = text.len() - value.len();
    let quoted = text
        .get(..start)
        .is_some_and(|before| before.ends_with(quotes));
    let length = if name == "authorization" || name == "sasl.jaas" {
        value.find('\n').unwrap_or(value.len())
    } else if quoted {
        value.find(['"', '\'', '\n']).unwrap_or(value.len())
    } else {
        let ends = |c: char| c.is_whitespace() || ",;&\"'}])".contains(c);
        value.find(ends).unwrap_or(value.len())
    };
    (start, start + length)
}

/// `Bearer …`
fn after_word(text: &str, word: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let (mut out, mut at) = (String::new(), 0);
    while let Some(found) = lower.get(at..).and_then(|rest| rest.find(word)) {
        let start = at + found + word.len();
        let rest = text.get(start..).unwrap_or("");
        let length = rest
            .find(|c: char| c.is_whitespace() || "\"',;".contains(c))
            .unwrap_or(rest.len());
        out.push_str(text.get(at..start).unwrap_or(""));
        // A token has more than letters: `basic checks` is none.
        let token = rest.get(..length).unwrap_or("");
        if token.bytes().any(|byte| !byte.is_ascii_lowercase()) {
            out.push_str(MASK);
        } else {
            out.push_str(token);
        }
        at = start + length;
    }
    out.push_str(text.get(at..).unwrap_or(""));
    out
}

/// `scheme://user:password@host`
fn logins_of_urls(text: &str) -> String {
    let mut parts = text.split("://");
    let mut out = parts.next().unwrap_or("").to_owned();
    for part in parts {
        out.push_str("://");
        let end = part
            .find(|c: char| c.is_whitespace() || "/\"'".contains(c))
            .unwrap_or(part.len());
        let (authority, rest) = part.split_at(end);
        match authority.rsplit_once('@') {
            Some((_, host)) => {
                out.push_str(MASK);
                out.push('@');
                out.push_str(host);
            }
            None => out.push_str(authority),
        }
        out.push_str(rest);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_secret_is_masked_and_what_does_not_is_kept() {
        let mask = Mask::default();
        for (text, told) in [
            ("password=hunter2 and on", "password=*** and on"),
            (
                "ssl.keystore.password = hunter2",
                "ssl.keystore.password = ***",
            ),
            (
                r#"{"Token": "abc def", "x": 1}"#,
                r#"{"Token": "***", "x": 1}"#,
            ),
            (
                "run --db-password hunter2 --fast",
                "run --db-password *** --fast",
            ),
            (
                "Authorization: Bearer ey.J0 x\nnext",
                "Authorization: ***\nnext",
            ),
            ("curl -H 'bearer eyJ0'", "curl -H 'bearer ***'"),
            (
                "https://anna:pw@host/x?token=1&y=2",
                "https://***@host/x?token=***&y=2",
            ),
            ("KAFKA_PASSWORD: 'a b'", "KAFKA_PASSWORD: '***'"),
            (
                "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\nx",
                "***\nx",
            ),
            ("the token was refused", "the token was refused"),
            (
                "broker 3 begins: 3.9.2 → 4.0.2",
                "broker 3 begins: 3.9.2 → 4.0.2",
            ),
            ("basic checks pass", "basic checks pass"),
        ] {
            assert_eq!(mask.text(text), told);
        }
    }

    #[test]
    fn a_file_keeps_what_is_known_to_be_harmless() {
        let mut mask = Mask::default();
        let object = serde_json::json!({
            "spec": {
                "fetch": {"command": ["/bin/get", "--key", "S3CRET", "{version}", "plain-word"]},
                "later": "unknown field",
                "hosts": [{"members": [{"id": "1", "env": {"A_TOKEN": "abcd", "HEAP": "-Xmx1g"},
                    "supervisor": {"commands": {"start": [["ctl", "start", "{id}"]]}}}]}],
            }
        });
        let told = mask.object(&object);
        assert_eq!(
            told,
            serde_json::json!({
                "spec": {
                    "fetch": {"command": ["/bin/get", "--key", "***", "{version}", "***"]},
                    "later": "***",
                    "hosts": [{"members": [{"id": "1", "env": {"A_TOKEN": "***", "HEAP": "***"},
                        "supervisor": {"commands": {"start": [["ctl", "***", "{id}"]]}}}]}],
                }
            })
        );
        assert_eq!(
            mask.text("said S3CRET and abcd to plain-word"),
            "said *** and *** to plain-word"
        );
    }
}
