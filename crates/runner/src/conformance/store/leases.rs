//! Promises about leases: one holder, named; each taking raises the epoch; nothing waits.
//!
//! Must never know: which store. Stories: this is one.

use super::{Bench, door, room};
use crate::conformance::{Mark, holds, same, words};
use crate::ports::store::{Lease, LeaseOn, Leased, Store};

room![
    a_held_lease_is_refused_and_its_holder_named,
    each_taking_raises_the_epoch,
    registrations_and_identities_are_leased_apart,
    of_many_who_ask_at_once_one_gets_it,
];

fn orders() -> LeaseOn {
    LeaseOn::Cluster("orders".into())
}

async fn get(store: &dyn Store, on: &LeaseOn) -> Result<Box<dyn Lease>, String> {
    match store.lease(on, "pid 17 on anchor").await.map_err(words)? {
        Leased::Ours(lease) => Ok(lease),
        Leased::Held(whom) => Err(format!("held by {whom}")),
    }
}

async fn a_held_lease_is_refused_and_its_holder_named(bench: &dyn Bench) -> Mark {
    let (one, two) = (door(bench).await?, door(bench).await?);
    let nobody = two.holder(&orders()).await.map_err(words)?;
    same("before", &nobody, &None)?;
    let lease = get(one.as_ref(), &orders()).await?;
    holds("it stands", lease.stands().into())?;
    for store in [&one, &two] {
        let second = store.lease(&orders(), "pid 18").await.map_err(words)?;
        let Leased::Held(whom) = second else {
            return Err("it was given twice".into());
        };
        holds("who holds it", whom.contains("pid 17 on anchor").into())?;
        let holder = store.holder(&orders()).await.map_err(words)?;
        let named = holder.is_some_and(|whom| whom.contains("pid 17 on anchor"));
        holds("the holder is named", named.into())?;
    }
    holds("it still stands", lease.stands().into())?;
    drop(lease);
    let nobody = two.holder(&orders()).await.map_err(words)?;
    same("after", &nobody, &None)
}

async fn each_taking_raises_the_epoch(bench: &dyn Bench) -> Mark {
    let (one, two) = (door(bench).await?, door(bench).await?);
    let mut last = 0;
    for turn in 0..6 {
        let store = if turn % 2 == 0 { &one } else { &two };
        // A run is carried under its registration's lease first, then under its identity's.
        for on in [orders(), LeaseOn::Identity("X".into())] {
            let lease = get(store.as_ref(), &on).await?;
            holds("the epoch grows", (lease.epoch() > last).into())?;
            last = lease.epoch();
        }
    }
    Ok(())
}

async fn registrations_and_identities_are_leased_apart(bench: &dyn Bench) -> Mark {
    let store = door(bench).await?;
    let cluster = get(store.as_ref(), &LeaseOn::Cluster("X".into())).await?;
    let identity = get(store.as_ref(), &LeaseOn::Identity("X".into())).await?;
    let other = get(store.as_ref(), &orders()).await?;
    drop(other);
    holds("one stands", cluster.stands().into())?;
    holds("the other too", identity.stands().into())
}

async fn of_many_who_ask_at_once_one_gets_it(bench: &dyn Bench) -> Mark {
    let (one, two) = (door(bench).await?, door(bench).await?);
    let on = orders();
    for _ in 0..10 {
        let asks = (0..6).map(|n| if n % 2 == 0 { &one } else { &two });
        let asks = asks.map(|store| store.lease(&on, "pid 17"));
        let answers = futures_util::future::join_all(asks).await;
        let mut ours = 0;
        for answer in &answers {
            ours += usize::from(matches!(answer, Ok(Leased::Ours(_))));
        }
        same("leases given", &ours, &1)?;
    }
    Ok(())
}
