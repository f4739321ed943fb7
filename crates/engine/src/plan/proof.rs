//! Why there is no way: the fewest facts that together bar it, and what would open one.
//!
//! Facts are left aside in turn: what remains bars together, and nothing in it is superfluous. The
//! other way round, facts are taken away in turn until a way opens: none of those is superfluous either.
//! Must never know: how a proof is rendered. Stories: `tests/it/refusal.rs`.

mod bars;
mod minimal;
mod parts;

use super::search::{Reach, reach};
use super::seen::{Seen, list};
use super::world::{Aim, Ease, Heading, Part, Patches, World};
use crate::refusal::{Because, Code, FactRef, Proof, Refusal};
use crate::version::Version;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use bars::Bar;
use minimal::{Answer, Least, Needed, least};

/// More ways into a goal than these are not listed.
const LEADING_MAX: usize = 4;

/// The search passed its limit.
pub(super) fn too_large(world: &World) -> Refusal {
    Refusal {
        opens: Vec::new(),
        opener: Proof::Plain,
        proof: Proof::Plain,
        code: Code::TooLarge,
        says: "the search for a way was given up: too many ways to look at".into(),
        because: vec![Because::seen(
            format!(
                "{} kinds of members at {} different starts",
                world.classes.len(),
                world.groups.len()
            ),
            Vec::new(),
        )],
        hints: vec!["name a nearer goal, or stops on the way: windlass plan {cluster} --to VERSION --via LINE".into()],
    }
}

/// There is no way to where everything is to end; `goal` names that for people.
pub(super) fn barred(seen: &Seen, aim: &Aim, goal: &Version) -> Refusal {
    let direct = Aim {
        stops: Vec::new(),
        ..aim.clone()
    };
    if !aim.stops.is_empty() && opens(seen, &direct) {
        return by_stops(&aim.stops, goal);
    }
    let proven = Proven::of(seen, aim, goal);
    let code = proven.code();
    Refusal {
        because: proven.because,
        opens: proven.opens,
        proof: proven.proof,
        opener: proven.opener,
        code,
        says: says(code, aim.heading, goal),
        hints: hints(seen, aim, &proven.bars, goal),
    }
}

/// What bars, and what opens, where there is no way.
struct Proven {
    bars: Vec<Bar>,
    opening: Vec<Bar>,
    because: Vec<Because>,
    proof: Proof,
    opens: Vec<Because>,
    opener: Proof,
}

impl Proven {
    fn of(seen: &Seen, aim: &Aim, goal: &Version) -> Self {
        let none = Ease::default();
        let world = World::of(seen, aim, Patches::All, &none);
        let all = bars::all(&world, seen);
        let barring = barring(seen, aim, &all);
        let opening = opening(seen, aim, &all);
        Self {
            because: bars::told(&world, seen, &barring.facts, goal),
            proof: known(&barring),
            opens: bars::told(&world, seen, &opening.facts, goal),
            opener: known(&opening),
            bars: barring.facts,
            opening: opening.facts,
        }
    }

    /// What kind of "no" it is. A path between any two lines would nearly always open a way, so that its
    /// absence is in most proofs; where something else opens one, that is what bars.
    fn code(&self) -> Code {
        let of_opening = code(&self.opening);
        if self.opening.is_empty() || of_opening == Code::NoPath {
            return code(&self.bars);
        }
        of_opening
    }
}

/// A "no" that was seen before any way was searched (a goal older than what runs), with the facts that
/// make it one.
pub(super) fn filled(seen: &Seen, aim: &Aim, goal: &Version, refusal: Refusal) -> Refusal {
    let proven = Proven::of(seen, aim, goal);
    Refusal {
        because: proven.because,
        opens: proven.opens,
        proof: proven.proof,
        opener: proven.opener,
        ..refusal
    }
}

/// A "no" by what is offered, with what runs elsewhere than at the goal, and with what else would have to
/// go for a way to open.
pub(super) fn beyond(seen: &Seen, aim: &Aim, goal: &Version, refusal: Refusal) -> Refusal {
    let none = Ease::default();
    let world = World::of(seen, aim, Patches::All, &none);
    let away = |bar: &Bar| match bar {
        Bar::Runs(Part::Moves, names, versions) => {
            let mut runs = names.iter().zip(versions);
            runs.any(|(name, at)| aim.ends.get(name).is_some_and(|end| end != at))
        }
        Bar::Runs(Part::Stays, ..)
        | Bar::Absent(..)
        | Bar::Blocked(_)
        | Bar::Risk(_)
        | Bar::Level(_)
        | Bar::Rule(_) => false,
    };
    let runs = bars::all(&world, seen).into_iter().find(away);
    let runs: Vec<Bar> = runs.into_iter().collect();
    let mut because = refusal.because;
    because.extend(bars::told(&world, seen, &runs, goal));
    let refusal = Refusal { because, ..refusal };
    if opens(seen, aim) {
        return refusal;
    }
    let proven = Proven::of(seen, aim, goal);
    Refusal {
        opens: refusal.opens.into_iter().chain(proven.opens).collect(),
        opener: proven.opener,
        ..refusal
    }
}

