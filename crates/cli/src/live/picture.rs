//! A run as a picture of a few lines: a bar for each stage, a line for each member in flight, and what
//! is left. Pure: the same run at the same time looks the same.
//!
//! Must never know: how it reaches the terminal. Stories: in this file.

use super::hints::Hinted;
use super::tale::Tale;
use super::wait::is_asked;
use super::words::{moved, named, stage_done};
use crate::outlet::spoken;
use crate::outlet::style::{Style, Tone, columns};
use crate::render::{until_done, whole};
use windlass_engine::forecast::forecast;
use windlass_engine::names::Subject;
use windlass_engine::plan::{Plan, Stage};
use windlass_engine::run::event::End;
use windlass_engine::run::standing::Motion;
use windlass_engine::run::{Flight, Flying, Run};
use windlass_engine::time::{Ms, Now};
use windlass_wire::v1::plan::goal_word;

/// Columns of a bar.
const BAR: usize = 23;
/// Columns of a cluster's name where each run is one line.
const ROW_NAME: usize = 18;
/// Columns of a name before the bar, at least.
const LABEL: usize = 11;
/// More members in flight than this are counted, not listed.
const FLIGHTS_SHOWN: usize = 6;
/// Wider lines are hard to read.
const WIDTH_MOST: usize = 110;

/// All that a picture shows.
#[derive(Debug)]
pub struct Scene<'a> {
    /// The run's number.
    pub id: &'a str,
    /// The name of its cluster.
    pub cluster: &'a str,
    /// Its fold.
    pub run: &'a Run,
    /// Its times.
    pub tale: &'a Tale,
    /// Short news.
    pub hinted: &'a Hinted,
    /// What stands at the end: keys, or who does not carry it.
    pub foot: &'a str,
    /// The present.
    pub now: Now,
}

/// The lines, none wider than `width`.
#[must_use]
pub fn lines(scene: &Scene<'_>, style: &Style, width: usize) -> Vec<String> {
    let width = width.min(WIDTH_MOST);
    let run = scene.run;
    let mut lines = vec![format!(
        "run {}  {} → {}",
        scene.id,
        scene.cluster,
        goal_of(run)
    )];
    if let Some((_, plan)) = run.plan() {
        lines.extend(stages(scene, plan, style));
    }
    lines.extend(flights(scene, style));
    lines.extend(foot(scene, width));
    lines
        .into_iter()
        .map(|line| cut(&style.text(&line), width))
        .collect()
}

/// A run as one line among others: its cluster, how far it is, and how it stands.
#[must_use]
pub fn row(run: &Run, cluster: &str, now: Now, style: &Style, width: usize) -> String {
    let (done, of) = moved(run);
    let count = format!("{done}/{of}");
    let standing = run.standing(now);
    let glyph = match (run.ended(), standing.motion) {
        (Some(End::Finished), _) => style.ok(),
        (Some(End::Refused), _) => style.bad(),
        (Some(_), _) => style.warn(),
        (None, Motion::Moves) => style.flying(),
        (None, Motion::Stands) if is_asked(run) => style.warn(),
        (None, Motion::Stands) => style.bad(),
        (None, Motion::Waits | Motion::Ended) => style.dot(),
    };
    let says = match run.ended() {
        Some(_) => format!("{}, at {}", run.phase().word(), goal_of(run)),
        None => spoken(&standing.sentence, cluster),
    };
    let bar = bar(done, of, style);
    cut(
        &style.text(&format!(
            "  {glyph} {cluster:<ROW_NAME$}  {bar} {count:>5}  {says}"
        )),
        width,
    )
}

/// Where it goes: the release of the last hop, or the goal as it was asked for.
#[must_use]
pub fn goal_of(run: &Run) -> String {
    match run.plan().and_then(|(_, plan)| plan.hops.last()) {
        Some(hop) if run.goal().release().is_some() => hop.to.to_string(),
        Some(_) | None => goal_word(run.goal()),
    }
}

