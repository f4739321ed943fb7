//! A YAML text as a tree in which each part knows where it stands.
//!
//! Built from the parser's events by hand, because a serde value may be "text or object" only at the
//! price of its place. Texts stay as they were written: `3.10` is no number here.
//! Must never know: what the fields mean. Stories: `tests/it/errors.rs`, `tests/it/mutations.rs`.

use crate::diagnostic::{Code, Report, Told};
use serde_saphyr::granit_parser::{self, Event, Parser, ScalarStyle, ScanError, Span};
use std::collections::BTreeMap;
use std::ops::Range;

/// Cluster files are a few kilobytes; a file of a megabyte was named by mistake.
const TEXT_MAX_BYTES: usize = 1 << 20;
/// Ours go seven levels deep; the limit keeps every walk over the tree far from the end of the stack.
const DEPTH_MAX_LEVELS: usize = 64;
/// Aliases may multiply nodes; a megabyte of plain text has fewer.
const NODES_MAX_COUNT: usize = 200_000;

/// One part of a document.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) value: Value,
    /// Bytes of the whole text; of a block, its first line.
    pub(crate) span: Range<usize>,
}

/// What a node is.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// Nothing, `~` or `null`.
    Empty,
    /// Any scalar, as written.
    Text(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// One field of a map.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) key_span: Range<usize>,
    pub(crate) value: Node,
}

impl Node {
    fn empty(at: usize) -> Self {
        Self {
            value: Value::Empty,
            span: at..at,
        }
    }

    fn children(&self) -> Box<dyn Iterator<Item = &Node> + '_> {
        match &self.value {
            Value::Empty | Value::Text(_) => Box::new(std::iter::empty()),
            Value::List(items) => Box::new(items.iter()),
            Value::Map(entries) => Box::new(entries.iter().map(|entry| &entry.value)),
        }
    }

    fn depth(&self) -> usize {
        1 + self.children().map(Node::depth).max().unwrap_or(0)
    }

    fn size(&self) -> usize {
        1 + self.children().map(Node::size).sum::<usize>()
    }
}

/// The documents of a text that have anything in them. What is wrong is reported; then the list is
/// what could be read before it.
pub(crate) fn documents(text: &str, report: &mut Report<'_>) -> Vec<Node> {
    documents_within(text, TEXT_MAX_BYTES, report)
}

/// The same for files that may be of another size.
pub(crate) fn documents_within(
    text: &str,
    most_bytes: usize,
    report: &mut Report<'_>,
) -> Vec<Node> {
    let mut builder = Builder {
        open: Vec::new(),
        anchors: BTreeMap::new(),
        nodes: 0,
        done: Vec::new(),
    };
    if text.len() > most_bytes {
        let most = most_bytes >> 20;
        let what = if most == 1 {
            "the file is larger than a megabyte".to_owned()
        } else {
            format!("the file is larger than {most} megabytes")
        };
        too_large(report, 0..0, &what);
        return builder.done;
    }
    let options = granit_parser::options! { emit_comments: false };
    for event in Parser::new_from_str_with_options(text, options) {
        match event {
            Ok((event, span)) => {
                if builder.take(event, &span, report).is_none() {
                    break;
                }
            }
            Err(error) => {
                syntax(&error, report);
                break;
            }
        }
    }
    builder.done
}

struct Builder {
    open: Vec<Open>,
    anchors: BTreeMap<usize, Node>,
    nodes: usize,
    done: Vec<Node>,
}

/// A list or map that has not ended.
struct Open {
    start: usize,
    anchor: usize,
    holds: Holds,
}

enum Holds {
    List(Vec<Node>),
    Map(OpenMap),
}

#[derive(Default)]
struct OpenMap {
    entries: Vec<Entry>,
    key: Option<(String, Range<usize>)>,
    /// Where each key stood first.
    seen: BTreeMap<String, usize>,
}

