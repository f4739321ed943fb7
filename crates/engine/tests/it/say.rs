//! What a human says in a story.

use windlass_engine::names::Subject;
use windlass_engine::run::command::{Command, Retry};

pub fn retry(how: Retry) -> Command {
    Command::Retry { subject: None, how }
}

pub fn skip(subject: &str) -> Command {
    Command::Skip {
        subject: Subject::parse(subject),
    }
}

pub fn confirm(subject: &str) -> Command {
    Command::Confirm {
        subject: Subject::parse(subject),
    }
}
