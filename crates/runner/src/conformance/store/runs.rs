//! Promises about runs: one for each key, one live on each cluster, listed newest first.
//!
//! Must never know: which store. Stories: this is one.

use super::{Bench, append, begin, door, end, new_run, room};
use crate::conformance::{Mark, holds, same, words};
use crate::ports::store::{Created, Registration, StoreError};
use crate::ports::target::Blob;
use windlass_engine::hash::Hash;
use windlass_engine::names::ClusterName;
use windlass_engine::time::Wall;

room![
    the_same_key_is_the_same_run,
    a_cluster_has_one_live_run,
    a_real_cluster_has_one_live_run_however_often_it_is_registered,
    what_is_not_created_leaves_nothing,
    runs_are_listed_newest_first,
];

async fn the_same_key_is_the_same_run(bench: &dyn Bench) -> Mark {
    let (one, two) = (door(bench).await?, door(bench).await?);
    let (a, b) = futures_util::future::join(
        one.create(new_run("orders", "k")),
        two.create(new_run("orders", "k")),
    )
    .await;
    let (a, b) = (a.map_err(words)?, b.map_err(words)?);
    let (new, known) = if matches!(a, Created::New(_)) {
        (a, b)
    } else {
        (b, a)
    };
    let Created::New(run) = new else {
        return Err(format!("neither is new: {new:?}, {known:?}"));
    };
    same("the second", &known, &Created::Known(run.clone()))?;
    end(one.as_ref(), &run, 1).await?;
    let later = two.create(new_run("orders", "k")).await.map_err(words)?;
    same("after its end", &later, &Created::Known(run))
}

async fn a_cluster_has_one_live_run(bench: &dyn Bench) -> Mark {
    let (one, two) = (door(bench).await?, door(bench).await?);
    let run = begin(one.as_ref(), "orders").await?;
    let busy = two.create(new_run("orders", "k2")).await.map_err(words)?;
    same("a second", &busy, &Created::Busy(run.clone()))?;
    begin(two.as_ref(), "payments").await?;
    end(one.as_ref(), &run, 1).await?;
    let free = two.create(new_run("orders", "k2")).await.map_err(words)?;
    holds("after the end", matches!(free, Created::New(_)).into())
}

fn registration(name: &str, identity: Option<&str>) -> Registration {
    Registration {
        name: name.into(),
        identity: identity.map(Into::into),
        object: "{}".into(),
        changed: Wall(1),
    }
}

async fn a_real_cluster_has_one_live_run_however_often_it_is_registered(bench: &dyn Bench) -> Mark {
    let store = door(bench).await?;
    for (name, identity) in [("a", Some("X")), ("b", Some("X")), ("c", None), ("d", None)] {
        store
            .register(registration(name, identity))
            .await
            .map_err(words)?;
    }
    let run = begin(store.as_ref(), "a").await?;
    let busy = store.create(new_run("b", "kb")).await.map_err(words)?;
    same("by its registration", &busy, &Created::Busy(run.clone()))?;
    end(store.as_ref(), &run, 1).await?;
    let unknown = begin(store.as_ref(), "c").await?;
    begin(store.as_ref(), "d").await?;
    let mut asked = append(&unknown, 1, &["\"asked\""]);
    asked.identity = Some("X".into());
    store.append(asked).await.map_err(words)?;
    let busy = store.create(new_run("b", "kb")).await.map_err(words)?;
    same("by what the run has seen", &busy, &Created::Busy(unknown))
}

async fn what_is_not_created_leaves_nothing(bench: &dyn Bench) -> Mark {
    let store = door(bench).await?;
    begin(store.as_ref(), "orders").await?;
    let bytes = b"plan".to_vec();
    let mut second = new_run("orders", "k2");
    second.blobs = vec![Blob {
        hash: Hash::of(&bytes),
        bytes: bytes.clone(),
    }];
    store.create(second.clone()).await.map_err(words)?;
    let found = store.blob(Hash::of(&bytes)).await;
    let missing = matches!(found, Err(StoreError::Missing(_)));
    holds("its content is not kept", missing.into())?;
    let runs = store.runs(None, 10).await.map_err(words)?;
    same("runs", &runs.len(), &1)?;
    second.cluster = "payments".into();
    store.create(second).await.map_err(words)?;
    let kept = store.blob(Hash::of(&bytes)).await.map_err(words)?;
    same("a created one's content", &kept, &bytes)
}

async fn runs_are_listed_newest_first(bench: &dyn Bench) -> Mark {
    let store = door(bench).await?;
    let mut runs = Vec::new();
    for n in 0..12 {
        let name = if n % 2 == 0 { "orders" } else { "payments" };
        let new = new_run(name, &format!("k{n}"));
        let (first, at) = (new.summary.clone(), new.first.at);
        let Created::New(run) = store.create(new).await.map_err(words)? else {
            return Err("a run was there already".into());
        };
        let row = store.run(&run).await.map_err(words)?;
        same("the line", &row.summary, &first)?;
        same("created", &row.created, &at)?;
        same("the first event's position", &row.seq, &1)?;
        if n < 10 {
            end(store.as_ref(), &run, 1).await?;
        }
        runs.push(run);
    }
    let other = door(bench).await?;
    let all = other.runs(None, 100).await.map_err(words)?;
    let found: Vec<_> = all.iter().rev().map(|row| row.run.clone()).collect();
    same("all", &found, &runs)?;
    let three = other.runs(None, 3).await.map_err(words)?;
    same("three", &three.as_slice(), &&all[..3])?;
    let orders = ClusterName::from("orders");
    let two = other.runs(Some(&orders), 2).await.map_err(words)?;
    let found: Vec<_> = two.iter().map(|row| row.run.clone()).collect();
    let promised = vec![runs[10].clone(), runs[8].clone()];
    same("two of one cluster", &found, &promised)?;
    let live = other.live().await.map_err(words)?;
    let mut found: Vec<_> = live.iter().map(|row| row.run.clone()).collect();
    found.sort();
    same("live ones", &found.as_slice(), &&runs[10..])
}
