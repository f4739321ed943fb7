//! Promises about appends: durable, whole or not at all, refused alone.
//!
//! Must never know: which store. Stories: this is one.

use super::{Bench, append, begin, chained, door, end, event, payloads, room};
use crate::conformance::{Mark, holds, same, words};
use crate::ports::store::{Append, AppendError, Store, StoreError};
use crate::ports::target::Blob;
use futures_util::future::join_all;
use windlass_engine::hash::Hash;
use windlass_engine::names::{RunId, Subject};

room![
    an_append_is_read_in_order_through_another_door,
    the_chain_goes_on_from_door_to_door,
    a_stale_position_is_a_conflict_and_keeps_nothing,
    of_two_at_one_position_one_is_kept,
    a_lower_epoch_is_fenced,
    taking_only_raises_the_epoch,
    a_refused_append_harms_no_other,
    an_event_above_64_kib_is_refused_whole,
    nothing_follows_the_end,
    an_unknown_run_is_missing,
];

async fn an_append_is_read_in_order_through_another_door(bench: &dyn Bench) -> Mark {
    let store = door(bench).await?;
    let run = begin(store.as_ref(), "orders").await?;
    let mut three = append(&run, 1, &["\"a\"", "\"b\"", "\"ü\""]);
    three.identity = Some("MkU3OEVBNTcwNTJENDM2Qk".into());
    same(
        "the last position",
        &store.append(three.clone()).await.map_err(words)?,
        &4,
    )?;
    let other = door(bench).await?;
    let events = other.read(&run, 1).await.map_err(words)?;
    chained(&run, &events)?;
    let found: Vec<_> = events.iter().skip(1).map(|e| e.payload.as_str()).collect();
    same("the payloads", &found, &vec!["\"a\"", "\"b\"", "\"ü\""])?;
    let last = events.last().ok_or("no event")?;
    same("the author", &last.author, &event("").author)?;
    same("the stamp", &last.at, &event("").at)?;
    let tail = other.read(&run, 3).await.map_err(words)?;
    same("events from 3 on", &tail.as_slice(), &&events[2..])?;
    let beyond = other.read(&run, 5).await.map_err(words)?;
    same("events beyond the end", &beyond, &Vec::new())?;
    let row = other.run(&run).await.map_err(words)?;
    same("the row's position", &row.seq, &4)?;
    same("the row's line", &row.summary, &three.summary)?;
    same("the row's identity", &row.identity, &three.identity)
}

async fn the_chain_goes_on_from_door_to_door(bench: &dyn Bench) -> Mark {
    let first = door(bench).await?;
    let run = begin(first.as_ref(), "orders").await?;
    let second = door(bench).await?;
    let mut seq = 1;
    for turn in 0..6 {
        let store = if turn % 2 == 0 { &second } else { &first };
        seq = store
            .append(append(&run, seq, &["\"turn\"", "\"and turn\""]))
            .await
            .map_err(words)?;
    }
    same("events", &payloads(first.as_ref(), &run).await?.len(), &13)
}

/// All that a refused append might have left behind.
async fn untouched(store: &dyn Store, run: &RunId, refused: &Append) -> Mark {
    same(
        "events after a refused append",
        &payloads(store, run).await?,
        &vec!["\"first\"".to_owned()],
    )?;
    let row = store.run(run).await.map_err(words)?;
    same("the line", &row.summary, &"asked for".to_owned())?;
    same("the end", &row.ended, &None)?;
    for blob in &refused.blobs {
        let found = store.blob(blob.hash).await;
        let missing = matches!(found, Err(StoreError::Missing(_)));
        holds("a refused append's content is not kept", missing.into())?;
    }
    let posted = store
        .post(run, "probe", "examiner", "\"probe\"")
        .await
        .map_err(words)?;
    same("begun after a refused append", &posted.begun, &Vec::new())
}

/// An append that writes everywhere.
fn rich(run: &RunId, after: u64) -> Append {
    let mut rich = append(run, after, &["\"x\"", "\"y\""]);
    let bytes = b"content".to_vec();
    rich.blobs = vec![Blob {
        hash: Hash::of(&bytes),
        bytes,
    }];
    rich.begun = vec![Subject::Member("1".into())];
    rich.ended = Some(event("").at);
    rich
}

async fn a_stale_position_is_a_conflict_and_keeps_nothing(bench: &dyn Bench) -> Mark {
    let store = door(bench).await?;
    let run = begin(store.as_ref(), "orders").await?;
    for after in [0, 2] {
        let refused = store.append(rich(&run, after)).await;
        let conflict = AppendError::Conflict {
            run: run.clone(),
            expected: after,
            found: 1,
        };
        same("the refusal", &refused, &Err(conflict))?;
    }
    untouched(store.as_ref(), &run, &rich(&run, 0)).await
}

async fn of_two_at_one_position_one_is_kept(bench: &dyn Bench) -> Mark {
    let (one, two) = (door(bench).await?, door(bench).await?);
    let run = begin(one.as_ref(), "orders").await?;
    for after in 1..=20 {
        let (a, b) = futures_util::future::join(
            one.append(append(&run, after, &["\"one\""])),
            two.append(append(&run, after, &["\"two\""])),
        )
        .await;
        let (kept, refused, text) = if a.is_ok() {
            (a, b, "\"one\"")
        } else {
            (b, a, "\"two\"")
        };
        same("the kept one", &kept, &Ok(after + 1))?;
        let conflict = AppendError::Conflict {
            run: run.clone(),
            expected: after,
            found: after + 1,
        };
        same("the refused one", &refused, &Err(conflict))?;
        let last = payloads(two.as_ref(), &run).await?.pop();
        same("the last event", &last.as_deref(), &Some(text))?;
    }
    Ok(())
}

