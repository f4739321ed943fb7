//! Whether one member may go back to the release it came from.
//!
//! Must never know: why it should. Stories: `tests/it/back.rs`.

use crate::catalog::Catalog;
use crate::mix::{Mix, newly_broken};
use crate::names::MemberId;
use crate::snapshot::Snapshot;
use crate::version::Version;
use alloc::format;
use alloc::string::String;

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
