//! What happens in a story: each entry says when, and one thing that happens.
//!
//! Must never know: how it is played. Stories: `crates/cli/tests/it/rehearse.rs`.

use super::super::snapshot::known_member;
use super::super::upgrade::given;
use crate::diagnostic::{Code, Report};
use crate::field::Field;
use crate::value::{self, Wrong, choice};
use windlass_engine::names::{MemberId, Subject};
use windlass_engine::policy::{Cap, Mode, Ramp};
use windlass_engine::run::command::Retry;
use windlass_engine::snapshot::Snapshot;
use windlass_engine::time::Ms;
use windlass_engine::version::Version;

/// Where a move goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fails {
    /// The new process cannot be started.
    Start,
    /// It starts, and ends by itself a moment later.
    Stay,
    /// The old one does not stop for a gentle word.
    Stop,
    /// All takes so many times as long.
    Slow(u64),
}

/// One thing that happens.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// A human says something.
    Say(Said),
    /// The so-manieth move of a member goes wrong.
    Fail(MemberId, u32, Fails),
    /// A member is down for so long.
    Down(MemberId, Ms),
    /// Somebody else restarts a member.
    Restart(MemberId),
    /// The wall clock is set by so many milliseconds.
    Clock(i64),
    /// Windlass is killed; somebody starts it again.
    Kill,
    /// The windlass that was started first stands still for so long, while a second one waits.
    Freeze(Ms),
}

/// What a human says, as on the command line, without the cluster's name.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    /// `pause`
    Pause,
    /// `continue`
    Continue,
    /// `cancel`
    Cancel,
    /// `stop`
    Stop,
    /// `begin`
    Begin,
    /// `approve`
    Approve,
    /// `retry [SUBJECT] [--kill|--old]`
    Retry(Option<Subject>, Retry),
    /// `skip SUBJECT`
    Skip(Subject),
    /// `confirm SUBJECT`
    Confirm(Subject),
    /// `pace [CAP] [RAMP] [MODE]`
    Pace(Option<Cap>, Option<Ramp>, Option<Mode>),
    /// `retarget RELEASE`
    Retarget(Version),
}

/// An entry of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct Then {
    /// When, since the beginning; none: whenever it comes to that.
    pub at: Option<Ms>,
    /// What.
    pub what: What,
}

pub(super) fn all(
    field: &Field<'_>,
    snapshot: &Snapshot,
    report: &mut Report<'_>,
) -> Option<Vec<Then>> {
    let items = field.list(report)?;
    let read: Vec<Option<Then>> = items
        .iter()
        .map(|item| one(item, snapshot, report))
        .collect();
    read.into_iter().collect()
}

fn one(item: &Field<'_>, snapshot: &Snapshot, report: &mut Report<'_>) -> Option<Then> {
    let mut fields = item.fields(report)?;
    let member = |text: &str| known_member(text, snapshot);
    let at = fields.get("at").map(|f| f.value(value::length, report));
    let mut whats: Vec<Option<What>> = Vec::new();
    if let Some(field) = fields.get("say") {
        let about = |text: &str| said(text).and_then(|said| known(said, snapshot));
        whats.push(field.value(about, report).map(What::Say));
    }
    if let Some(field) = fields.get("fail") {
        let id = field.value(member, report);
        let on = fields.need("on", "start, stay or stop").and_then(|field| {
            let words = [
                ("start", Fails::Start),
                ("stay", Fails::Stay),
                ("stop", Fails::Stop),
            ];
            field.choice(&words, report)
        });
        let which = fields.get("move").map(|f| f.value(so_manieth, report));
        let fail = |which: Option<u32>| Some(What::Fail(id?, which.unwrap_or(1), on?));
        whats.push(given(which).and_then(fail));
    }
    if let Some(field) = fields.get("slow") {
        let id = field.value(member, report);
        let times = fields
            .need("times", "how many times as long it takes")
            .and_then(|field| field.value(times, report));
        let which = fields.get("move").map(|f| f.value(so_manieth, report));
        let slow =
            |which: Option<u32>| Some(What::Fail(id?, which.unwrap_or(1), Fails::Slow(times?)));
        whats.push(given(which).and_then(slow));
    }
    if let Some(field) = fields.get("down") {
        let id = field.value(member, report);
        let long = fields
            .need("for", "how long, as 90s")
            .and_then(|field| field.value(value::positive_length, report));
        whats.push(id.zip(long).map(|(id, long)| What::Down(id, long)));
    }
    if let Some(field) = fields.get("restart") {
        whats.push(field.value(member, report).map(What::Restart));
    }
    if let Some(field) = fields.get("clock") {
        whats.push(field.value(signed, report).map(What::Clock));
    }
    if let Some(field) = fields.get("kill") {
        whats.push(
            field
                .choice(&[("windlass", ())], report)
                .map(|()| What::Kill),
        );
    }
    if let Some(field) = fields.get("freeze") {
        let named = field.choice(&[("windlass", ())], report);
        let long = fields
            .need("for", "how long, as 90s")
            .and_then(|field| field.value(value::positive_length, report));
        whats.push(named.and(long).map(What::Freeze));
    }
    fields.end(report);
    let at = given(at)?;
    let (one, more) = (whats.len() == 1, whats.len() > 1);
    if !one {
        let message = if more {
            "two things in one entry: give each an entry of its own"
        } else {
            "nothing happens in this entry"
        };
        let label = "expected one of say, fail, slow, down, restart, clock, kill, freeze";
        item.say(report, Code::BadValue, message.into(), label, None);
        return None;
    }
    let what = whats.pop()??;
    let whenever = matches!(what, What::Fail(..));
    if whenever == at.is_some() {
        let (message, label) = if whenever {
            (
                "a move goes wrong whenever it comes to it",
                "take `at` out; `move: 2` means the second move of this member",
            )
        } else {
            (
                "it is not said when this happens",
                "`at` is missing, as `at: 90s`",
            )
        };
        item.say(report, Code::BadValue, message.into(), label, None);
        return None;
    }
    Some(Then { at, what })
}

