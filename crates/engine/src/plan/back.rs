//! The way back: what release is meant, and what bars it before any way is searched; and whether one
//! member alone may go back.
//!
//! A level that was raised above what the old release supports bars the whole way: software of the old
//! release ends by itself when it meets such a record. Levels are not lowered here: that it is done
//! rightly (each node's own snapshot newer than the lowering) cannot be seen from outside.
//! Must never know: why members should go back. Stories: `tests/it/back.rs`.

use super::goal::no_such_release;
use super::seen::{Seen, list};
use crate::catalog::{Catalog, Line};
use crate::mix::{Mix, newly_broken};
use crate::names::{LevelName, MemberId, Track};
use crate::refusal::{Because, Code, FactRef, Proof, Refusal};
use crate::snapshot::Snapshot;
use crate::version::Version;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

/// The release that is meant: one of that name that still runs somewhere, else the newest advised of
/// a line, else the one of that full version.
///
/// # Errors
/// [`Code::NoSuchRelease`] where there is none of that name.
pub(super) fn resolve(catalog: &Catalog, seen: &Seen, asked: &Version) -> Result<Version, Refusal> {
    let here = seen.releases();
    if let Some(runs) = here.iter().rfind(|v| asked.names(v)) {
        return Ok(runs.clone());
    }
    catalog
        .meant_in(&Track::default(), asked)
        .map(|release| release.version.clone())
        .ok_or_else(|| no_such_release(catalog, asked))
}

/// # Errors
/// [`Code::Newer`] where a member runs something older than the release to go back to; `proof` finds
/// out which facts.
pub(super) fn not_newer(seen: &Seen, goal: &Version) -> Result<(), Refusal> {
    let runs = seen.releases();
    let Some(oldest) = runs.first().filter(|oldest| *oldest < goal) else {
        return Ok(());
    };
    Err(Refusal {
        opens: Vec::new(),
        opener: Proof::Plain,
        proof: Proof::Plain,
        code: Code::Newer,
        says: format!("{goal} is newer than what runs: {oldest}"),
        because: Vec::new(),
        hints: vec![
            format!("all the way back: windlass rollback {{cluster}} --to {oldest}"),
            format!("up instead: windlass plan {{cluster}} --to {goal}"),
        ],
    })
}

/// # Errors
/// [`Code::Finalized`] where a level stands at what the release to go back to does not support: which,
/// where it stands, what is supported, and whether it could be lowered at all.
pub(super) fn not_finalized(catalog: &Catalog, seen: &Seen, goal: &Version) -> Result<(), Refusal> {
    let Some(line) = catalog.line(goal) else {
        return Ok(());
    };
    let barred: Vec<(&LevelName, u16)> = seen
        .levels
        .iter()
        .map(|(name, number)| (name, *number))
        .filter(|(name, number)| !line.supports(name, *number))
        .collect();
    if barred.is_empty() {
        return Ok(());
    }
    let mut because = Vec::new();
    let mut lowering = Vec::new();
    let mut stuck = false;
    for (name, number) in &barred {
        let bar = Bar::of(catalog, line, name, *number);
        because.push(bar.stands(catalog));
        because.push(bar.supported(catalog));
        because.extend(bar.between(catalog));
        match bar.how(catalog) {
            Some(how) => lowering.push(how),
            None => stuck = true,
        }
    }
    let names: Vec<&str> = barred.iter().map(|(name, _)| name.as_str()).collect();
    let all = list(&names);
    let mut hints = if stuck { Vec::new() } else { lowering };
    if !stuck {
        hints.push(format!(
            "and then again: windlass rollback {{cluster}} --to {goal}"
        ));
    }
    hints.push("what else can be reached: windlass targets {cluster}".into());
    Err(Refusal {
        opens: Vec::new(),
        opener: Proof::Plain,
        proof: Proof::Plain,
        code: Code::Finalized,
        says: match (stuck, names.len()) {
            (true, 1) => format!("there is no way back to {goal}: {all} was finalized above it"),
            (true, _) => format!("there is no way back to {goal}: {all} were finalized above it"),
            (false, 1) => format!("no way back to {goal} while {all} is finalized above it"),
            (false, _) => format!("no way back to {goal} while {all} are finalized above it"),
        },
        because,
        hints,
    })
}

