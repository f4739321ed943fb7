//! What is wrong with a file: where, what was found, what was expected, the nearest right name.
//!
//! A diagnostic carries the line it is about, so it can be shown anywhere: terminal, page, API.
//! Must never know: how files are read. Stories: `tests/it/errors.rs`.

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use serde::Serialize;
use std::ops::Range;

/// Kinds of trouble with a file; the names are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// The text is no YAML.
    Syntax,
    /// A field that the format does not have.
    UnknownField,
    /// A key given twice in one object.
    DuplicateKey,
    /// A list where a text belongs, and the like.
    WrongType,
    /// A value of the right type that cannot be.
    BadValue,
    /// A field that must be given is not.
    MissingField,
    /// `apiVersion` or `kind` is not one of ours.
    UnknownKind,
    /// `system` is not one of ours.
    UnknownSystem,
    /// `{…}` with a name that is not one of ours, or not to be had there.
    UnknownPlaceholder,
    /// An expression that cannot be evaluated.
    BadExpression,
    /// Two things with one name.
    DuplicateName,
    /// The file passes a limit of the reader.
    TooLarge,
    /// A catalog says what cannot be meant so.
    Lint,
}

/// Whether escape codes for colour are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// Text only.
    Plain,
    /// With ANSI colours.
    Colour,
}

/// One thing that is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Diagnostic {
    /// Which kind.
    pub code: Code,
    /// What is wrong, in one line.
    pub message: String,
    /// The field it is about: `spec.hosts[0].members[1].id`; empty where the file is no object yet.
    pub field: String,
    /// The file, as it was named to us.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Bytes of the marked part within the line.
    pub span: Range<usize>,
    /// What stands beside the marked part: what was found or expected.
    pub label: String,
    /// What would help besides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// The line, as it stands in the file.
    pub source: String,
}

/// Diagnostics as a terminal shows them: message, place, the line with a caret, help; a blank line
/// between two.
#[must_use]
pub fn render(diagnostics: &[Diagnostic], ink: Ink) -> String {
    diagnostics
        .iter()
        .map(|one| one.render(ink))
        .collect::<Vec<_>>()
        .join("\n")
}

impl Diagnostic {
    /// This one as a terminal shows it, with a line break at its end.
    #[must_use]
    pub fn render(&self, ink: Ink) -> String {
        let renderer = match ink {
            Ink::Plain => Renderer::plain(),
            Ink::Colour => Renderer::styled(),
        };
        let snippet = Snippet::source(self.source.as_str())
            .line_start(self.line)
            .path(self.file.as_str())
            .fold(false)
            .annotation(
                AnnotationKind::Primary
                    .span(self.span.clone())
                    .label(self.label.as_str()),
            );
        let mut group = Level::ERROR
            .primary_title(self.message.as_str())
            .element(snippet);
        if let Some(help) = &self.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        let mut out = String::new();
        for line in renderer.render(&[group]).lines() {
            // Lines that hold nothing but the gutter say nothing.
            if bare(line).trim() != "|" {
                out.push_str(line.trim_end());
                out.push('\n');
            }
        }
        out
    }
}

/// The line without its escape codes.
fn bare(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line.chars();
    while let Some(letter) = rest.next() {
        if letter == '\u{1b}' {
            for code in rest.by_ref() {
                if code.is_ascii_alphabetic() {
                    break;
                }
            }
        } else {
            out.push(letter);
        }
    }
    out
}

/// Nobody mends more than these in one go, and each costs a walk over the text.
const FOUND_MAX_COUNT: usize = 100;

/// What is told about one place; [`Report`] adds file, line and column.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) code: Code,
    pub(crate) field: String,
    pub(crate) span: Range<usize>,
    pub(crate) message: String,
    pub(crate) label: String,
    pub(crate) help: Option<String>,
}

/// All that was found wrong with one text.
#[derive(Debug)]
pub(crate) struct Report<'t> {
    file: &'t str,
    text: &'t str,
    found: Vec<Diagnostic>,
    /// Byte where the line of each of them begins.
    begins: Vec<usize>,
    hidden: Vec<Range<usize>>,
}

impl<'t> Report<'t> {
    pub(crate) fn new(file: &'t str, text: &'t str) -> Self {
        Self {
            file,
            text,
            found: Vec::new(),
            begins: Vec::new(),
            hidden: Vec::new(),
        }
    }

