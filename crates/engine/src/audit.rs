//! stub
use alloc::vec::Vec;
/// stub
pub fn audit(
    _p: &crate::plan::Plan,
    _c: &crate::catalog::Catalog,
    _po: &crate::policy::Policy,
    _s: &crate::snapshot::Snapshot,
    _l: &alloc::collections::BTreeSet<crate::names::MemberId>,
) -> Vec<alloc::string::String> {
    Vec::new()
}
