//! Where a watcher's lines go: a picture that stands and moves on a terminal, else one line a fact.
//!
//! Must never know: what a line means. Stories: by hand; the lines themselves in `picture`.

use super::reading::Fact;
use super::words::Weight;
use crate::context::Context;
use crate::environment;
use crate::outlet::style::Glyphs;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use windlass_wire::stamp;
use windlass_wire::v1::event::{EventView, Filed};

/// Columns of a time before its fact.
const STAMP: usize = 16;

/// What a watcher's lines are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Telling {
    /// Words beside the work: stderr.
    Notes,
    /// What was asked for: stdout.
    Data,
}

/// Where lines go.
#[derive(Debug)]
pub enum Screen {
    /// A picture that moves.
    Moving {
        /// All lines.
        all: MultiProgress,
        /// One a line.
        lines: Vec<ProgressBar>,
    },
    /// One line a fact.
    Lines(Telling),
}

impl Screen {
    /// As the terminal allows.
    #[must_use]
    pub fn new(context: &Context, telling: Telling) -> Self {
        let dumb = environment::text("TERM").is_none_or(|term| term == "dumb");
        let plain = context.outlet.notes.glyphs == Glyphs::Ascii;
        let data = telling == Telling::Data && (context.outlet.is_data() || !context.outlet.live);
        if std::io::stderr().is_terminal() && !dumb && !plain && !data {
            Self::Moving {
                all: MultiProgress::new(),
                lines: Vec::new(),
            }
        } else {
            Self::Lines(telling)
        }
    }

    /// Whether it moves.
    #[must_use]
    pub fn is_moving(&self) -> bool {
        matches!(self, Self::Moving { .. })
    }

    /// One fact.
    pub fn fact(&self, context: &Context, run: &str, fact: &Fact) {
        match self {
            Self::Moving { .. } if fact.weight == Weight::Loud => {
                self.say(context, &wrapped(context, fact))
            }
            Self::Moving { .. } => {}
            Self::Lines(Telling::Data) if context.outlet.is_data() => {
                context.outlet.item(&view(run, fact));
            }
            Self::Lines(_) if fact.weight == Weight::Quiet => {}
            Self::Lines(Telling::Data) => context.outlet.line(&wrapped(context, fact)),
            Self::Lines(Telling::Notes) => context.outlet.note(&wrapped(context, fact)),
        }
    }

    /// A sentence that stays.
    pub fn tell(&self, context: &Context, sentence: &str) {
        self.say(context, &context.outlet.wrapped(sentence, 2));
    }

    /// A line that stays.
    pub fn say(&self, context: &Context, line: &str) {
        match self {
            Self::Moving { all, .. } => all.suspend(|| context.outlet.note(line)),
            Self::Lines(_) => context.outlet.note(line),
        }
    }

    /// The picture as it is now.
    pub fn draw(&mut self, picture: &[String]) {
        let Self::Moving { all, lines } = self else {
            return;
        };
        while lines.len() > picture.len() {
            if let Some(line) = lines.pop() {
                all.remove(&line);
            }
        }
        for (index, text) in picture.iter().enumerate() {
            if lines.len() <= index {
                let line = ProgressBar::new_spinner();
                if let Ok(style) = ProgressStyle::with_template("{msg}") {
                    line.set_style(style);
                }
                lines.push(all.add(line));
            }
            if lines[index].message() != *text {
                lines[index].set_message(text.clone());
            }
        }
    }

    /// No picture any more.
    pub fn clear(&mut self) {
        self.draw(&[]);
        if let Self::Moving { all, .. } = self {
            // A terminal that is gone needs no clearing.
            let _ = all.clear();
        }
    }
}

fn wrapped(context: &Context, fact: &Fact) -> String {
    context.outlet.wrapped(&dated(context, fact), STAMP)
}

/// A fact with its time, for people.
#[must_use]
pub fn dated(context: &Context, fact: &Fact) -> String {
    let at = stamp::clock(fact.stored.at, &context.zone);
    format!("{at}  {}", fact.says)
}

/// A fact for programs, with the words that people read.
#[must_use]
pub fn view(run: &str, fact: &Fact) -> EventView {
    let filed = Filed {
        run,
        seq: fact.stored.seq,
        at: fact.stored.at,
        author: &fact.stored.author,
    };
    let mut view = EventView::of(&fact.event, filed, &|subject| subject.to_string());
    view.says.clone_from(&fact.says);
    view
}
