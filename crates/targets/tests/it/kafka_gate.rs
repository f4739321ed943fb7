//! What a restarted member still owes.

use crate::kafka_world::{catalog, recorded, runs, version};
use std::collections::BTreeMap;
use windlass_engine::names::MemberId;
use windlass_engine::snapshot::Snapshot;
use windlass_engine::time::Wall;
use windlass_runner::ports::hand::Running;
use windlass_targets::kafka::answers::{Gathered, Miss};
use windlass_targets::kafka::gate::{Fetched, Watches, owes};
use windlass_targets::kafka::seen::{Readiness, Sight, snapshot};

fn look(gathered: &Gathered, incarnation: &str) -> Snapshot {
    let mut host = runs("4.1.2");
    if let Running::Process {
        incarnation: names, ..
    } = &mut host.view.running
    {
        *names = incarnation.into();
    }
    let ids = ["1", "2", "3", "101", "102", "103"];
    let hosts = ids
        .into_iter()
        .map(|id| (MemberId::from(id), host.clone()))
        .collect();
    let sight = Sight {
        gathered,
        hosts: &hosts,
        carried: &BTreeMap::new(),
        still: None,
        ready: &Readiness::default(),
        runtimes: &BTreeMap::new(),
        files: &BTreeMap::new(),
        catalog: &catalog(),
    };
    snapshot(&sight, Wall(0))
}

/// A voter that does not lead, and its last fetch.
fn follower(gathered: &mut Gathered) -> (MemberId, &mut i64) {
    let quorum = gathered.quorum.as_mut().expect("a quorum");
    let leader = quorum.leader;
    let voter = quorum
        .voters
        .iter_mut()
        .find(|voter| voter.id != leader)
        .expect("a follower");
    (MemberId::from(voter.id.to_string()), &mut voter.fetched_ms)
}

#[test]
fn a_voter_counts_only_after_it_fetched_as_the_process_it_is_now() {
    let mut gathered = recorded("split-4.1.2");
    let (member, _) = follower(&mut gathered);
    let mut watches = Watches::default();
    let mut fetched = |gathered: &Gathered, incarnation| {
        watches.fetched(&member, &look(gathered, incarnation), gathered)
    };
    // The quorum calls it caught up, and that may be the process before this one.
    assert!(!fetched(&gathered, "b:1:1"));
    assert!(!fetched(&gathered, "b:1:1"));
    *follower(&mut gathered).1 += 500;
    assert!(fetched(&gathered, "b:1:1"));
    // Another process begins anew.
    assert!(!fetched(&gathered, "b:2:2"));
}

#[test]
fn a_voter_whose_listener_is_closed_has_fetched_nothing() {
    let mut gathered = recorded("split-4.1.2");
    let (member, _) = follower(&mut gathered);
    let id: i32 = member.as_str().parse().expect("a number");
    let mut watches = Watches::default();
    let node = gathered.controllers.get_mut(&id).expect("a controller");
    node.hello = Err(Miss {
        refused: true,
        why: "closed".into(),
    });
    *follower(&mut gathered).1 += 500;
    assert!(!watches.fetched(&member, &look(&gathered, "b:1:1"), &gathered));
}

#[test]
fn the_active_controller_and_plain_brokers_need_not_fetch() {
    let gathered = recorded("split-4.1.2");
    let leader = gathered.quorum.as_ref().expect("a quorum").leader;
    let seen = look(&gathered, "b:1:1");
    let mut watches = Watches::default();
    assert!(watches.fetched(&MemberId::from(leader.to_string()), &seen, &gathered));
    assert!(watches.fetched(&MemberId::from("1"), &seen, &gathered));
}

#[test]
fn what_is_owed_is_said_in_words() {
    let seen = look(&recorded("split-4.1.2"), "b:1:1");
    let one = MemberId::from("1");
    assert!(owes(&seen, &one, Some(&version("4.1.2")), Fetched::Since).is_empty());
    assert_eq!(
        owes(&seen, &one, Some(&version("4.2.1")), Fetched::NotYet),
        [
            "has not fetched from the active controller since its start",
            "broker runs 4.1.2, not 4.2.1"
        ]
    );
    assert_eq!(
        owes(&seen, &MemberId::from("9"), None, Fetched::Since),
        ["is not seen in the cluster"]
    );
}
