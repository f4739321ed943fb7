//! Promises about commands: acknowledged once durable, once for each key, read before the next event.
//!
//! Must never know: which store. Stories: this is one.

use super::{Bench, append, begin, door, end, payloads, room};
use crate::conformance::{Mark, holds, same, words};
use crate::ports::store::AppendError;
use windlass_engine::names::Subject;

room![
    commands_are_read_in_order_through_another_door,
    the_same_key_is_the_same_command,
    an_acknowledgement_lists_what_has_begun,
    an_unread_command_bars_the_append,
    a_command_after_the_end_is_not_taken,
    what_an_acknowledgement_does_not_name_has_not_begun,
];

async fn commands_are_read_in_order_through_another_door(bench: &dyn Bench) -> Mark {
    let store = door(bench).await?;
    let run = begin(store.as_ref(), "orders").await?;
    for (n, key) in ["a", "b", "c"].into_iter().enumerate() {
        let answer = store
            .post(&run, key, "ops", &format!("\"{key}\""))
            .await
            .map_err(words)?;
        same("the position", &answer.seq, &(n as u64 + 1))?;
        holds("the run has not ended", (!answer.ended).into())?;
        same("the line", &answer.summary, &"asked for".to_owned())?;
    }
    let other = door(bench).await?;
    let all = other.inbox(&run, 0).await.map_err(words)?;
    let found: Vec<_> = all.iter().map(|c| (c.seq, c.payload.as_str())).collect();
    let promised = vec![(1, "\"a\""), (2, "\"b\""), (3, "\"c\"")];
    same("the commands", &found, &promised)?;
    holds("they say by whom", all.iter().all(|c| c.by == "ops").into())?;
    let rest = other.inbox(&run, 2).await.map_err(words)?;
    same("after 2", &rest.as_slice(), &&all[2..])
}

async fn the_same_key_is_the_same_command(bench: &dyn Bench) -> Mark {
    let (one, two) = (door(bench).await?, door(bench).await?);
    let run = begin(one.as_ref(), "orders").await?;
    let (a, b) = futures_util::future::join(
        one.post(&run, "k", "ops", "\"pause\""),
        two.post(&run, "k", "ops", "\"pause\""),
    )
    .await;
    same("one position", &a.map_err(words)?.seq, &1)?;
    same("the same position", &b.map_err(words)?.seq, &1)?;
    let inbox = two.inbox(&run, 0).await.map_err(words)?;
    same("one command", &inbox.len(), &1)?;
    let other = begin(one.as_ref(), "payments").await?;
    one.post(&other, "k", "ops", "\"pause\"")
        .await
        .map_err(words)?;
    let theirs = one.inbox(&other, 0).await.map_err(words)?;
    same("a key counts within its run", &theirs.len(), &1)
}

async fn an_acknowledgement_lists_what_has_begun(bench: &dyn Bench) -> Mark {
    let store = door(bench).await?;
    let run = begin(store.as_ref(), "orders").await?;
    let member = |id: &str| Subject::Member(id.into());
    let level = Subject::Level("metadata.version".into());
    let mut began = append(&run, 1, &["\"began\""]);
    began.begun = vec![member("10"), level.clone(), member("2")];
    store.append(began).await.map_err(words)?;
    let mut settled = append(&run, 2, &["\"settled\""]);
    settled.settled = vec![member("10")];
    settled.begun = vec![member("2"), member("3")];
    store.append(settled).await.map_err(words)?;
    let other = door(bench).await?;
    let answer = other
        .post(&run, "k", "ops", "\"pause\"")
        .await
        .map_err(words)?;
    same(
        "begun",
        &answer.begun,
        &vec![member("2"), member("3"), level],
    )?;
    same("the line", &answer.summary, &"after 2".to_owned())
}

async fn an_unread_command_bars_the_append(bench: &dyn Bench) -> Mark {
    let (carrier, human) = (door(bench).await?, door(bench).await?);
    let run = begin(carrier.as_ref(), "orders").await?;
    for found in 1..=2 {
        human
            .post(&run, &format!("k{found}"), "ops", "\"pause\"")
            .await
            .map_err(words)?;
        let mut blind = append(&run, 1, &["\"blind\""]);
        blind.read = found - 1;
        blind.begun = vec![Subject::Member("1".into())];
        let refused = carrier.append(blind).await;
        let unread = AppendError::Unread {
            run: run.clone(),
            found,
        };
        same("the refusal", &refused, &Err(unread))?;
    }
    let again = human
        .post(&run, "k2", "ops", "\"pause\"")
        .await
        .map_err(words)?;
    same("nothing has begun", &again.begun, &Vec::new())?;
    let mut seen = append(&run, 1, &["\"seen\""]);
    seen.read = 2;
    same("once read", &carrier.append(seen).await, &Ok(2))?;
    let found = payloads(human.as_ref(), &run).await?;
    same(
        "the last event",
        &found.last().map(String::as_str),
        &Some("\"seen\""),
    )
}

async fn a_command_after_the_end_is_not_taken(bench: &dyn Bench) -> Mark {
    let store = door(bench).await?;
    let run = begin(store.as_ref(), "orders").await?;
    store
        .post(&run, "early", "ops", "\"x\"")
        .await
        .map_err(words)?;
    let mut read = append(&run, 1, &["\"read\""]);
    read.read = 1;
    store.append(read).await.map_err(words)?;
    let blind = end(store.as_ref(), &run, 2).await.is_err();
    holds("an end too must have read all commands", blind.into())?;
    let mut last = append(&run, 2, &["\"ended\""]);
    last.read = 1;
    last.ended = Some(super::event("").at);
    store.append(last).await.map_err(words)?;
    let late = store
        .post(&run, "late", "ops", "\"x\"")
        .await
        .map_err(words)?;
    holds("it is told that the run has ended", late.ended.into())?;
    let again = store
        .post(&run, "early", "ops", "\"x\"")
        .await
        .map_err(words)?;
    holds("a repeat was taken", (!again.ended).into())?;
    same("its position", &again.seq, &1)?;
    let inbox = store.inbox(&run, 0).await.map_err(words)?;
    same("commands", &inbox.len(), &1)
}

async fn what_an_acknowledgement_does_not_name_has_not_begun(bench: &dyn Bench) -> Mark {
    let (carrier, human) = (door(bench).await?, door(bench).await?);
    let run = begin(carrier.as_ref(), "orders").await?;
    let (mut seq, mut read) = (1, 0);
    for turn in 0..40 {
        let subject = Subject::Member(turn.to_string().as_str().into());
        let mut began = append(&run, seq, &["\"began\""]);
        began.read = read;
        began.begun = vec![subject.clone()];
        let key = format!("k{turn}");
        let (begun, posted) = futures_util::future::join(
            carrier.append(began),
            human.post(&run, &key, "ops", "\"pause\""),
        )
        .await;
        let posted = posted.map_err(words)?;
        let named = posted.begun.contains(&subject);
        same("named, if it has begun", &named, &begun.is_ok())?;
        read = posted.seq;
        match begun {
            Ok(now) => seq = now,
            Err(AppendError::Unread { found, .. }) => same("unread", &found, &read)?,
            Err(other) => return Err(words(other)),
        }
    }
    Ok(())
}
