//! What is wanted of a registered cluster, and by which facts it is judged: as its file declares it, or as a
//! false cluster began.
//!
//! Must never know: runs. Stories: `tests/it/`.

use crate::assemble;
use crate::context::Context;
use crate::demo::stage::Stage;
use crate::exit::Failed;
use std::sync::Arc;
use windlass_engine::catalog::Catalog;
use windlass_engine::check::Waiver;
use windlass_engine::policy::Policy;
use windlass_runner::ports::store::Registration;
use windlass_wire::convert::ClusterDeclared;

/// What is wanted, and by which facts it is judged.
#[derive(Clone, Debug)]
pub struct Will {
    /// The user's will.
    pub policy: Policy,
    /// The maker's facts.
    pub catalog: Arc<Catalog>,
    /// What may pass, as far as it has not ended.
    pub waivers: Vec<Waiver>,
}

/// The will of a registered cluster.
///
/// # Errors
/// Where this windlass does not understand what was registered, or has no catalog for it.
pub fn of(context: &Context, registration: &Registration) -> Result<Will, Failed> {
    if let Some(stage) = &context.stage {
        return played(stage, registration);
    }
    let registered = assemble::registered(registration)?;
    let declared = ClusterDeclared::of(&registered.cluster);
    Ok(Will {
        catalog: context.catalogs.of(declared.system.name())?,
        policy: declared.policy,
        waivers: registered.given(context.now().wall),
    })
}

fn played(stage: &Stage, of: &Registration) -> Result<Will, Failed> {
    let book = stage.book(&of.name);
    let book = book.map_err(|why| Failed::says(why.to_string()))?;
    let mut policy = book.head.policy.clone();
    // Where the way of the first run stopped is nothing to later ones.
    policy.via.clear();
    Ok(Will {
        policy,
        catalog: book.head.catalog.clone(),
        waivers: Vec::new(),
    })
}
