//! Expressions over a cluster as seen, in the Common Expression Language (CEL): read when a file is
//! applied, evaluated at each look.
//!
//! `cluster` is the cluster as `observe -o json` prints it. What an expression says: true or an empty
//! list passes, false or a list with something in it fails, all else is unknown.
//! Must never know: what is done with the answer. Stories: `tests/it/expression.rs`.

mod names;

use crate::v1::snapshot::SnapshotView;
use cel::{Context, ParseErrors, Program, Value};
use serde_json::Value as Json;
use windlass_engine::snapshot::{Fact, Found, Said, Snapshot};

/// The name under which the cluster is had.
const CLUSTER: &str = "cluster";
/// An expression of a screen is no condition any more, but a program: write a command.
pub const TEXT_MAX_BYTES: usize = 2_000;
/// Brackets in brackets: the parser goes down one step of its stack for each.
const DEPTH_MAX_BRACKETS: usize = 24;
/// `all` in `all` over a thousand members is a million steps; one more would be hours.
const LOOPS_MAX_DEPTH: usize = 2;
/// The parser takes some kilobytes of stack for each bracket and each term.
const STACK_BYTES: usize = 64 << 20;
/// As many as a screen shows of the largest finding, ten times over.
const FOUND_MAX_COUNT: usize = 200;

/// What is wrong with an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// Byte of the expression's text.
    pub at: usize,
    /// How many bytes are meant; 0: the place alone.
    pub length: usize,
    /// What is wrong.
    pub says: String,
    /// What would help besides.
    pub help: Option<String>,
}

impl Flaw {
    fn at(at: usize, length: usize, says: impl Into<String>) -> Self {
        Self {
            at,
            length,
            says: says.into(),
            help: None,
        }
    }
}

/// Reads an expression, and says all that is wrong with it; nothing: it can be evaluated.
#[must_use]
pub fn flaws(text: &str) -> Vec<Flaw> {
    if let Some(flaw) = outline(text) {
        return vec![flaw];
    }
    deep(|| match Program::compile(text) {
        Ok(program) => names::flaws(text, &program),
        Err(wrong) => parsed(text, &wrong),
    })
    .unwrap_or_else(|| vec![Flaw::at(0, text.len(), "it could not be read")])
}

/// What an expression says of a cluster.
#[must_use]
pub fn evaluate(text: &str, snapshot: &Snapshot, cluster: Option<&str>) -> Fact {
    if let Some(flaw) = flaws(text).into_iter().next() {
        return Fact::Unknown(flaw.says);
    }
    let Ok(view) = serde_json::to_value(SnapshotView::of(snapshot, cluster)) else {
        return Fact::Unknown("the cluster could not be written down".into());
    };
    deep(|| {
        let Ok(program) = Program::compile(text) else {
            return Fact::Unknown("it could not be read".into());
        };
        let mut context = Context::default();
        if let Err(why) = context.add_variable(CLUSTER, view) {
            return Fact::Unknown(format!("the cluster could not be handed over: {why}"));
        }
        match program.execute(&context) {
            Ok(value) => said(text, &value),
            Err(why) => Fact::Unknown(why.to_string()),
        }
    })
    .unwrap_or_else(|| Fact::Unknown("it could not be evaluated".into()))
}

fn said(text: &str, value: &Value) -> Fact {
    match value.json() {
        Ok(Json::Bool(true)) => Fact::Said(Said::Pass, Vec::new()),
        Ok(Json::Bool(false)) => {
            let found = Found {
                object: "expression".into(),
                seen: format!("false: {text}"),
            };
            Fact::Said(Said::Fail, vec![found])
        }
        Ok(Json::Array(items)) if items.is_empty() => Fact::Said(Said::Pass, Vec::new()),
        Ok(Json::Array(items)) => {
            let found = items.iter().take(FOUND_MAX_COUNT).map(found);
            Fact::Said(Said::Fail, found.collect())
        }
        Ok(Json::Null | Json::Number(_) | Json::String(_) | Json::Object(_)) | Err(_) => {
            Fact::Unknown("it says neither true or false nor a list".into())
        }
    }
}

/// `{object, seen}` where it is one; else the value itself is the object.
fn found(item: &Json) -> Found {
    let text = |name: &str| item.get(name).map(words);
    match (text("object"), text("seen")) {
        (Some(object), seen) => Found {
            object,
            seen: seen.unwrap_or_else(|| "found".into()),
        },
        (None, _) => Found {
            object: words(item),
            seen: "found".into(),
        },
    }
}

fn words(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_) => {
            value.to_string()
        }
    }
}

/// What bars reading it at all: the parser has no limits of its own.
fn outline(text: &str) -> Option<Flaw> {
    if text.trim().is_empty() {
        return Some(Flaw::at(0, text.len(), "the expression is empty"));
    }
    if text.len() > TEXT_MAX_BYTES {
        let says = format!("it is longer than {TEXT_MAX_BYTES} bytes: write a command");
        return Some(Flaw::at(0, 0, says));
    }
    let mut depth = 0_usize;
    for (at, letter) in text.char_indices() {
        match letter {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEPTH_MAX_BRACKETS {
            let says = format!("more than {DEPTH_MAX_BRACKETS} brackets in one another");
            return Some(Flaw::at(at, 1, says));
        }
    }
    None
}

/// What the parser found, in as few of its words as tell it.
fn parsed(text: &str, wrong: &ParseErrors) -> Vec<Flaw> {
    let flaw = |one: &cel::ParseError| {
        let says = one
            .msg
            .strip_prefix("Syntax error: ")
            .unwrap_or(&one.msg)
            .split(" expecting ")
            .next()
            .unwrap_or_default()
            .replace("'<EOF>'", "its end");
        Flaw::at(byte(text, one.pos), 0, says)
    };
    // One slip makes the parser stumble on; the first is what was meant.
    wrong.errors.iter().take(1).map(flaw).collect()
}

/// Line and column from 1, as a byte.
fn byte(text: &str, (line, column): (isize, isize)) -> usize {
    let line = usize::try_from(line).unwrap_or(1).max(1);
    let column = usize::try_from(column).unwrap_or(1).max(1);
    let begin: usize = text
        .split_inclusive('\n')
        .take(line - 1)
        .map(str::len)
        .sum();
    let rest = text.get(begin..).unwrap_or_default();
    let within = rest
        .char_indices()
        .nth(column - 1)
        .map_or(rest.len(), |(at, _)| at);
    begin + within
}

/// On a stack that holds whatever passes [`outline`]; none: it broke off.
fn deep<T: Send>(work: impl FnOnce() -> T + Send) -> Option<T> {
    std::thread::scope(|scope| {
        let builder = std::thread::Builder::new().stack_size(STACK_BYTES);
        let thread = builder.spawn_scoped(scope, work).ok()?;
        thread.join().ok()
    })
}