/// Slower than this is no story any more.
const TIMES_MOST: u64 = 1_000;

fn times(text: &str) -> Result<u64, Wrong> {
    let range = 1..=TIMES_MOST;
    let found = text.parse().ok().filter(|times| range.contains(times));
    found.ok_or_else(|| {
        let says = format!("`{text}` is no number of times");
        Wrong::new(says, "a whole number from 1 to 1000")
    })
}

fn so_manieth(text: &str) -> Result<u32, Wrong> {
    let found = text.parse().ok().filter(|which| *which > 0);
    found.ok_or_else(|| {
        let says = format!("`{text}` is no count of moves");
        Wrong::new(says, "1 for the first move of the member, 2 for the second")
    })
}

/// A word about a member is about one that the story has.
fn known(said: Said, snapshot: &Snapshot) -> Result<Said, Wrong> {
    let of = match &said {
        Said::Retry(Some(of), _) | Said::Skip(of) | Said::Confirm(of) => of,
        Said::Retry(None, _) | Said::Pace(..) | Said::Retarget(_) => return Ok(said),
        Said::Pause | Said::Continue | Said::Cancel => return Ok(said),
        Said::Stop | Said::Begin | Said::Approve => return Ok(said),
    };
    if let Subject::Member(id) = of {
        known_member(id.as_str(), snapshot)?;
    }
    Ok(said)
}

/// `-2h`, `+90s`.
fn signed(text: &str) -> Result<i64, Wrong> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let length = value::positive_length(rest)?;
    Ok(sign * i64::try_from(length.0).unwrap_or(i64::MAX))
}

/// What a human says.
///
/// # Errors
/// [`Wrong`] where it is no command of a run.
pub fn said(text: &str) -> Result<Said, Wrong> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let subject = |word: &str| Subject::parse(word);
    let said = match words.as_slice() {
        ["pause"] => Said::Pause,
        ["continue"] => Said::Continue,
        ["cancel"] => Said::Cancel,
        ["stop"] => Said::Stop,
        ["begin"] => Said::Begin,
        ["approve"] => Said::Approve,
        ["retry"] => Said::Retry(None, Retry::Again),
        ["retry", "--kill"] => Said::Retry(None, Retry::Kill),
        ["retry", "--old"] => Said::Retry(None, Retry::Old),
        ["retry", of] => Said::Retry(Some(subject(of)), Retry::Again),
        ["retry", of, "--kill"] => Said::Retry(Some(subject(of)), Retry::Kill),
        ["retry", of, "--old"] => Said::Retry(Some(subject(of)), Retry::Old),
        ["skip", of] => Said::Skip(subject(of)),
        ["confirm", of] => Said::Confirm(subject(of)),
        ["retarget", to] => Said::Retarget(value::version(to)?),
        ["pace", rest @ ..] if !rest.is_empty() => return pace(rest),
        _ => return Err(unknown(text, words.first().copied().unwrap_or_default())),
    };
    Ok(said)
}

const WORDS: [(&str, ()); 11] = [
    ("approve", ()),
    ("begin", ()),
    ("cancel", ()),
    ("confirm", ()),
    ("continue", ()),
    ("pace", ()),
    ("pause", ()),
    ("retarget", ()),
    ("retry", ()),
    ("skip", ()),
    ("stop", ()),
];

fn unknown(text: &str, first: &str) -> Wrong {
    let mut wrong = Wrong::new(
        format!("`{text}` is nothing that can be said to a run"),
        "a command without the cluster's name, as `pause` or `retry broker-2 --kill`",
    );
    wrong.help = choice(first, &WORDS).err().and_then(|wrong| wrong.help);
    wrong
}

fn pace(words: &[&str]) -> Result<Said, Wrong> {
    let (mut cap, mut ramp, mut mode) = (None, None, None);
    for word in words {
        if let Ok(found) = choice(word, value::RAMPS) {
            ramp = Some(found);
        } else if let Ok(found) = choice(word, value::MODES) {
            mode = Some(found);
        } else {
            let none = |_| {
                let says = format!("`{word}` is no cap, no ramp and no mode");
                Wrong::new(says, "as 3, 10%, double, fixed, sliding or barrier")
            };
            let is_number = word.starts_with(|first: char| first.is_ascii_digit());
            let found = value::cap(word);
            cap = Some(if is_number {
                found?
            } else {
                found.map_err(none)?
            });
        }
    }
    Ok(Said::Pace(cap, ramp, mode))
}
