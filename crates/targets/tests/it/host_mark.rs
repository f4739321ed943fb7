//! Marks: who may act, who is refused, and by which name.

use crate::host_world::{PATIENCE, World, claimed, ensure, failed_as, failure, fence, runs_at};
use std::fs;
use windlass_engine::effect::{ClaimAnswer, FailureCode, Outcome};
use windlass_runner::ports::hand::Hand;
use windlass_runner::ports::target::Fence;

fn other_store(epoch: u64) -> Fence {
    Fence {
        store: "store-b".into(),
        run: "3".into(),
        holder: "host there, pid 9".into(),
        ..fence(epoch)
    }
}

async fn two_stores_on_one_cluster_the_second_is_refused_and_told_by_whom(world: World) {
    let hand = world.raised("1.0.0").await;
    let (ours, theirs) = (fence(2), other_store(9));
    assert_eq!(hand.claim(&ours).await, claimed());
    let ClaimAnswer::Foreign { whose, .. } = hand.claim(&theirs).await else {
        panic!("not refused");
    };
    assert!(
        whose.starts_with("store store-a, run 12 of orders (id-1), since 2"),
        "{whose}"
    );
    assert!(whose.ends_with("host here, pid 4711"), "{whose}");
    assert_eq!(hand.look().await.claimed_by, Some(whose));
    let before = runs_at(&hand, "1.0.0").await;
    let deed = ensure(1, &["1.0.0"], "2.0.0");
    assert_eq!(hand.ensure(&deed, &theirs, PATIENCE).await, Outcome::Fenced);
    assert!(matches!(
        hand.hold(&theirs).await,
        Err(ClaimAnswer::Foreign { .. })
    ));
    // The other cannot take our mark away; we can, and then it may come.
    hand.release(&theirs).await;
    assert!(matches!(
        hand.claim(&theirs).await,
        ClaimAnswer::Foreign { .. }
    ));
    hand.release(&ours).await;
    assert_eq!(hand.look().await.claimed_by, None);
    assert_eq!(hand.claim(&theirs).await, claimed());
    assert_eq!(hand.ensure(&deed, &ours, PATIENCE).await, Outcome::Fenced);
    assert_eq!(runs_at(&hand, "1.0.0").await, before);
}

async fn a_copied_store_is_a_foreign_one(world: World) {
    // Its id was minted anew when it was copied; all else in it is the same.
    let hand = world.raised("1.0.0").await;
    let original = fence(5);
    hand.claim(&original).await;
    let copy = Fence {
        store: "store-a-copied".into(),
        ..fence(6)
    };
    assert!(matches!(
        hand.claim(&copy).await,
        ClaimAnswer::Foreign { .. }
    ));
    assert_eq!(hand.claim(&original).await, claimed());
    // A store that thinks of another cluster here is foreign too.
    let elsewhere = Fence {
        identity: "id-2".into(),
        ..fence(6)
    };
    assert!(matches!(
        hand.claim(&elsewhere).await,
        ClaimAnswer::Foreign { .. }
    ));
}

async fn an_attempt_or_an_epoch_that_arrives_late_is_refused(world: World) {
    let hand = world.raised("1.0.0").await;
    let (old, new) = (fence(2), fence(3));
    hand.claim(&old).await;
    runs_at(&hand, "1.0.0").await;
    let second = ensure(2, &["1.0.0"], "2.0.0");
    assert_eq!(hand.ensure(&second, &old, PATIENCE).await, Outcome::Done);
    let after = runs_at(&hand, "2.0.0").await;
    let late = ensure(1, &["1.0.0", "2.0.0"], "1.0.0");
    assert_eq!(hand.ensure(&late, &old, PATIENCE).await, Outcome::Fenced);
    // The same attempt for another release was never sent by a run.
    let odd = ensure(2, &["1.0.0", "2.0.0"], "1.0.0");
    assert_eq!(hand.ensure(&odd, &old, PATIENCE).await, Outcome::Fenced);
    assert_eq!(hand.claim(&new).await, claimed());
    let third = ensure(3, &["2.0.0"], "3.0.0");
    assert_eq!(hand.ensure(&third, &old, PATIENCE).await, Outcome::Fenced);
    assert_eq!(
        hand.claim(&old).await,
        ClaimAnswer::Fenced { member: "7".into() }
    );
    assert!(matches!(
        hand.hold(&old).await,
        Err(ClaimAnswer::Fenced { .. })
    ));
    assert_eq!(runs_at(&hand, "2.0.0").await, after);
    // The newer carrier repeats the attempt and finds it done.
    assert_eq!(hand.ensure(&second, &new, PATIENCE).await, Outcome::Done);
    assert_eq!(runs_at(&hand, "2.0.0").await, after);
}

