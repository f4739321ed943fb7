//! Another cluster: at the address, or in a broker's own data.

use std::fs;
use std::time::Duration;

use xtask::peers::kafka::ROLL;
use xtask::roll::NAME;

use super::ground::{Ground, SOON, has, stays};

const WATCHED: Duration = Duration::from_secs(4);

pub fn other_identity(ground: &mut Ground) {
    ground.register("");
    ground.paused_after_one();
    let ours = ground.lab.cluster_id().to_owned();
    ground.lab.format_anew(ROLL[0]).expect("formatted");
    ground.lab.start_all().expect("started");
    ground.lab.wait_healthy(SOON * 2).expect("another cluster");
    let theirs = ground.lab.cluster_id().to_owned();
    let before = ground.pids();
    let carrier = ground.carried();
    ground.must(&["continue", NAME]);
    let words = format!("cluster {theirs} answers at the address, {ours} was expected");
    let why = ground.until_why("was expected");
    has(&why, &[&words, "windlass cancel orders"]);
    stays(WATCHED, "nothing of theirs is touched", || {
        ground.pids() == before
    });
    ground.must(&["cancel", NAME]);
    ground.until_phase("cancelled", SOON);
    carrier.kill();
}

pub fn wrong_cluster_id(ground: &mut Ground) {
    ground.register("patience: 25s");
    let first = ground.paused_after_one();
    let carrier = ground.carried();
    let others: Vec<i32> = [1, 2, 3].into_iter().filter(|id| *id != first).collect();
    let belongs = |from: &str, to: &str| {
        for id in &others {
            let path = ground.lab.folder(*id).join("data/meta.properties");
            let text = fs::read_to_string(&path).expect("it is there");
            fs::write(path, text.replace(from, to)).expect("written");
        }
    };
    let (ours, theirs) = (ground.lab.cluster_id(), "AAAAAAAAAAAAAAAAAAAAAA");
    // Seen before a member is stopped it bars, and the run goes on by itself once it is mended.
    let before = ground.pids();
    belongs(ours, theirs);
    ground.must(&["continue", NAME]);
    let why = ground.until_why("bar");
    has(&why, &["storage.identity", theirs]);
    assert_eq!(ground.pids(), before, "nothing was touched");
    belongs(theirs, ours);
    // Where it is so only after the checks, the node comes back, and is let in by nobody.
    let second = ground.flying();
    belongs(ours, theirs);
    let why = ground.until_why(&format!("node {second} did not come through"));
    has(&why, &["made no progress", "INCONSISTENT_CLUSTER_ID"]);
    carrier.kill();
}
