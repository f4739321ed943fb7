//! The real binary takes real clusters back: from half way, and not after a level was raised.

use xtask::peers::kafka::{Lab, ROLL};
use xtask::peers::load::Load;
use xtask::roll;
use xtask::windlass::{Profile, Windlass};

#[test]
fn a_half_rolled_cluster_goes_back_under_load_brokers_first_and_loses_nothing() {
    let windlass = Windlass::build(Profile::Dev).expect("windlass builds");
    let lab = roll::cluster().expect("a healthy cluster");
    roll::register(&windlass, &lab).expect("registered");
    let load = Load::start(&lab.bootstrap(), roll::NAME).expect("load");
    let up = roll::half_way(&windlass, &lab, "4.0", ROLL[1]).expect("half way");
    // Where it came from is told by its own journal; each who moved goes back, brokers first.
    let shown = windlass
        .json(&["rollback", roll::NAME, "--dry-run"])
        .expect("a plan");
    assert_eq!(shown["goal"]["back"], ROLL[0], "{shown}");
    assert_eq!(shown["moves"], up.len(), "{shown}");
    let first = &shown["hops"][0]["stages"][0];
    assert_eq!(first["component"], "broker", "{shown}");
    roll::all_run(&lab, ROLL[0]).expect_err("a dry run moves nobody");
    windlass
        .must(&["rollback", roll::NAME, "--yes", "--soak", "0s"])
        .expect("it goes back");
    roll::all_run(&lab, ROLL[0]).expect("all on the old release");
    let account = load.finish().expect("an account");
    assert_eq!((account.lost, account.failed), (0, 0), "{account:?}");
    let again = windlass
        .must(&["rollback", roll::NAME, "--yes"])
        .expect("nothing to do is well");
    assert!(again.contains("nothing to do"), "{again}");
}

#[test]
fn after_finalizing_there_is_no_way_back_and_the_level_that_bars_is_named() {
    let windlass = Windlass::build(Profile::Dev).expect("windlass builds");
    let lab = Lab::builder()
        .combined(3)
        .name(roll::NAME)
        .version(ROLL[0])
        .start()
        .expect("a healthy cluster");
    roll::topic(&lab).expect("a topic");
    roll::register(&windlass, &lab).expect("registered");
    roll::raise(&windlass, &["--to", "4.0", "--finalize"], 0, 1).expect("raised");
    let said = windlass
        .ask(&["rollback", roll::NAME, "--yes"])
        .expect("an answer");
    assert_eq!(said.status.code(), Some(1), "{said:?}");
    let text =
        String::from_utf8_lossy(&said.stdout).into_owned() + &String::from_utf8_lossy(&said.stderr);
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let bars = format!("no way back to {}", ROLL[0]);
    for part in [
        bars.as_str(),
        "metadata.version is finalized at 25 (4.0-IV3)",
        "3.9 supports metadata.version from 1 to 21",
        "cannot be lowered below 23",
    ] {
        assert!(flat.contains(part), "{part}: {text}");
    }
    roll::all_run(&lab, ROLL[1]).expect("nobody was moved");
}
