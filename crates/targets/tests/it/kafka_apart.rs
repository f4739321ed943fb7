//! What is declared and what answers are two things: said as gaps that lead to the field to mend.

use crate::kafka_seen::{hosts, sight};
use crate::kafka_world::recorded;
use windlass_engine::names::MemberId;
use windlass_engine::snapshot::{Gap, Health, Weight};
use windlass_runner::ports::hand::Running;
use windlass_targets::kafka::answers::Miss;

#[test]
fn a_node_that_answers_and_has_no_process_where_it_is_declared_is_a_gap_not_a_dead_node() {
    let gathered = recorded("split-3.9.2");
    let mut hosts = hosts(["3.9.2"; 6]);
    hosts.get_mut(&MemberId::from("2")).expect("2").view.running = Running::Nothing;
    let seen = sight(&gathered, &hosts, None);
    let what = "it answers, and no process of it is found on loopback";
    let member = &seen.members[&MemberId::from("2")];
    assert_eq!(member.health, Health::Unknown(what.into()));
    let gap = seen
        .gaps
        .iter()
        .find(|gap| gap.what == what)
        .expect("a gap");
    assert_eq!(gap.weight, Weight::Bars);
    assert!(gap.mend.contains("`dir` and `config`"), "{}", gap.mend);
}

#[test]
fn a_controller_that_wants_another_door_leads_to_the_word_for_it() {
    let mut gathered = recorded("split-3.9.2");
    let why = "no TLS with k1:9094: it asks for a certificate of ours";
    gathered.controllers.get_mut(&101).expect("101").hello = Err(Miss::because(why));
    let seen = sight(&gathered, &hosts(["3.9.2"; 6]), None);
    let about = |gap: &&Gap| gap.about == "controller 101" && gap.what.contains(why);
    let gap = seen.gaps.iter().find(about).expect("a gap");
    assert!(gap.mend.contains("`controllerSecurity`"), "{}", gap.mend);
    let brokers = seen.members[&MemberId::from("1")].address.as_deref();
    assert!(
        brokers.is_some_and(|at| at.starts_with("127.0.0.1:")),
        "{brokers:?}"
    );
}
