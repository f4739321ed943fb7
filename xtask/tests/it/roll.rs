//! The real binary raises real clusters, and is killed on the way.

use windlass_sim::kafka::layout::Topic;
use xtask::drift;
use xtask::peers::kafka::{Lab, ROLL};
use xtask::peers::load::Load;
use xtask::roll;
use xtask::windlass::{Profile, Windlass};

#[test]
fn three_controllers_and_three_brokers_rise_one_hop_under_load_though_windlass_is_killed() {
    let windlass = Windlass::build(Profile::Dev).expect("windlass builds");
    let lab = roll::cluster().expect("a healthy cluster");
    roll::register(&windlass, &lab).expect("registered");
    let load = Load::start(&lab.bootstrap(), roll::NAME).expect("load");
    roll::raise(&windlass, &["--to", "4.0"], 1, 7).expect("raised");
    roll::all_run(&lab, ROLL[1]).expect("all on the new release");
    let account = load.finish().expect("an account");
    assert_eq!((account.lost, account.failed), (0, 0), "{account:?}");
    let again = windlass
        .must(&["upgrade", roll::NAME, "--to", "4.0", "--yes"])
        .expect("nothing to do is well");
    assert!(again.contains("nothing to do"), "{again}");
}

#[test]
fn a_combined_cluster_rises_and_is_finalized_by_a_run_of_its_own() {
    let windlass = Windlass::build(Profile::Dev).expect("windlass builds");
    let lab = Lab::builder()
        .combined(3)
        .name(roll::NAME)
        .version(ROLL[0])
        .start()
        .expect("a healthy cluster");
    roll::topic(&lab).expect("a topic");
    roll::register(&windlass, &lab).expect("registered");
    roll::raise(&windlass, &["--to", "4.0"], 0, 1).expect("raised");
    roll::all_run(&lab, ROLL[1]).expect("all on the new release");
    as_in_the_false_world(&windlass);
    windlass
        .must(&["finalize", roll::NAME, "--yes"])
        .expect("finalized");
    let seen = windlass.must(&["observe", roll::NAME]).expect("seen");
    assert!(seen.contains("4.0-IV3"), "{seen}");
    as_in_the_false_world(&windlass);
}

/// What may be seen otherwise in the false world, and why.
const APART: &[(&str, &str)] = &[
    (
        "disk.space",
        "how full the disk is on which real brokers lie here",
    ),
    ("logdirs.space", "the same, told by the brokers"),
];

/// The run that was just on real brokers is played over false ones: windlass must see and do the same.
fn as_in_the_false_world(windlass: &Windlass) {
    let real = drift::newest(&windlass.store()).expect("a run");
    let topic = Topic::round(roll::NAME, &[1, 2, 3], 60, 3);
    let played = drift::played(&real, vec![topic]).expect("played");
    let apart = drift::between(&real.account, &played.account, APART);
    assert!(apart.is_empty(), "{}", apart.join("\n"));
    assert!(
        real.account
            .did
            .iter()
            .any(|line| line.contains("ended: Finished"))
    );
}