impl Builder {
    /// Takes one event; none where reading must end.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the enum is the parser's, and grows"
    )]
    fn take(&mut self, event: Event<'_>, span: &Span, report: &mut Report<'_>) -> Option<()> {
        let bytes = span.byte_range().unwrap_or(0..0);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                if tag.is_some_and(|tag| tag.is_custom()) {
                    tagged(report, bytes.clone());
                }
                let empty = style == ScalarStyle::Plain && matches!(&*text, "" | "~" | "null");
                let value = if empty {
                    Value::Empty
                } else {
                    Value::Text(text.into_owned())
                };
                self.place(Node { value, span: bytes }, anchor, report)
            }
            Event::SequenceStart(_, anchor, tag) => {
                if tag.is_some_and(|tag| tag.is_custom()) {
                    tagged(report, bytes.clone());
                }
                self.begin(bytes, anchor, Holds::List(Vec::new()), report)
            }
            Event::MappingStart(_, anchor, tag) => {
                if tag.is_some_and(|tag| tag.is_custom()) {
                    tagged(report, bytes.clone());
                }
                self.begin(bytes, anchor, Holds::Map(OpenMap::default()), report)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let open = self.open.pop()?;
                let end = bytes.end.max(open.start);
                let (value, first) = match open.holds {
                    Holds::List(items) => {
                        let first = items.first().map(|item| item.span.clone());
                        (Value::List(items), first)
                    }
                    Holds::Map(map) => {
                        let first = map.entries.first().map(|entry| entry.key_span.clone());
                        (Value::Map(map.entries), first)
                    }
                };
                // A flow collection is marked whole, a block by the first thing in it.
                let span = match first {
                    Some(first) if end == open.start || first.start == open.start => first,
                    Some(_) | None => open.start..end,
                };
                self.place(Node { value, span }, open.anchor, report)
            }
            Event::Alias(anchor) => {
                let mut node = self
                    .anchors
                    .get(&anchor)
                    .cloned()
                    .unwrap_or_else(|| Node::empty(bytes.start));
                if self.open.len() + node.depth() > DEPTH_MAX_LEVELS {
                    too_large(report, bytes, "nested too deeply");
                    return None;
                }
                self.nodes += node.size();
                node.span = bytes;
                self.place(node, 0, report)
            }
            Event::DocumentEnd => {
                self.anchors.clear();
                Some(())
            }
            // Comments and the marks of stream and document hold no data; the enum is not ours.
            _ => Some(()),
        }
    }

    fn begin(
        &mut self,
        at: Range<usize>,
        anchor: usize,
        holds: Holds,
        report: &mut Report<'_>,
    ) -> Option<()> {
        if self.open.len() >= DEPTH_MAX_LEVELS {
            too_large(report, at, "nested too deeply");
            return None;
        }
        self.open.push(Open {
            start: at.start,
            anchor,
            holds,
        });
        Some(())
    }

    /// Puts a whole node where it belongs.
    fn place(&mut self, node: Node, anchor: usize, report: &mut Report<'_>) -> Option<()> {
        self.nodes += 1;
        if self.nodes > NODES_MAX_COUNT {
            too_large(report, node.span, "too many parts");
            return None;
        }
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        match self.open.last_mut().map(|open| &mut open.holds) {
            None => {
                if !matches!(node.value, Value::Empty) {
                    self.done.push(node);
                }
            }
            Some(Holds::List(items)) => items.push(node),
            Some(Holds::Map(map)) => match map.key.take() {
                None => map.key = Some(key_of(node, report)),
                Some((key, key_span)) => match map.seen.get(&key) {
                    Some(first) => duplicate(report, &key, key_span, *first),
                    None => {
                        map.seen.insert(key.clone(), key_span.start);
                        map.entries.push(Entry {
                            key,
                            key_span,
                            value: node,
                        });
                    }
                },
            },
        }
        Some(())
    }
}

fn key_of(node: Node, report: &mut Report<'_>) -> (String, Range<usize>) {
    let key = match node.value {
        Value::Text(text) => text,
        Value::Empty => String::new(),
        Value::List(_) | Value::Map(_) => {
            report.say(Told {
                code: Code::WrongType,
                field: String::new(),
                span: node.span.clone(),
                message: "a key must be a text".into(),
                label: "found a list or an object".into(),
                help: Some("quote texts that hold braces: \"{version}\"".into()),
            });
            String::new()
        }
    };
    (key, node.span)
}

fn duplicate(report: &mut Report<'_>, key: &str, span: Range<usize>, first: usize) {
    if report.is_full() {
        return;
    }
    let line = report.line_of(first);
    report.say(Told {
        code: Code::DuplicateKey,
        field: key.to_owned(),
        span,
        message: format!("`{key}` is given twice"),
        label: format!("it stands on line {line} already"),
        help: Some("keep one of the two".into()),
    });
}

fn tagged(report: &mut Report<'_>, span: Range<usize>) {
    report.say(Told {
        code: Code::Syntax,
        field: String::new(),
        span,
        message: "tags have no meaning here".into(),
        label: "this value carries a tag (`!name`)".into(),
        help: None,
    });
}

fn too_large(report: &mut Report<'_>, span: Range<usize>, what: &str) {
    report.say(Told {
        code: Code::TooLarge,
        field: String::new(),
        span,
        message: what.to_owned(),
        label: "reading ends here".into(),
        help: None,
    });
}

fn syntax(error: &ScanError, report: &mut Report<'_>) {
    let marker = error.marker();
    let at = marker
        .byte_offset()
        .unwrap_or_else(|| report.byte_of(marker.index()));
    report.say(Told {
        code: Code::Syntax,
        field: String::new(),
        span: at..at,
        message: "this is no YAML".into(),
        label: error.info(),
        help: None,
    });
}
