//! What a command of the user's own says: its exit code and its output become a fact.
//!
//! Must never know: how it was run. Stories: in this file.

use serde_json::Value as Json;
use windlass_engine::snapshot::{Fact, Found, Said};

/// As many as a screen shows of the largest finding, ten times over.
const FOUND_MAX_COUNT: usize = 200;
/// A sentence; what is longer belongs into a log.
const TEXT_MAX_LETTERS: usize = 300;
/// Lines of a text that is no JSON.
const LINES_MAX_COUNT: usize = 20;

/// The answer of a command that ended: 0 passes, 1 fails, 2 warns, all else is unknown. `name` is the
/// object of evidence that names none.
#[must_use]
pub fn answer(name: &str, code: i32, output: &str) -> Fact {
    let said = match code {
        0 => Said::Pass,
        1 => Said::Fail,
        2 => Said::Warn,
        _ => {
            let last = output.lines().rev().find(|line| !line.trim().is_empty());
            let last = last
                .map(|line| format!(": {}", plain(line)))
                .unwrap_or_default();
            return Fact::Unknown(format!("it ended with {code}{last}"));
        }
    };
    match evidence(name, output) {
        Ok(found) => Fact::Said(said, found),
        Err(why) => Fact::Unknown(why),
    }
}

/// `{"evidence": [{"object", "seen"}]}`, such a list itself, or lines of text.
fn evidence(name: &str, output: &str) -> Result<Vec<Found>, String> {
    let text = output.trim();
    let line = |line: &str| Found {
        object: name.to_owned(),
        seen: plain(line),
    };
    if !text.starts_with(['{', '[']) {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        return Ok(lines.take(LINES_MAX_COUNT).map(line).collect());
    }
    let json: Json = serde_json::from_str(text)
        .map_err(|why| format!("its output begins as JSON and is none: {why}"))?;
    let items = match &json {
        Json::Array(items) => items,
        Json::Object(object) => match object.get("evidence") {
            Some(Json::Array(items)) => items,
            None => return Ok(Vec::new()),
            Some(
                Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Object(_),
            ) => return Err("`evidence` in its output is no list".into()),
        },
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {
            return Err("its output is neither an object nor a list".into());
        }
    };
    items
        .iter()
        .take(FOUND_MAX_COUNT)
        .map(|item| found(name, item))
        .collect()
}

fn found(name: &str, item: &Json) -> Result<Found, String> {
    let text = |field: &str| match item.get(field) {
        Some(Json::String(text)) => Ok(Some(plain(text))),
        None | Some(Json::Null) => Ok(None),
        Some(Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_)) => {
            Err(format!("`{field}` of its evidence is no text"))
        }
    };
    match item {
        Json::String(seen) => Ok(Found {
            object: name.to_owned(),
            seen: plain(seen),
        }),
        Json::Object(_) => match (text("object")?, text("seen")?) {
            (object, Some(seen)) => Ok(Found {
                object: object.unwrap_or_else(|| name.to_owned()),
                seen,
            }),
            (_, None) => Err("its evidence has no `seen`".into()),
        },
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Array(_) => {
            Err("its evidence is neither an object nor a text".into())
        }
    }
}

/// Without what could steer a terminal, and not longer than a sentence.
fn plain(text: &str) -> String {
    let mut letters = text
        .trim()
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c });
    let mut out: String = letters.by_ref().take(TEXT_MAX_LETTERS).collect();
    if letters.next().is_some() {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(code: i32, output: &str) -> String {
        match answer("backup", code, output) {
            Fact::Said(said, found) => {
                let found: Vec<String> = found
                    .iter()
                    .map(|one| format!("{}={}", one.object, one.seen))
                    .collect();
                format!("{said:?} {}", found.join("; "))
            }
            Fact::Unknown(why) => format!("unknown {why}"),
            other @ (Fact::Truth(_)
            | Fact::Number(_)
            | Fact::Word(_)
            | Fact::Versions(_)
            | Fact::List(_)) => format!("{other:?}"),
        }
    }

    #[test]
    fn exit_codes() {
        assert_eq!(told(0, ""), "Pass ");
        assert_eq!(
            told(1, "too old\n\n 3 days \n"),
            "Fail backup=too old; backup=3 days"
        );
        assert_eq!(told(2, "{}"), "Warn ");
        assert_eq!(
            told(3, "a\nno such host\n"),
            "unknown it ended with 3: no such host"
        );
        assert_eq!(told(127, ""), "unknown it ended with 127");
    }

    #[test]
    fn evidence_is_read_or_the_answer_is_unknown() {
        let one = r#"{"evidence": [{"object": "volume b", "seen": "3 days old"}, "old"]}"#;
        assert_eq!(told(1, one), "Fail volume b=3 days old; backup=old");
        assert_eq!(told(1, r#"[{"seen": "x\u001b[2J"}]"#), "Fail backup=x [2J");
        assert_eq!(
            told(0, r#"{"evidence": 3}"#),
            "unknown `evidence` in its output is no list"
        );
        assert_eq!(
            told(0, r#"[{"object": "x"}]"#),
            "unknown its evidence has no `seen`"
        );
        assert_eq!(
            told(0, "[3]"),
            "unknown its evidence is neither an object nor a text"
        );
        assert!(told(0, "{\"evidence\": ").starts_with("unknown its output begins as JSON"));
    }
}