async fn the_end_of_a_claim_closes_what_was_under_it_and_a_next_run_begins_at_one(world: World) {
    let hand = world.raised("1.0.0").await;
    let run = fence(2);
    hand.claim(&run).await;
    runs_at(&hand, "1.0.0").await;
    let deed = ensure(1, &["1.0.0"], "2.0.0");
    hand.ensure(&deed, &run, PATIENCE).await;
    runs_at(&hand, "2.0.0").await;
    hand.release(&run).await;
    let next = ensure(2, &["2.0.0"], "3.0.0");
    assert_eq!(hand.ensure(&next, &run, PATIENCE).await, Outcome::Fenced);
    let after = Fence {
        run: "13".into(),
        ..fence(3)
    };
    assert_eq!(hand.claim(&after).await, claimed());
    let first = ensure(1, &["2.0.0"], "3.0.0");
    assert_eq!(hand.ensure(&first, &after, PATIENCE).await, Outcome::Done);
    runs_at(&hand, "3.0.0").await;
}

async fn nobody_acts_without_a_mark_or_with_one_that_cannot_be_read(world: World) {
    let hand = world.hand();
    let deed = ensure(1, &[], "1.0.0");
    let unmarked = failure(hand.ensure(&deed, &fence(1), PATIENCE).await);
    assert_eq!(unmarked.code, FailureCode::NotReady);
    assert_eq!(unmarked.what, "no run's mark is at this member");
    assert!(matches!(
        hand.hold(&fence(1)).await,
        Err(ClaimAnswer::Unreachable { .. })
    ));
    hand.claim(&fence(1)).await;
    let whole = world.mark();
    fs::write(hand.mark_path(), &whole[..whole.len() / 2]).expect("written");
    assert!(matches!(
        hand.claim(&fence(2)).await,
        ClaimAnswer::Unreachable { .. }
    ));
    assert_eq!(
        failed_as(hand.ensure(&deed, &fence(1), PATIENCE).await),
        FailureCode::NotReady
    );
    assert!(
        hand.look()
            .await
            .claimed_by
            .expect("a mark")
            .contains("cannot be read")
    );
    assert_eq!(world.pid(), None);
}

async fn a_claim_waits_for_the_lock_and_adopting_refuses_to(world: World) {
    let hand = world.hand();
    let ours = fence(1);
    hand.claim(&ours).await;
    let held = hand.hold(&ours).await.expect("held");
    let busy = hand.adopt(&other_store(1)).await;
    let ClaimAnswer::Unreachable { why, .. } = busy else {
        panic!("not refused: {busy:?}");
    };
    assert_eq!(why, "a deed holds the lock of this member");
    let newer = fence(2);
    let mut claim = hand.claim(&newer);
    let waited = tokio::time::timeout(std::time::Duration::from_millis(150), &mut claim).await;
    assert!(waited.is_err(), "the claim passed a held lock");
    drop(held);
    assert_eq!(claim.await, claimed());
    assert!(matches!(
        hand.hold(&ours).await,
        Err(ClaimAnswer::Fenced { .. })
    ));
}

async fn adopting_overwrites_a_foreign_mark(world: World) {
    let hand = world.raised("1.0.0").await;
    hand.claim(&fence(40)).await;
    let theirs = other_store(2);
    assert!(matches!(
        hand.claim(&theirs).await,
        ClaimAnswer::Foreign { .. }
    ));
    assert_eq!(hand.adopt(&theirs).await, claimed());
    let deed = ensure(1, &["1.0.0"], "2.0.0");
    runs_at(&hand, "1.0.0").await;
    assert_eq!(
        hand.ensure(&deed, &fence(40), PATIENCE).await,
        Outcome::Fenced
    );
    assert_eq!(hand.ensure(&deed, &theirs, PATIENCE).await, Outcome::Done);
}

crate::host_world::stories! {
    two_stores_on_one_cluster_the_second_is_refused_and_told_by_whom,
    an_attempt_or_an_epoch_that_arrives_late_is_refused,
    the_end_of_a_claim_closes_what_was_under_it_and_a_next_run_begins_at_one,
    nobody_acts_without_a_mark_or_with_one_that_cannot_be_read,
    a_claim_waits_for_the_lock_and_adopting_refuses_to,
    adopting_overwrites_a_foreign_mark,
    a_copied_store_is_a_foreign_one,
}