/// A level that a line cannot live with.
struct Bar<'a> {
    line: &'a Line,
    name: &'a LevelName,
    number: u16,
    /// The highest that the line supports; none: only never raised.
    high: Option<u16>,
    /// The highest number above that which changes a format, if one was passed.
    one_way: Option<u16>,
}

impl<'a> Bar<'a> {
    fn of(catalog: &Catalog, line: &'a Line, name: &'a LevelName, number: u16) -> Self {
        let high = line.levels.get(name).map(|(_, high)| *high);
        let passed = high.unwrap_or(0) + 1..=number;
        let one_way = catalog.level(name).and_then(|facts| {
            let met = facts.one_way.iter().copied();
            met.filter(|one| passed.contains(one)).max()
        });
        Self {
            line,
            name,
            number,
            high,
            one_way,
        }
    }

    /// A number with its name, where it has one: `27 (4.1-IV1)`.
    fn called(&self, catalog: &Catalog, number: u16) -> String {
        let (number, named) = (number.to_string(), catalog.level_named(self.name, number));
        if named == number {
            number
        } else {
            format!("{number} ({named})")
        }
    }

    /// All that is said of it is said of one fact.
    fn refs(&self) -> Vec<FactRef> {
        vec![FactRef::Level {
            level: self.name.clone(),
        }]
    }

    fn stands(&self, catalog: &Catalog) -> Because {
        let at = self.called(catalog, self.number);
        Because::seen(format!("{} is finalized at {at}", self.name), self.refs())
    }

    fn supported(&self, catalog: &Catalog) -> Because {
        let fact = match self.line.levels.get(self.name) {
            Some((low, high)) => format!(
                "{} supports {} from {low} to {}",
                self.line.line,
                self.name,
                self.called(catalog, *high)
            ),
            None => format!("{} does not know {}", self.line.line, self.name),
        };
        Because::stands(fact, &self.line.source, self.refs())
    }

    /// Whether it could be lowered so far.
    fn between(&self, catalog: &Catalog) -> Option<Because> {
        let facts = catalog.level(self.name)?;
        let to = self.high.unwrap_or(0);
        let fact = match self.one_way {
            Some(one) => format!(
                "it cannot be lowered below {} again: that number changed what is stored",
                self.called(catalog, one)
            ),
            None => format!(
                "no number from {} down to {to} changed what is stored",
                self.number
            ),
        };
        Some(Because::stands(fact, &facts.source, self.refs()))
    }

    /// How a human lowers it; none: it cannot be lowered so far, or nobody says how.
    fn how(&self, catalog: &Catalog) -> Option<String> {
        if self.one_way.is_some() {
            return None;
        }
        let how = catalog.level(self.name)?.lowering.as_ref()?;
        Some(how.replace("{to}", &self.high.unwrap_or(0).to_string()))
    }
}

/// Whether this member may run an older release again: every finalized level is supported there, and
/// no skew rule is newly broken by it.
///
/// # Errors
/// In words, why not.
pub fn may_return(
    catalog: &Catalog,
    snapshot: &Snapshot,
    member: &MemberId,
    old: &Version,
) -> Result<(), String> {
    let Some(moved) = snapshot.members.get(member) else {
        return Err(format!("member {member} is not seen in the cluster"));
    };
    for (name, level) in &snapshot.levels {
        let barred = catalog
            .line(old)
            .filter(|line| !line.supports(name, level.finalized));
        if let Some(line) = barred {
            return Err(format!(
                "{name} is finalized at {}, and {} does not run with it ({})",
                catalog.level_named(name, level.finalized),
                line.line,
                line.source
            ));
        }
    }
    let before = Mix::of(snapshot);
    let after = Mix::with(snapshot, moved, old);
    match newly_broken(catalog, &before, &after).first() {
        None => Ok(()),
        Some(breach) => Err(format!(
            "{} may not stand beside {}: {} ({})",
            breach.one, breach.other, breach.why, breach.source
        )),
    }
}