/// Whether it is known that there is no way, by whatever patches.
pub(super) fn is_barred(seen: &Seen, aim: &Aim) -> bool {
    asked(seen, aim, &Ease::default()) == Reach::Barred
}

/// The fewest facts with which alone there is no way.
fn barring(seen: &Seen, aim: &Aim, all: &[Bar]) -> Needed<Bar> {
    least(all, |kept| {
        let others = all.iter().filter(|bar| !kept.contains(bar));
        match asked(seen, aim, &bars::ease(others)) {
            Reach::Barred => Answer::Yes,
            Reach::Open => Answer::No,
            Reach::TooLarge => Answer::Unknown,
        }
    })
}

/// The fewest facts without which there is a way; what runs is left alone where that suffices, as it
/// does wherever the catalog is all that bars.
fn opening(seen: &Seen, aim: &Aim, all: &[Bar]) -> Needed<Bar> {
    let runs = |bar: &&Bar| matches!(bar, Bar::Runs(..));
    let of_catalog: Vec<Bar> = all.iter().rev().filter(|bar| !runs(bar)).cloned().collect();
    let everything: Vec<Bar> = of_catalog
        .iter()
        .chain(all.iter().filter(runs))
        .cloned()
        .collect();
    let opens = |gone: &[&Bar]| match asked(seen, aim, &bars::ease(gone.iter().copied())) {
        Reach::Open => Answer::Yes,
        Reach::Barred => Answer::No,
        Reach::TooLarge => Answer::Unknown,
    };
    let facts: Vec<&Bar> = of_catalog.iter().collect();
    match opens(&facts) {
        Answer::Yes => least(&of_catalog, opens),
        Answer::No | Answer::Unknown => least(&everything, opens),
    }
}

/// A "no" needs a fact: where none was left over, something bars that is not among them.
fn known(needed: &Needed<Bar>) -> Proof {
    match needed.known {
        Least::Sure if !needed.facts.is_empty() => Proof::Minimal,
        Least::Sure | Least::Unsure => Proof::NotMinimized,
    }
}

/// Whether there is a way. What no rule binds together is asked about apart: members that have nothing
/// to do with one another would else be tried in every mix.
fn asked(seen: &Seen, aim: &Aim, ease: &Ease) -> Reach {
    let world = World::of(seen, aim, Patches::All, ease);
    let parts = world.parts();
    if parts.len() < 2 {
        return reach(&world);
    }
    let mut answer = Reach::Open;
    for part in &parts {
        let others = (0..world.classes.len()).filter(|class| !part.contains(class));
        let mut alone = ease.clone();
        for class in others.map(|class| &world.classes[class]) {
            for group in class.groups.iter().map(|group| &world.groups[*group]) {
                let (names, versions) = world.named(&class.components, &group.start);
                alone.gone.insert((group.part, names, versions));
            }
        }
        match reach(&World::of(seen, aim, Patches::All, &alone)) {
            Reach::Barred => return Reach::Barred,
            Reach::TooLarge => answer = Reach::TooLarge,
            Reach::Open => {}
        }
    }
    answer
}

fn opens(seen: &Seen, aim: &Aim) -> bool {
    asked(seen, aim, &Ease::default()) == Reach::Open
}

/// What kind of fact bars, the plainest first.
fn code(bars: &[Bar]) -> Code {
    let of = |code: Code| {
        let mut all = bars.iter();
        all.any(|bar| bar.code() == Some(code)).then_some(code)
    };
    of(Code::NoPath)
        .or_else(|| of(Code::Blocked))
        .or_else(|| of(Code::Risk))
        .or_else(|| of(Code::Skew))
        .or_else(|| of(Code::Level))
        .unwrap_or(Code::NoPath)
}

