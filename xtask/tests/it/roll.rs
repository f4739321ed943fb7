//! The real binary raises real clusters, and is killed on the way.

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
    windlass
        .must(&["finalize", roll::NAME, "--yes"])
        .expect("finalized");
    let seen = windlass.must(&["observe", roll::NAME]).expect("seen");
    assert!(seen.contains("4.0-IV3"), "{seen}");
}