async fn a_lower_epoch_is_fenced(bench: &dyn Bench) -> Mark {
    let (stale, newest) = (door(bench).await?, door(bench).await?);
    let run = begin(stale.as_ref(), "orders").await?;
    stale.take(&run, 3).await.map_err(words)?;
    newest.take(&run, 7).await.map_err(words)?;
    let mut late = rich(&run, 1);
    late.epoch = 3;
    let fenced = AppendError::Fenced {
        run: run.clone(),
        ours: 3,
        found: 7,
    };
    let refused = stale.append(late.clone()).await;
    same("the refusal", &refused, &Err(fenced))?;
    untouched(newest.as_ref(), &run, &late).await?;
    let mut fresh = append(&run, 1, &["\"fresh\""]);
    fresh.epoch = 7;
    fresh.read = 1;
    same("the newest", &newest.append(fresh).await, &Ok(2))
}

async fn taking_only_raises_the_epoch(bench: &dyn Bench) -> Mark {
    let store = door(bench).await?;
    let run = begin(store.as_ref(), "orders").await?;
    store.take(&run, 5).await.map_err(words)?;
    store.take(&run, 5).await.map_err(words)?;
    let lower = store.take(&run, 4).await.is_err();
    holds("a lower epoch is not taken", lower.into())?;
    let mut late = append(&run, 1, &["\"late\""]);
    late.epoch = 4;
    let refused = store.append(late).await;
    let fenced = matches!(refused, Err(AppendError::Fenced { found: 5, .. }));
    holds("the epoch stays at 5", fenced.into())
}

async fn a_refused_append_harms_no_other(bench: &dyn Bench) -> Mark {
    let store = door(bench).await?;
    let mut runs = Vec::new();
    for n in 0..24 {
        runs.push(begin(store.as_ref(), &format!("c{n}")).await?);
    }
    for (n, run) in runs.iter().enumerate() {
        store.take(run, 2).await.map_err(words)?;
        if n % 4 == 3 {
            store
                .post(run, "k", "examiner", "\"pause\"")
                .await
                .map_err(words)?;
        }
    }
    // All at once, so that a store that commits in groups has them in one.
    let appends = runs.iter().enumerate().map(|(n, run)| {
        let mut one = append(run, 1, &["\"together\""]);
        one.epoch = if n % 4 == 1 { 1 } else { 2 };
        one.after = if n % 4 == 2 { 9 } else { 1 };
        store.append(one)
    });
    let answers = join_all(appends).await;
    for (n, (run, answer)) in runs.iter().zip(answers).enumerate() {
        let run = run.clone();
        let promised = match n % 4 {
            1 => Err(AppendError::Fenced {
                run,
                ours: 1,
                found: 2,
            }),
            2 => Err(AppendError::Conflict {
                run,
                expected: 9,
                found: 1,
            }),
            3 => Err(AppendError::Unread { run, found: 1 }),
            _ => Ok(2),
        };
        same("the answer", &answer, &promised)?;
    }
    for (n, run) in runs.iter().enumerate() {
        let kept = if n % 4 == 0 { 2 } else { 1 };
        same("events", &payloads(store.as_ref(), run).await?.len(), &kept)?;
    }
    Ok(())
}

async fn an_event_above_64_kib_is_refused_whole(bench: &dyn Bench) -> Mark {
    let store = door(bench).await?;
    let run = begin(store.as_ref(), "orders").await?;
    let (most, above) = ("x".repeat(64 * 1024), "x".repeat(64 * 1024 + 1));
    let refused = store
        .append(append(&run, 1, &["\"small\"", &above, "\"small\""]))
        .await;
    let told = matches!(refused, Err(AppendError::Store(_)));
    holds("an event above 64 KiB is refused", told.into())?;
    same(
        "a long one",
        &store.append(append(&run, 1, &[&most])).await,
        &Ok(2),
    )?;
    let found = payloads(store.as_ref(), &run).await?;
    same("events", &found.len(), &2)?;
    same(
        "its length",
        &found.last().map(String::len),
        &Some(64 * 1024),
    )
}

async fn nothing_follows_the_end(bench: &dyn Bench) -> Mark {
    let store = door(bench).await?;
    let run = begin(store.as_ref(), "orders").await?;
    end(store.as_ref(), &run, 1).await?;
    let late = store.append(append(&run, 2, &["\"late\""])).await;
    let refused = matches!(late, Err(AppendError::Store(_)));
    holds("an ended run takes no event", refused.into())?;
    same("events", &payloads(store.as_ref(), &run).await?.len(), &2)?;
    let row = store.run(&run).await.map_err(words)?;
    holds("its row says when it ended", row.ended.is_some().into())?;
    let live = store.live().await.map_err(words)?;
    same("live runs", &live, &Vec::new())
}

async fn an_unknown_run_is_missing(bench: &dyn Bench) -> Mark {
    let store = door(bench).await?;
    for name in ["1", "77", "orders", "", "-1", "007"] {
        let run = RunId::from(name);
        let answers = [
            store.read(&run, 1).await.map(drop),
            store.run(&run).await.map(drop),
            store.post(&run, "k", "examiner", "\"x\"").await.map(drop),
            store.take(&run, 1).await,
        ];
        for answer in answers {
            let missing = matches!(answer, Err(StoreError::Missing(_)));
            holds("an unknown run is missing", missing.into())?;
        }
        let refused = store.append(append(&run, 0, &["\"x\""])).await;
        let told = matches!(refused, Err(AppendError::Store(_)));
        holds("nothing is appended to an unknown run", told.into())?;
    }
    Ok(())
}
