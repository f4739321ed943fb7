//! `kind: Waiver`, applied: kept with the registration of its cluster; checks and later runs read it there.
//!
//! Must never know: what was found at the cluster. Stories: `tests/it/waivers.rs`.

use super::{Applied, Manner};
use crate::assemble;
use crate::context::Context;
use crate::exit::Failed;
use windlass_engine::catalog::Severity;
use windlass_engine::names::CheckId;
use windlass_engine::nearest::nearest;
use windlass_runner::ports::store::Registration;
use windlass_wire::convert::ClusterDeclared;
use windlass_wire::diff::diff;
use windlass_wire::registered::Registered;
use windlass_wire::stamp;
use windlass_wire::v1::Object;
use windlass_wire::v1::cluster::Cluster;
use windlass_wire::v1::waiver::Waiver;

/// Whether it could ever count: its check is there, may be waived at all, and it has not ended.
///
/// # Errors
/// Where it could not.
pub(super) async fn sound(
    context: &Context,
    objects: &[Object],
    waiver: &Waiver,
) -> Result<(), Failed> {
    let (name, spec) = (&waiver.metadata.name, &waiver.spec);
    let given = objects.iter().find_map(|object| match object {
        Object::Cluster(cluster) if cluster.metadata.name == spec.cluster => Some(&**cluster),
        Object::Cluster(_) | Object::Upgrade(_) | Object::Waiver(_) => None,
    });
    let checks = match given {
        Some(cluster) => checks(context, cluster)?,
        None => {
            let registration = context.desk.registered(&spec.cluster).await?;
            checks(context, &assemble::declared(&registration)?)?
        }
    };
    let Some((_, severity)) = checks.iter().find(|(check, _)| *check == spec.check) else {
        let known = checks.iter().map(|(check, _)| check.as_str());
        let hint = match nearest(spec.check.as_str(), known) {
            Some(near) => format!("did you mean {near}?"),
            None => format!("windlass check {} names them", spec.cluster),
        };
        let says = format!("waiver {name}: there is no check {}", spec.check);
        return Err(Failed::hinted(says, hint));
    };
    if *severity == Severity::FailAlways {
        return Err(Failed::hinted(
            format!("waiver {name}: {} can never be waived", spec.check),
            format!("mend it: windlass check {}", spec.cluster),
        ));
    }
    if spec.until <= context.now().wall {
        let until = stamp::long(spec.until, &context.zone);
        return Err(Failed::hinted(
            format!("waiver {name}: it has ended already, {until}"),
            "give a time to come",
        ));
    }
    Ok(())
}

fn checks(context: &Context, cluster: &Cluster) -> Result<Vec<(CheckId, Severity)>, Failed> {
    let declared = ClusterDeclared::of(cluster);
    let catalog = context.catalogs.of(declared.system.name())?;
    let of_catalog = catalog.checks.iter().map(|c| (c.id.clone(), c.severity));
    let own = declared.policy.checks.iter();
    Ok(of_catalog
        .chain(own.map(|c| (c.id(), c.severity)))
        .collect())
}

pub(super) async fn apply(
    context: &Context,
    waiver: &Waiver,
    manner: Manner,
) -> Result<Applied, Failed> {
    let mut waiver = waiver.clone();
    let by = &mut waiver.spec.by;
    *by = by.take().or_else(|| Some(context.user.clone()));
    let cluster = &waiver.spec.cluster;
    let known = context.world.store.registered(cluster).await?;
    let kept = known.as_ref().map(assemble::registered).transpose()?;
    let before = kept.as_ref().and_then(|kept| named(kept, &waiver));
    let changes = match before {
        Some(before) => diff(&json(before), &json(&waiver)),
        None => Vec::new(),
    };
    let outcome = match (before, changes.is_empty()) {
        (None, _) => "new",
        (Some(_), true) => "unchanged",
        (Some(_), false) => "changed",
    };
    let applied = Applied {
        kind: "Waiver",
        name: waiver.metadata.name.clone(),
        outcome,
        dry_run: manner == Manner::Showing,
        changes,
        run: None,
    };
    if let (Manner::Changing, Some(known), Some(mut kept)) = (manner, known, kept)
        && outcome != "unchanged"
    {
        kept.waivers.retain(|one| one.metadata != waiver.metadata);
        kept.waivers.push(waiver);
        let registration = Registration {
            object: kept.text(),
            changed: context.now().wall,
            ..known
        };
        context.world.store.register(registration).await?;
    }
    Ok(applied)
}

fn named<'k>(kept: &'k Registered, waiver: &Waiver) -> Option<&'k Waiver> {
    let mut all = kept.waivers.iter();
    all.find(|one| one.metadata == waiver.metadata)
}

fn json(waiver: &Waiver) -> serde_json::Value {
    Object::Waiver(Box::new(waiver.clone())).to_json()
}
