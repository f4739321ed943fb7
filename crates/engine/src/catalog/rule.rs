//! Which versions of two components may stand side by side.
//!
//! Must never know: who moves next. Stories: `tests/it/mix.rs`.

use super::{Bond, Lines};
use crate::names::Component;
use crate::version::{Range, Version};
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// A rule on which versions of two components may stand side by side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SkewRule {
    /// Its name: `broker-not-newer`.
    pub id: String,
    /// The one whose distance is counted …
    pub of: Component,
    /// … from this one (may be the same).
    pub from: Component,
    /// Where the two stand when it counts.
    #[serde(default, skip_serializing_if = "Within::is_cluster")]
    pub within: Within,
    /// What is allowed.
    pub allow: Skew,
    /// Why, in words.
    pub why: String,
    /// Where the rule stands.
    pub source: String,
}

/// An allowed distance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Skew {
    /// Not newer, by release.
    NotNewer,
    /// The same release.
    Equal,
    /// The line of the one minus the line of the other, counted in lines of the catalog, lies in `[low, high]`.
    Lines(i32, i32),
    /// The same first number, and the second of the one minus that of the other lies in `[low, high]`.
    Minors(i32, i32),
    /// One of these pairs; what is in none is forbidden.
    Pairs(Vec<Pair>),
}

/// Releases of two components that may stand side by side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Pair {
    /// These of the one …
    pub of: Range,
    /// … beside these of the other.
    pub from: Range,
}

/// Where two components must stand for a rule to count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Within {
    /// Anywhere in the cluster.
    #[default]
    Cluster,
    /// In the same zone.
    Zone,
    /// In the same member.
    Node,
}

impl Within {
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "the signature that serde asks for"
    )]
    fn is_cluster(&self) -> bool {
        matches!(self, Self::Cluster)
    }
}

/// One end of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Of,
    From,
}

/// What a rule looks at in a version that stands at one of its ends: read once, held against many.
#[derive(Debug)]
enum Side<'a> {
    /// All of it.
    Whole(&'a Version),
    /// The place of its line; none: the catalog does not know it.
    Line(Option<i64>),
    /// Those pairs of which it is one end.
    Pairs(Vec<usize>),
}

impl SkewRule {
    /// Whether `of` at the one release may stand beside `from` at the other. Between members that move
    /// as one no order can be asked for: `NotNewer` falls away, `Lines` keeps its distance only.
    #[must_use]
    pub fn allows(&self, lines: &Lines, of: &Version, from: &Version, bond: Bond) -> bool {
        let (of, from) = (
            self.side(lines, of, End::Of),
            self.side(lines, from, End::From),
        );
        self.fits(&of, &from, bond)
    }

    /// The same of each of these beside each of those, row by row.
    #[must_use]
    pub fn table(&self, lines: &Lines, of: &[Version], from: &[Version], bond: Bond) -> Vec<bool> {
        let from = from
            .iter()
            .map(|version| self.side(lines, version, End::From));
        let from: Vec<Side> = from.collect();
        let mut table = Vec::with_capacity(of.len() * from.len());
        for version in of {
            let of = self.side(lines, version, End::Of);
            table.extend(from.iter().map(|from| self.fits(&of, from, bond)));
        }
        table
    }

    fn side<'a>(&self, lines: &Lines, version: &'a Version, end: End) -> Side<'a> {
        match &self.allow {
            Skew::NotNewer | Skew::Equal | Skew::Minors(..) => Side::Whole(version),
            Skew::Lines(..) => Side::Line(lines.place(version)),
            Skew::Pairs(pairs) => {
                let holds = |pair: &Pair| match end {
                    End::Of => pair.of.holds(version),
                    End::From => pair.from.holds(version),
                };
                let held = pairs.iter().enumerate().filter(|(_, pair)| holds(pair));
                Side::Pairs(held.map(|(index, _)| index).collect())
            }
        }
    }

    fn fits(&self, of: &Side, from: &Side, bond: Bond) -> bool {
        match (&self.allow, of, from) {
            (Skew::NotNewer, Side::Whole(of), Side::Whole(from)) => {
                bond == Bond::Together || of <= from
            }
            (Skew::Equal, Side::Whole(of), Side::Whole(from)) => of == from,
            (Skew::Minors(low, high), Side::Whole(of), Side::Whole(from)) => {
                within(of.minors_from(from), *low, *high, bond)
            }
            (Skew::Lines(low, high), Side::Line(of), Side::Line(from)) => {
                let far = of.zip(*from).map(|(of, from)| of - from);
                within(far, *low, *high, bond)
            }
            (Skew::Pairs(_), Side::Pairs(of), Side::Pairs(from)) => {
                of.iter().any(|pair| from.contains(pair))
            }
            // Both ends are read as the rule asks: there is no other pair.
            (Skew::NotNewer | Skew::Equal | Skew::Minors(..), _, _)
            | (Skew::Lines(..) | Skew::Pairs(_), _, _) => false,
        }
    }
}

/// Whether a distance is allowed; between members that move as one it counts both ways.
fn within(far: Option<i64>, low: i32, high: i32, bond: Bond) -> bool {
    let (low, high) = (i64::from(low), i64::from(high));
    let reach = match bond {
        Bond::Apart => low..=high,
        Bond::Together => low.min(-high)..=high.max(-low),
    };
    far.is_some_and(|far| reach.contains(&far))
}