fn stages(scene: &Scene<'_>, plan: &Plan, style: &Style) -> Vec<String> {
    let present = scene.run.cursor().map_or(0, |at| at.hop);
    let many_hops = plan.hops.len() > 1;
    let shown: Vec<(usize, usize, &Stage, String)> = plan
        .stages()
        .filter(|(hop, _, stage)| *hop == present || stage.moves() > 0)
        .map(|(hop, index, stage)| {
            let release = if many_hops && stage.moves() > 0 {
                format!(" {}", plan.hops[hop].to)
            } else {
                String::new()
            };
            (
                hop,
                index,
                stage,
                format!("{}{release}", label(scene.run, stage)),
            )
        })
        .collect();
    let wide = shown.iter().map(|(_, _, _, label)| label.chars().count());
    let wide = wide.max().unwrap_or(0).max(LABEL);
    shown
        .into_iter()
        .map(|(hop, index, stage, label)| {
            let shape = match stage {
                Stage::Move(step) => {
                    let done = stage_done(scene.run, plan, hop, index);
                    let bar = bar(done, step.members.len(), style);
                    format!("{bar} {done}/{}", step.members.len())
                }
                Stage::Raise(raise) => format!(
                    "{} → {}",
                    named(&raise.named.0, raise.from),
                    named(&raise.named.1, raise.to)
                ),
                Stage::Act(_) | Stage::Hold(_) => String::new(),
            };
            let note = note(scene, hop, index);
            format!("  {label:<wide$}  {shape}  {note}")
                .trim_end()
                .to_owned()
        })
        .collect()
}

fn label(run: &Run, stage: &Stage) -> String {
    match stage {
        Stage::Move(step) => super::words::many(run, step),
        Stage::Raise(raise) => raise.level.to_string(),
        Stage::Act(act) => act.action.as_str().replace('-', " "),
        Stage::Hold(hold) => hold.title.clone(),
    }
}

fn bar(done: usize, of: usize, style: &Style) -> String {
    let full = (BAR * done).checked_div(of).unwrap_or(BAR);
    let rest = BAR - full;
    let (full, rest) = ("█".repeat(full), "░".repeat(rest));
    format!("{}{}", style.paint(Tone::Good, &full), style.dim(&rest))
}

fn note(scene: &Scene<'_>, hop: usize, stage: usize) -> String {
    let span = scene.tale.stage(hop, stage);
    if let Some(span) = span
        && let Some(done) = span.done
    {
        let took = done.since(span.began);
        return if took.0 < 1_000 {
            "done".into()
        } else {
            format!("done in {}", whole(took))
        };
    }
    let here = scene
        .run
        .cursor()
        .is_some_and(|at| (at.hop, at.stage) == (hop, stage));
    if !here {
        return String::new();
    }
    let live: Vec<&Subject> = scene.run.flights().keys().collect();
    let age = |subject: &Subject| {
        let began = scene.tale.began(subject);
        began.map_or(String::new(), |began| {
            format!(", {}", whole(scene.now.wall.since(began)))
        })
    };
    match live.as_slice() {
        [] => String::new(),
        [one] => match scene.run.flights().get(one).map(|flight| &flight.state) {
            Some(Flying::Failed(_)) => format!("{} has failed", brief(one)),
            Some(Flying::Unclear) => format!("{} is unclear", brief(one)),
            Some(Flying::Left) => format!("{} was left", brief(one)),
            Some(Flying::Doing | Flying::Gating) | None => match one {
                Subject::Member(_) => format!("{} is restarting{}", brief(one), age(one)),
                Subject::Level(_) => format!("is being raised{}", age(one)),
                Subject::Action(_) => format!("is being done{}", age(one)),
            },
        },
        many => format!("{} in flight", many.len()),
    }
}

/// A subject beside the name of its stage: its bare id.
fn brief(subject: &Subject) -> String {
    match subject {
        Subject::Member(id) => id.to_string(),
        Subject::Level(_) | Subject::Action(_) => subject.to_string(),
    }
}

fn flights(scene: &Scene<'_>, style: &Style) -> Vec<String> {
    let all = scene.run.flights();
    let wide = all
        .keys()
        .take(FLIGHTS_SHOWN)
        .map(|subject| scene.run.call(subject).chars().count())
        .max()
        .unwrap_or(0);
    let mut lines: Vec<String> = all
        .iter()
        .take(FLIGHTS_SHOWN)
        .map(|(subject, flight)| {
            let name = scene.run.call(subject);
            let doing = doing(scene, subject, flight);
            let glyph = match flight.state {
                Flying::Doing | Flying::Gating => style.flying(),
                Flying::Failed(_) => style.bad(),
                Flying::Unclear | Flying::Left => style.unknown(),
            };
            format!("  {glyph} {name:<wide$}   {doing}")
        })
        .collect();
    if all.len() > FLIGHTS_SHOWN {
        lines.push(format!("    and {} more", all.len() - FLIGHTS_SHOWN));
    }
    lines
}

/// What is being done to it: its trail of hints, or what the journal says of it.
fn doing(scene: &Scene<'_>, subject: &Subject, flight: &Flight) -> String {
    let trail = match subject {
        Subject::Member(id) => scene.hinted.trail(id),
        Subject::Level(_) | Subject::Action(_) => &[],
    };
    match (&flight.state, trail) {
        (Flying::Failed(failure), _) => format!("failed, step: {}", failure.step),
        (Flying::Left, _) => "left at a safe point".into(),
        (Flying::Unclear, _) => "nobody can tell whether it was done".into(),
        (Flying::Doing | Flying::Gating, [_, ..]) => trail.join(" → "),
        (Flying::Doing, []) => flight.step.clone().unwrap_or_else(|| "begins".into()),
        (Flying::Gating, []) => "started, is coming back".into(),
    }
}

