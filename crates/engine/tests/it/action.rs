//! Stories of actions that are done once.

use crate::say::{confirm, retry, skip};
use crate::world::{Actions, World};
use windlass_engine::run::command::Retry;
use windlass_engine::time::Ms;

#[test]
fn an_action_that_is_done_once_is_never_sent_again_by_itself() {
    for (word, told) in [
        (
            confirm("action/bless"),
            "
            confirm: action bless counts as done, by your word
            action/bless confirmed by bob
            action/bless settled
            stage 0.1 done
            proven
            ended: finished
        ",
        ),
        (
            retry(Retry::Again),
            "
            retry: action bless is tried again
            action/bless begins (try 2, Gentle), limit 1
            action/bless settled
            stage 0.1 done
            proven
            ended: finished
        ",
        ),
        (
            skip("action/bless"),
            "
            skip: action bless is left out
            action/bless skipped by bob
            plans again: action bless is left as it stands
            plan kept
            stage 0.1 done
            proven
            ended: finished without [Action(\"bless\")]
        ",
        ),
    ] {
        let mut world = World::with("1 brain+arm 3.9.1", Actions::Once);
        world
            .breaks("action/bless", "lost")
            .taken(1, 1)
            .pass(Ms::seconds(5));
        assert_eq!(
            (world.phase(), world.wants().as_str()),
            ("awaiting-human", "")
        );
        world
            .quietly()
            .mended("action/bless")
            .say(word)
            .ends()
            .tells(told);
    }
}

#[test]
fn an_action_that_is_done_once_is_unclear_after_a_take_over() {
    let mut world = World::with("1 brain+arm 3.9.1", Actions::Once);
    world.hold("action/bless").taken(1, 1).pass(Ms::seconds(5));
    assert_eq!(
        (world.phase(), world.wants().as_str()),
        ("rolling", "do bless")
    );
    world.taken(2, 1).go();
    assert_eq!(
        (world.phase(), world.wants().as_str()),
        ("awaiting-human", "")
    );
}
