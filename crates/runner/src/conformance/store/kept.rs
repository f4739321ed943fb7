//! Promises about contents, registrations, the pulse and the store's id.
//!
//! Must never know: which store. Stories: this is one.

use super::{Bench, append, begin, door, end, room};
use crate::conformance::{Mark, holds, same, words};
use crate::ports::store::{Registration, StoreError};
use crate::ports::target::Blob;
use windlass_engine::hash::Hash;
use windlass_engine::names::ClusterName;
use windlass_engine::time::Wall;

room![
    contents_are_kept_under_their_hash,
    registrations_are_kept_by_name,
    a_registration_is_not_forgotten_while_a_run_lives,
    the_pulse_tells_of_every_commit,
    the_id_is_the_same_through_every_door,
];

fn blob(bytes: &[u8]) -> Blob {
    Blob {
        hash: Hash::of(bytes),
        bytes: bytes.to_vec(),
    }
}

async fn contents_are_kept_under_their_hash(bench: &dyn Bench) -> Mark {
    let store = door(bench).await?;
    let large: Vec<u8> = (0..=255).cycle().take(3_000_000).collect();
    let (empty, large) = (blob(b""), blob(&large));
    for content in [&empty, &large, &large] {
        store.keep(content.clone()).await.map_err(words)?;
    }
    let run = begin(store.as_ref(), "orders").await?;
    let mut with = append(&run, 1, &["\"with content\""]);
    with.blobs = vec![blob(b"plan"), large.clone()];
    store.append(with).await.map_err(words)?;
    let other = door(bench).await?;
    for content in [empty, large, blob(b"plan")] {
        let found = other.blob(content.hash).await.map_err(words)?;
        holds("the same content", (found == content.bytes).into())?;
    }
    let none = other.blob(Hash::of(b"never kept")).await;
    holds("none", matches!(none, Err(StoreError::Missing(_))).into())
}

fn registration(name: &str, object: &str) -> Registration {
    Registration {
        name: name.into(),
        identity: None,
        object: object.to_owned(),
        changed: Wall(17),
    }
}

async fn registrations_are_kept_by_name(bench: &dyn Bench) -> Mark {
    let store = door(bench).await?;
    let mut orders = registration("orders", "{\"n\":1}");
    let payments = registration("payments", "{}");
    for new in [&payments, &orders] {
        store.register(new.clone()).await.map_err(words)?;
    }
    orders.identity = Some("X".into());
    orders.object = "{\"n\":2}".into();
    orders.changed = Wall(18);
    store.register(orders.clone()).await.map_err(words)?;
    let other = door(bench).await?;
    let all = other.registrations().await.map_err(words)?;
    same("all, by name", &all, &vec![orders.clone(), payments])?;
    let one = other.registered(&orders.name).await.map_err(words)?;
    same("one", &one, &Some(orders.clone()))?;
    other.forget(&orders.name).await.map_err(words)?;
    let gone = store.registered(&orders.name).await.map_err(words)?;
    same("forgotten", &gone, &None)?;
    let again = store.forget(&orders.name).await;
    let missing = matches!(again, Err(StoreError::Missing(_)));
    holds("what is forgotten is missing", missing.into())
}

async fn a_registration_is_not_forgotten_while_a_run_lives(bench: &dyn Bench) -> Mark {
    let store = door(bench).await?;
    let name = ClusterName::from("orders");
    let orders = registration("orders", "{}");
    store.register(orders).await.map_err(words)?;
    let run = begin(store.as_ref(), "orders").await?;
    let refused = store.forget(&name).await;
    let told = matches!(refused, Err(StoreError::Failed(_)));
    holds("refused while a run lives", told.into())?;
    end(store.as_ref(), &run, 1).await?;
    store.forget(&name).await.map_err(words)?;
    let row = store.run(&run).await.map_err(words)?;
    same("its runs stay", &row.cluster, &name)
}

async fn the_pulse_tells_of_every_commit(bench: &dyn Bench) -> Mark {
    let (one, two) = (door(bench).await?, door(bench).await?);
    let run = begin(one.as_ref(), "orders").await?;
    let mut last = one.pulse().await.map_err(words)?;
    for after in 1..=6 {
        let quiet = one.pulse().await.map_err(words)?;
        same("while nothing happens", &quiet, &last)?;
        let by = if after % 2 == 0 { &one } else { &two };
        by.append(append(&run, after, &["\"beat\""]))
            .await
            .map_err(words)?;
        let beat = one.pulse().await.map_err(words)?;
        holds("the pulse has changed", (beat != last).into())?;
        last = beat;
    }
    Ok(())
}

async fn the_id_is_the_same_through_every_door(bench: &dyn Bench) -> Mark {
    let (one, two) = (door(bench).await?, door(bench).await?);
    holds("there is one", (!one.id().is_empty()).into())?;
    same("the other door", &two.id(), &one.id())
}
