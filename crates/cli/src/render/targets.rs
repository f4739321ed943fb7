//! Where a cluster can go.
//!
//! Must never know: how that was found out. Stories: `stories`.

use super::count;
use super::table::{Cell, Table};
use crate::outlet::style::Tone;
use crate::outlet::{Outlet, spoken};
use windlass_engine::plan::{Standing, Target};
use windlass_wire::v1::list::{Advice, TargetView};

/// A line for each release.
#[must_use]
pub fn lines(outlet: &Outlet, typed: &str, targets: &[Target]) -> Vec<String> {
    let mut table = Table::new(&["RELEASE", "STANDING", "WAY", "NOTE"]);
    for target in targets {
        let (word, tone, why) = match &target.standing {
            Standing::Recommended => ("✓ recommended", Tone::Good, None),
            Standing::Conditional(why) => ("! conditional", Tone::Warn, Some(why)),
            Standing::Barred(why) => ("✗ barred", Tone::Bad, Some(why)),
        };
        let way = if target.hops == 0 {
            String::new()
        } else {
            count(target.hops, "hop")
        };
        let mut notes: Vec<String> = Vec::new();
        let is_barred = matches!(target.standing, Standing::Barred(_));
        if !target.note.is_empty() && !is_barred {
            notes.push(target.note.clone());
        }
        notes.extend(why.map(|why| spoken(why, typed)));
        table.row(vec![
            Cell::toned(target.version.to_string(), Tone::Bold),
            Cell::toned(word, tone),
            Cell::plain(way),
            Cell::plain(notes.join("; ")),
        ]);
    }
    table.lines(outlet)
}

/// What bars every one of them, where it is the same for all.
#[must_use]
pub fn all_barred(targets: &[Target]) -> Option<&str> {
    let mut whys = targets.iter().map(|target| match &target.standing {
        Standing::Barred(why) => Some(why.as_str()),
        Standing::Recommended | Standing::Conditional(_) => None,
    });
    let first = whys.next()??;
    whys.all(|why| why == Some(first)).then_some(first)
}

/// The same for programs.
#[must_use]
pub fn views(typed: &str, targets: &[Target]) -> Vec<TargetView> {
    let view = |target: &Target| {
        let (advice, why) = match &target.standing {
            Standing::Recommended => (Advice::Recommended, None),
            Standing::Conditional(why) => (Advice::Conditional, Some(spoken(why, typed))),
            Standing::Barred(why) => (Advice::Barred, Some(spoken(why, typed))),
        };
        TargetView::of(
            &target.version,
            advice,
            target.hops,
            why.as_deref(),
            &target.note,
        )
    };
    targets.iter().map(view).collect()
}
