//! Where output goes: data to stdout, all else to stderr; its format, width, colours and glyphs.
//!
//! Must never know: what is said. Stories: `tests/it/`, and in `style`.

pub mod style;

use crate::args::{Colour, Form, Global};
use crate::context::beside;
use crate::demo::stage::Stage;
use crate::environment;
use crate::exit::Exit;
use serde::Serialize;
use std::borrow::Cow;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use style::{Glyphs, Ink, Style};

/// Columns where nothing tells the width.
const WIDTH: usize = 80;
/// Narrower terminals are treated as this wide: below it every table is a heap of fragments.
const WIDTH_LEAST: usize = 40;

/// How data is printed.
pub type Format = Form;

/// Where output goes.
#[derive(Debug)]
pub struct Outlet {
    /// How data is printed.
    pub format: Format,
    /// Columns of the terminal, or 80.
    pub width: usize,
    /// Colours and glyphs of stdout.
    pub style: Style,
    /// Colours and glyphs of stderr.
    pub notes: Style,
    /// Stdout is a terminal.
    pub live: bool,
    /// Warnings count as refusals.
    pub strict: bool,
    door: Door,
    closed: AtomicBool,
}

/// By which door the commands go that are named in what is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Door {
    /// `windlass pause`
    Own,
    /// `windlass demo pause`
    Demo,
}

impl Outlet {
    /// As the options, the environment and the terminal say.
    #[must_use]
    pub fn new(global: &Global) -> Self {
        let (out, err) = (std::io::stdout(), std::io::stderr());
        let glyphs = if global.plain {
            Glyphs::Ascii
        } else {
            Glyphs::Unicode
        };
        Self {
            format: global.output,
            width: width(),
            style: Style {
                ink: ink(global.color, &out),
                glyphs,
            },
            notes: Style {
                ink: ink(global.color, &err),
                glyphs,
            },
            live: out.is_terminal(),
            strict: global.strict,
            door: door(global),
            closed: AtomicBool::new(false),
        }
    }

    /// One of a fixed width and style: for stories, which are told alike everywhere.
    #[must_use]
    pub fn fixed(format: Format, width: usize, style: Style) -> Self {
        Self {
            format,
            width,
            style,
            notes: style,
            live: false,
            strict: false,
            door: Door::Own,
            closed: AtomicBool::new(false),
        }
    }

    /// Whether data is read by a program.
    #[must_use]
    pub fn is_data(&self) -> bool {
        matches!(self.format, Form::Json | Form::Yaml)
    }

    /// Whether all columns are wanted.
    #[must_use]
    pub fn is_wide(&self) -> bool {
        self.format == Form::Wide
    }

    /// A line of data.
    pub fn line(&self, text: &str) {
        let text = self.style.text(&self.typed(text));
        if writeln!(std::io::stdout().lock(), "{text}").is_err() {
            self.closed.store(true, Ordering::Relaxed);
        }
    }

    /// Several lines of data.
    pub fn lines<S: AsRef<str>>(&self, lines: impl IntoIterator<Item = S>) {
        for line in lines {
            self.line(line.as_ref());
        }
    }

    /// A line for a human only.
    pub fn note(&self, text: &str) {
        // Where nobody reads stderr there is nobody to tell.
        let _ = writeln!(
            std::io::stderr().lock(),
            "{}",
            self.notes.text(&self.typed(text))
        );
    }

    /// A sentence for a human only, broken at the width.
    pub fn told(&self, sentence: &str) {
        self.note(&self.wrapped(sentence, 2));
    }

    /// Whether the reader of stdout has gone: who follows may end.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    /// A document for a program, as it stands.
    pub fn text(&self, document: &str) {
        if writeln!(std::io::stdout().lock(), "{document}").is_err() {
            self.closed.store(true, Ordering::Relaxed);
        }
    }

    /// A value as JSON or YAML, whichever is asked for (JSON where a table is).
    pub fn data<T: Serialize>(&self, value: &T) {
        let text = match self.format {
            Form::Yaml => yaml(value),
            Form::Table | Form::Wide | Form::Json | Form::Junit | Form::Cincinnati | Form::Svg => {
                serde_json::to_string_pretty(value).ok()
            }
        };
        // Our types hold nothing without a text; a failure here would be a bug, said as such.
        let text = text.unwrap_or_else(|| "null".into());
        let text = self.typed(text.trim_end());
        if writeln!(std::io::stdout().lock(), "{text}").is_err() {
            self.closed.store(true, Ordering::Relaxed);
        }
    }