fn foot(scene: &Scene<'_>, width: usize) -> Vec<String> {
    let run = scene.run;
    let cluster = scene.cluster;
    let standing = run.standing(scene.now);
    let left = forecast(run, scene.now);
    let mut says = match (&standing.motion, left) {
        (Motion::Moves, Some(left)) if left.high > Ms(0) => {
            format!("finish in {}", until_done(&left))
        }
        (Motion::Moves | Motion::Waits | Motion::Stands | Motion::Ended, _) => {
            spoken(&standing.sentence, cluster)
        }
    };
    if let Some(news) = scene.hinted.general() {
        says = format!("{says}; {news}");
    }
    let keys = scene.foot;
    let room = width.saturating_sub(2 + columns(&says));
    let mut lines = Vec::new();
    if room > keys.chars().count() + 2 {
        let gap = " ".repeat(room - keys.chars().count());
        lines.push(format!("  {says}{gap}{keys}").trim_end().to_owned());
    } else {
        lines.push(format!("  {says}"));
        if !keys.is_empty() {
            lines.push(format!("  {keys}"));
        }
    }
    lines
}

fn cut(line: &str, width: usize) -> String {
    if columns(line) <= width {
        return line.to_owned();
    }
    let mut out = String::new();
    let mut letters = line.chars();
    let mut room = width.saturating_sub(2);
    while let Some(letter) = letters.next() {
        out.push(letter);
        if letter == '\u{1b}' {
            for code in letters.by_ref() {
                out.push(code);
                if code.is_ascii_alphabetic() {
                    break;
                }
            }
            continue;
        }
        room = room.saturating_sub(1);
        if room == 0 {
            break;
        }
    }
    if line.contains('\u{1b}') {
        out.push_str("\u{1b}[0m");
    }
    out.push('…');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::tale::tests::{at, first_facts, requested};
    use crate::outlet::style::{Glyphs, Ink};
    use windlass_engine::run::event::Event;
    use windlass_engine::time::Wall;
    use windlass_runner::ports::target::Hint;

    const STYLE: Style = Style {
        ink: Ink::None,
        glyphs: Glyphs::Unicode,
    };

    fn seconds(n: i64) -> Wall {
        Wall(n * 1_000_000)
    }

    fn played(more: Vec<(Event, i64)>) -> (Run, Tale) {
        let (mut run, mut tale) = (requested(), Tale::default());
        let first = first_facts().into_iter().map(|fact| (fact, 0));
        for (fact, second) in first.chain(more) {
            let fact = at::stamped(fact, second);
            run.apply(&fact);
            tale.fold(&run, &fact, seconds(second));
        }
        (run, tale)
    }

    fn shown(run: &Run, tale: &Tale, hinted: &Hinted, second: i64, width: usize) -> Vec<String> {
        let scene = Scene {
            id: "12",
            cluster: "orders",
            run,
            tale,
            hinted,
            foot: "p pause   w why   d background",
            now: Now {
                wall: seconds(second),
                mono: at::mark(second),
            },
        };
        lines(&scene, &STYLE, width)
    }

    #[test]
    fn a_run_in_its_middle() {
        let (run, tale) = played(vec![
            (Event::StageBegan { hop: 0, stage: 1 }, 0),
            (at::began("1", 1), 1),
            (at::settled("1", "4.1.2"), 9),
            (at::began("2", 1), 9),
        ]);
        let mut hinted = Hinted::default();
        for says in [
            "stopping",
            "starting 4.1.2",
            "in sync 12 of 66",
            "in sync 41 of 66",
        ] {
            let hint = Hint {
                member: Some("2".into()),
                says: says.into(),
            };
            hinted.hear(hint);
        }
        assert_eq!(
            shown(&run, &tale, &hinted, 13, 80),
            [
                "run 12  orders → 4.1.2",
                "  controllers        ███████████████████████ 1/1  done",
                "  brokers            ███████████░░░░░░░░░░░░ 1/2  2 is restarting, 4s",
                "  preferred leaders",
                "  metadata.version   3.9-IV0 → 4.1-IV1",
                "  ▸ broker 2   stopping → starting 4.1.2 → in sync 41 of 66",
                "  finish in about 6s (3s–16s)                     p pause   w why   d background",
            ]
        );
        assert!(
            shown(&run, &tale, &hinted, 13, 40)
                .iter()
                .all(|line| columns(line) <= 40)
        );
    }
}