fn says(code: Code, heading: Heading, goal: &Version) -> String {
    match (code, heading) {
        (Code::Skew, _) => {
            format!("every way to {goal} passes versions that may not stand side by side")
        }
        (Code::Level, _) => {
            format!("a level that the way to {goal} requires cannot be reached")
        }
        (Code::Blocked, _) => format!("every way to {goal} passes a hop that is blocked"),
        (Code::Risk, _) => format!("every way to {goal} passes a hop that may be unwise here"),
        (_, Heading::Forth) => {
            format!("no chain of supported paths leads from what runs to {goal}")
        }
        (_, Heading::Back) => {
            format!("no chain of supported paths leads back from what runs to {goal}")
        }
    }
}

fn hints(seen: &Seen, aim: &Aim, bars: &[Bar], goal: &Version) -> Vec<String> {
    let mut hints = Vec::new();
    for bar in bars {
        hints.extend(bar.mend(seen));
    }
    let no_path = code(bars) == Code::NoPath;
    let only_levels = code(bars) == Code::Level;
    match aim.heading {
        Heading::Forth => {
            if only_levels {
                hints.push(
                    "raise the levels to what runs supports first: windlass finalize {cluster}"
                        .into(),
                );
            }
            if no_path {
                hints.extend(leading(seen, goal));
            }
            hints.extend(nearest(seen, aim, goal));
        }
        Heading::Back => hints.push("what runs: windlass observe {cluster}".into()),
    }
    hints
}

/// From where paths lead to the goal, and what is said of hops to it that are blocked.
fn leading(seen: &Seen, goal: &Version) -> Vec<String> {
    let mut from: Vec<String> = Vec::new();
    let mut sources: Vec<&str> = Vec::new();
    let paths = seen.catalog.paths.iter();
    for path in paths.filter(|path| path.track.is_main() && path.to.holds(goal)) {
        let range = path.from.to_string();
        if !from.contains(&range) {
            from.push(range);
        }
        if !sources.contains(&path.source.as_str()) {
            sources.push(&path.source);
        }
    }
    let mut hints = Vec::new();
    if !from.is_empty() && from.len() <= LEADING_MAX {
        let names: Vec<&str> = from.iter().map(String::as_str).collect();
        hints.push(format!(
            "{goal} is reached from {} only ({})",
            list(&names),
            sources.join("; ")
        ));
    }
    let runs = seen.releases();
    let blocked = seen.catalog.blocked.iter().filter(|blocked| {
        blocked.track.is_main()
            && blocked.to.holds(goal)
            && runs.iter().any(|version| blocked.from.holds(version))
    });
    hints.extend(blocked.map(|blocked| format!("{}: {}", blocked.why, blocked.mend)));
    hints
}

fn by_stops(stops: &[Version], goal: &Version) -> Refusal {
    let asked = stops.iter().filter(|stop| *stop != goal);
    let named: Vec<String> = asked.clone().map(ToString::to_string).collect();
    let names: Vec<&str> = named.iter().map(String::as_str).collect();
    Refusal {
        opens: Vec::new(),
        opener: Proof::Plain,
        proof: Proof::Plain,
        code: Code::Via,
        says: format!("no way to {goal} stops at {}", list(&names)),
        because: vec![Because::seen(
            format!(
                "there is a way to {goal} without stopping at {}",
                list(&names)
            ),
            asked.cloned().map(|stop| FactRef::Stop { stop }).collect(),
        )],
        hints: vec![format!("windlass plan {{cluster}} --to {goal}")],
    }
}

/// The newest release below the goal that can be reached now, as a command.
fn nearest(seen: &Seen, aim: &Aim, goal: &Version) -> Vec<String> {
    let catalog = seen.catalog;
    let newest = seen.releases().into_iter().max();
    let of_main = aim.ends.keys().all(|name| catalog.track_of(name).is_main());
    let mut near: Vec<&Version> = catalog
        .releases
        .iter()
        .filter(|r| r.track.is_main() && r.avoid.is_none() && &r.version < goal)
        .map(|r| &r.version)
        .filter(|v| newest.as_ref().is_some_and(|newest| *v > newest))
        .filter(|v| catalog.newest(&v.line()).is_some_and(|r| &r.version == *v))
        .collect();
    near.sort();
    let found = near.into_iter().rev().filter(|_| of_main).find(|version| {
        let ends = aim.ends.keys();
        let nearer = Aim {
            ends: ends
                .map(|name| (name.clone(), (*version).clone()))
                .collect(),
            stops: Vec::new(),
            ..aim.clone()
        };
        opens(seen, &nearer)
    });
    match found {
        Some(version) => vec![format!(
            "{version} can be reached now: windlass plan {{cluster}} --to {version}"
        )],
        None => vec!["what can be reached: windlass targets {cluster}".into()],
    }
}
