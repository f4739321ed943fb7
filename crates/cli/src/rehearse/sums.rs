//! What a rehearsal comes to: how it ended, how long it took, how many were down, what must not have been.
//!
//! Must never know: how it was played. Stories: `tests/it/scenarios.rs`.

use super::Played;
use super::chart::{clock, rounded};
use super::stage::Staged;
use super::told::{Tale, bare};
use crate::outlet::Outlet;
use crate::render::labelled;
use windlass_engine::policy::Policy;
use windlass_engine::run::event::End;
use windlass_engine::time::Ms;
use windlass_sim::story::{Story, Word};
use windlass_wire::duration::short;

/// Columns of the label before a sum.
const LABEL: usize = 10;

/// Sayings of what must not be, before it is only said how many more there are.
const FOUND_MOST: usize = 3;

/// What it comes to.
#[must_use]
pub fn lines(outlet: &Outlet, played: &Played) -> Vec<String> {
    let mut lines = Vec::new();
    let mut add = |label: &str, text: &str| lines.extend(labelled(outlet, label, LABEL, text));
    add("ends", &ends(played));
    add("takes", &takes(played));
    let (down, at) = played.peak;
    let allowed = allowed(&played.staged);
    add(
        "down",
        &format!("{down} at once at most, at {}; {allowed}", clock(at)),
    );
    if let Some(unmet) = unmet(&played.staged.story, &played.tale) {
        add("not met", &unmet);
    }
    if let Some(tight) = played.tight.first() {
        let more = played
            .tight
            .iter()
            .filter(|other| other.left == tight.left)
            .count()
            - 1;
        let others = match more {
            0 => String::new(),
            more => format!("; and {more} more as tight"),
        };
        add(
            "budgets",
            &format!(
                "{} could have gone down besides at {} ({}){others}",
                if tight.left <= 0 {
                    "nobody".to_owned()
                } else {
                    format!("{} more", tight.left)
                },
                clock(tight.at),
                tight.reason
            ),
        );
    }
    for (index, pace) in played.paces.iter().enumerate() {
        let label = if index == 0 { "paces" } else { "" };
        let (low, median, high) = (
            pace.spread.share(10),
            pace.spread.share(50),
            pace.spread.share(90),
        );
        let says = match (low, median, high) {
            (Some(low), Some(median), Some(high)) => format!(
                "{}: {}, 8 in 10 {} to {}; {} down at most, {}",
                pace.name,
                short(Ms(rounded(median.0))),
                short(Ms(rounded(low.0))),
                short(Ms(rounded(high.0))),
                pace.spread.down,
                match pace.spread.left {
                    None => "no budget touched".to_owned(),
                    Some(left) if left <= 0 => "budgets spent to the last".to_owned(),
                    Some(left) => format!("{left} left of the tightest budget"),
                }
            ),
            _ => format!("{}: none of {} finished", pace.name, pace.spread.runs),
        };
        lines.extend(labelled(outlet, label, LABEL, &says));
    }
    let wrong = played.wrong();
    for wrong in wrong.iter().take(FOUND_MOST) {
        lines.extend(labelled(outlet, "found", LABEL, &wrong.0));
        lines.extend(labelled(outlet, "", LABEL, &format!("again: {}", wrong.1)));
    }
    if wrong.len() > FOUND_MOST {
        let more = format!("and {} more", wrong.len() - FOUND_MOST);
        lines.extend(labelled(outlet, "", LABEL, &more));
    }
    lines
}

/// How many the policy lets down at once, and how many a word of another pace.
fn allowed(staged: &Staged) -> String {
    let story = &staged.story;
    let most = staged.plan.ceiling(&story.policy);
    let words = story.words.iter().filter_map(|(_, word)| match word {
        Word::Pace(pace) => Some(Policy {
            pace: *pace,
            ..story.policy.clone()
        }),
        Word::Pause | Word::Continue | Word::Cancel | Word::Stop => None,
        Word::Begin | Word::Approve | Word::Says(_) => None,
    });
    let said = words.map(|policy| staged.plan.ceiling(&policy)).max();
    match said.filter(|said| *said != most) {
        Some(said) => format!("the policy allows {most}, the other pace {said}"),
        None => format!("the policy allows {most}"),
    }
}

/// What the story says from some time on, which did not come to pass: it was over by then.
fn unmet(story: &Story, tale: &Tale) -> Option<String> {
    let words = story.words.iter().map(|(at, _)| *at);
    let happenings = story.happenings.iter().map(|(at, _)| *at);
    let late = words.chain(happenings).filter(|at| Ms(*at) > tale.took);
    let first = late.min()?;
    Some(format!(
        "what the story says from {} on: it was over by then",
        clock(Ms(first))
    ))
}

fn ends(played: &Played) -> String {
    match (&played.tale.end, &played.tale.stands) {
        (Some(End::Finished), _) => format!("finished at {}", clock(played.tale.took)),
        (Some(End::FinishedWithout(left)), _) => {
            let names: Vec<String> = left.iter().map(bare).collect();
            format!("finished without {}", names.join(", "))
        }
        (Some(end), _) => format!("{} at {}", word(end), clock(played.tale.took)),
        (None, Some(stands)) => format!("stands still: {stands}"),
        (None, None) => "stands still".into(),
    }
}

/// How it ended, in a word.
#[must_use]
pub fn word(end: &End) -> &'static str {
    match end {
        End::Finished => "finished",
        End::FinishedWithout(_) => "finished without some",
        End::Cancelled => "cancelled",
        End::Stopped(_) => "stopped",
        End::Expired => "expired",
        End::Refused => "refused",
    }
}

fn takes(played: &Played) -> String {
    let took = short(Ms(rounded(played.tale.took.0)));
    let Some(spread) = &played.spread else {
        return match played.tale.end {
            Some(_) => format!("{took} in this play"),
            None => format!("it was not done after {took}, and nothing more came"),
        };
    };
    let held = match spread.wrong.len() {
        0 => format!("no promise broken at {} instants", spread.instants),
        some => format!("{some} of them broke a promise"),
    };
    match (spread.share(10), spread.share(50), spread.share(90)) {
        (Some(low), Some(median), Some(high)) => {
            let finished = spread.took.len();
            let all = if u64::try_from(finished) == Ok(spread.runs) {
                format!("of {} rehearsals", spread.runs)
            } else {
                format!("of {finished} that finished, {} were played,", spread.runs)
            };
            format!(
                "{took} in this play; {all} half took less than {}, 8 in 10 from {} to {}; {held}",
                short(Ms(rounded(median.0))),
                short(Ms(rounded(low.0))),
                short(Ms(rounded(high.0)))
            )
        }
        _ => format!("none of {} rehearsals finished; {held}", spread.runs),
    }
}
