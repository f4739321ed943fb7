//! A story with its whole expected output (docs/scenarios.md): it is played, and what is told compared.
//!
//! Must never know: how it is played. Stories: `tests/it/rehearse.rs`.

use super::stage::{self, Set};
use super::{chart, played};
use crate::args::rehearse::RehearseArgs;
use crate::args::{Cli, Command, Form, help};
use crate::context::Bare;
use crate::exit::{Exit, Failed};
use crate::outlet::Outlet;
use crate::outlet::style::{Glyphs, Ink, Style};
use crate::render;
use clap::FromArgMatches;
use std::collections::BTreeMap;

/// Stories are told on a terminal of so many columns.
const COLUMNS: usize = 100;

/// Plays each rehearsal of a story's file: as it is written, or, where more is said of how, with that.
///
/// # Errors
/// Where there is none in it, or it does not fit.
pub async fn run(
    bare: &Bare,
    path: &str,
    text: &str,
    typed: &RehearseArgs,
) -> Result<Exit, Failed> {
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    let mut runs: Vec<(String, String)> = Vec::new();
    let mut open: Option<&mut String> = None;
    for line in text.lines() {
        if let Some(words) = line.strip_prefix("--- $ windlass ") {
            runs.push((words.to_owned(), String::new()));
            open = runs.last_mut().map(|(_, said)| said);
        } else if let Some(name) = line.strip_prefix("--- ") {
            open = Some(files.entry(name.to_owned()).or_default());
        } else if let Some(open) = &mut open {
            open.push_str(line);
            open.push('\n');
        }
    }
    runs.retain(|(words, _)| words.starts_with("rehearse "));
    if runs.is_empty() {
        return Err(Failed::hinted(
            format!("{path} has no line `--- $ windlass rehearse …`"),
            "docs/scenarios.md teaches the form; a story alone is a file that ends in .yaml",
        ));
    }
    let mut exit = Exit::Done;
    for (words, said) in &runs {
        let (name, story, args) = read(&files, words)?;
        if typed.says_how() || bare.outlet.is_data() {
            let args = args.over(typed);
            let set = stage::file(bare, name, story, &args)?;
            return super::shown(&bare.outlet, set, &args).await;
        }
        let (told, compared) = told(bare, name, story, &args).await?;
        bare.outlet.line(&format!("$ windlass {words}"));
        bare.outlet.lines(told);
        if let Some(differs) = difference(said, &compared) {
            bare.outlet
                .told(&format!("told otherwise than it is written: {differs}"));
            exit = Exit::Refused;
        }
    }
    if exit == Exit::Done {
        bare.outlet.told("told as it is written");
    }
    Ok(exit)
}

/// A line of the file as it would be typed: which of its files is played, and how.
fn read<'f>(
    files: &'f BTreeMap<String, String>,
    words: &str,
) -> Result<(&'f str, &'f str, RehearseArgs), Failed> {
    let typed = std::iter::once("windlass").chain(words.split_whitespace());
    let wrong = |why: clap::Error| Failed::says(format!("`windlass {words}`: {why}"));
    let matches = help::command().try_get_matches_from(typed).map_err(wrong)?;
    let cli = Cli::from_arg_matches(&matches).map_err(wrong)?;
    let Command::Rehearse(args) = cli.command else {
        return Err(Failed::says(format!("`windlass {words}` is no rehearsal")));
    };
    let name = args.of.clone().unwrap_or_default();
    let Some((name, text)) = files.get_key_value(&name) else {
        return Err(Failed::says(format!("the story has no file {name}")));
    };
    Ok((name, text, args))
}

/// As this terminal shows it, and as stories are written.
async fn told(
    bare: &Bare,
    name: &str,
    text: &str,
    args: &RehearseArgs,
) -> Result<(Vec<String>, Vec<String>), Failed> {
    let plain = Outlet::fixed(
        Form::Table,
        COLUMNS,
        Style {
            ink: Ink::None,
            glyphs: Glyphs::Unicode,
        },
    );
    match stage::file(bare, name, text, args)? {
        Set::Refused(shown, no) => {
            let lines = |outlet: &Outlet| render::refusal::lines(outlet, &shown, &no);
            Ok((lines(&bare.outlet), lines(&plain)))
        }
        Set::Staged(staged) => {
            let played = played(&plain, *staged, args).await?;
            let lines = |outlet: &Outlet| chart::lines(outlet, &played);
            Ok((lines(&bare.outlet), lines(&plain)))
        }
    }
}

/// The first line that differs; lines for humans and the exit code are not compared here.
fn difference(said: &str, told: &[String]) -> Option<String> {
    let written = said.lines().filter(|line| {
        let code = line
            .strip_prefix("exit ")
            .is_some_and(|code| code.parse::<u8>().is_ok());
        !line.starts_with("! ") && !code
    });
    let mut written = written.map(str::trim_end);
    for (index, line) in told.iter().enumerate() {
        let wanted = written.next();
        if wanted != Some(line.trim_end()) {
            let wanted = wanted.unwrap_or("nothing more");
            return Some(format!("line {}: `{wanted}` is written", index + 1));
        }
    }
    written
        .next()
        .map(|more| format!("`{more}` is written besides"))
}