    /// A value that is a file for others to read: YAML unless JSON is asked for.
    pub fn as_file<T: Serialize>(&self, value: &T) {
        let text = match self.format {
            Form::Json => serde_json::to_string_pretty(value).ok(),
            Form::Table | Form::Wide | Form::Yaml | Form::Junit | Form::Cincinnati | Form::Svg => {
                yaml(value)
            }
        };
        let text = text.unwrap_or_else(|| "null".into());
        if writeln!(std::io::stdout().lock(), "{}", text.trim_end()).is_err() {
            self.closed.store(true, Ordering::Relaxed);
        }
    }

    /// One value of a stream: a line of JSON, or a YAML document.
    pub fn item<T: Serialize>(&self, value: &T) {
        let text = match self.format {
            Form::Yaml => yaml(value).map(|text| format!("---\n{}", text.trim_end())),
            Form::Table | Form::Wide | Form::Json | Form::Junit | Form::Cincinnati | Form::Svg => {
                serde_json::to_string(value).ok()
            }
        };
        let text = text.unwrap_or_else(|| "null".into());
        let text = self.typed(&text);
        if writeln!(std::io::stdout().lock(), "{text}").is_err() {
            self.closed.store(true, Ordering::Relaxed);
        }
    }

    /// Text broken at the width, lines after the first indented.
    #[must_use]
    pub fn wrapped(&self, text: &str, indent: usize) -> String {
        style::wrap(&self.typed(text), self.width, indent).join("\n")
    }

    /// A text whose command lines can be typed as they stand: in a demo's store, by the demo's door.
    fn typed<'a>(&self, text: &'a str) -> Cow<'a, str> {
        match self.door {
            Door::Own => Cow::Borrowed(text),
            Door::Demo => Cow::Owned(crate::demo::by_its_door(text)),
        }
    }
}

/// `{cluster}` in the engine's texts stands for the cluster's name.
#[must_use]
pub fn spoken(text: &str, cluster: &str) -> String {
    text.replace("{cluster}", cluster)
}

/// A command line that was not understood: said, broken at the width. Help is printed as it is.
pub fn misread(wrong: &clap::Error) -> ExitCode {
    if !wrong.use_stderr() {
        wrong.exit();
    }
    let styled = wrong.render();
    let text = match ink(Colour::Auto, &std::io::stderr()) {
        Ink::Colour => styled.ansi().to_string(),
        Ink::None => styled.to_string(),
    };
    let text = style::wrap(&text, width(), 2).join("\n");
    // Nobody can be told where even stderr is gone.
    let _ = writeln!(std::io::stderr().lock(), "{text}");
    ExitCode::from(Exit::Trouble.code())
}

fn yaml<T: Serialize>(value: &T) -> Option<String> {
    serde_saphyr::to_string(value).ok()
}

/// Whether the store is a demo's: the usual one never is.
fn door(global: &Global) -> Door {
    let is_demo = |store: &PathBuf| Stage::beside(&beside(store)).is_some();
    match global.store.as_ref().filter(|store| is_demo(store)) {
        Some(_) => Door::Demo,
        None => Door::Own,
    }
}

fn ink(colour: Colour, stream: &impl IsTerminal) -> Ink {
    let dumb = environment::text("TERM").is_some_and(|term| term == "dumb");
    let coloured = match colour {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto => stream.is_terminal() && !dumb && environment::text("NO_COLOR").is_none(),
    };
    if coloured { Ink::Colour } else { Ink::None }
}

fn width() -> usize {
    let asked = environment::text("COLUMNS").and_then(|text| text.parse().ok());
    let seen = || {
        let size = rustix::termios::tcgetwinsize(std::io::stdout())
            .or_else(|_| rustix::termios::tcgetwinsize(std::io::stderr()));
        size.ok()
            .map(|size| usize::from(size.ws_col))
            .filter(|columns| *columns > 0)
    };
    asked.or_else(seen).unwrap_or(WIDTH).max(WIDTH_LEAST)
}