    /// From now on and before, this part of the text is shown as stars: a secret stands there.
    pub(crate) fn hide(&mut self, span: Range<usize>) {
        for (one, begin) in self.found.iter_mut().zip(&self.begins) {
            one.source = starred(&one.source, *begin, &span);
        }
        self.hidden.push(span);
    }

    /// Adds one, with the span as bytes of the whole text; past the limit nothing is added.
    pub(crate) fn say(&mut self, told: Told) {
        if self.is_full() {
            return;
        }
        let start = self.boundary(told.span.start);
        let begin = self.text[..start].rfind('\n').map_or(0, |at| at + 1);
        let rest = &self.text[begin..];
        let line = rest.split('\n').next().unwrap_or(rest);
        let line = line.strip_suffix('\r').unwrap_or(line);
        let from = (start - begin).min(line.len());
        let to = (self.boundary(told.span.end.max(start)) - begin).min(line.len());
        // An empty mark at a letter marks the letter.
        let wide = line[from..].chars().next().map_or(0, char::len_utf8);
        let to = to.max(from + wide);
        let mut source = line.to_owned();
        for hidden in &self.hidden {
            source = starred(&source, begin, hidden);
        }
        if let Some(secret) = secret_in(&source) {
            source = starred(&source, 0, &secret);
        }
        self.begins.push(begin);
        self.found.push(Diagnostic {
            code: told.code,
            message: told.message,
            field: told.field,
            file: self.file.to_owned(),
            line: self.text[..begin].matches('\n').count() + 1,
            column: line[..from].chars().count() + 1,
            span: from..to,
            label: told.label,
            help: told.help,
            source,
        });
    }

    /// Whether nothing more is taken.
    pub(crate) fn is_full(&self) -> bool {
        self.found.len() >= FOUND_MAX_COUNT
    }

    /// The byte, or the nearest before it that begins a letter.
    fn boundary(&self, byte: usize) -> usize {
        let mut at = byte.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }

    /// Where a byte of a text stands, of which `span` holds the writing; none: it is written otherwise
    /// there (folded, or with escapes).
    pub(crate) fn within(&self, span: &Range<usize>, text: &str, byte: usize) -> Option<usize> {
        let end = self.boundary(span.end);
        let mut cursor = self.boundary(span.start);
        let mut begin = 0;
        for line in text.split_inclusive('\n') {
            let bare = line.trim_end_matches('\n');
            let found = cursor + self.text.get(cursor..end)?.find(bare)?;
            if byte <= begin + bare.len() {
                return Some(found + byte - begin);
            }
            cursor = found + bare.len();
            begin += line.len();
        }
        None
    }

    /// Line of a byte, from 1.
    pub(crate) fn line_of(&self, byte: usize) -> usize {
        self.text[..self.boundary(byte)].matches('\n').count() + 1
    }

    /// Byte of a character.
    pub(crate) fn byte_of(&self, character: usize) -> usize {
        self.text
            .char_indices()
            .nth(character)
            .map_or(self.text.len(), |(at, _)| at)
    }

    /// What was found, by place.
    pub(crate) fn into_found(mut self) -> Vec<Diagnostic> {
        self.found.sort_by_key(|one| (one.line, one.column));
        self.found
    }
}

/// The line with its letters inside the span as stars, each as long as it was.
fn starred(line: &str, begin: usize, span: &Range<usize>) -> String {
    let mut out = String::with_capacity(line.len());
    for (at, letter) in line.char_indices() {
        if span.contains(&(begin + at)) && !letter.is_whitespace() {
            out.extend(std::iter::repeat_n('*', letter.len_utf8()));
        } else {
            out.push(letter);
        }
    }
    out
}

/// What stands behind a word that looks like `password:` in a line that may be no YAML at all.
fn secret_in(line: &str) -> Option<Range<usize>> {
    let small = line.to_ascii_lowercase();
    let word = ["passw", "secret"]
        .iter()
        .filter_map(|w| small.find(w))
        .min()?;
    let colon = word + small[word..].find(':')?;
    let value = &line[colon + 1..];
    let start = colon + 1 + (value.len() - value.trim_start().len());
    // An object says where the secret lies; that is what the reader needs to see.
    (!line[start..].starts_with('{')).then_some(start..line.len())
}
