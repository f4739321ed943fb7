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
    for id in &others {
        let path = ground.lab.folder(*id).join("data/meta.properties");
        let text = fs::read_to_string(&path).expect("it is there");
        let text = text.replace(ground.lab.cluster_id(), "AAAAAAAAAAAAAAAAAAAAAA");
        fs::write(path, text).expect("written");
    }
    ground.must(&["continue", NAME]);
    let second = ground.flying();
    ground.until_why("stands still");
    has(
        &ground.why(),
        &[
            &format!("node {second} did not come through"),
            "INCONSISTENT_CLUSTER_ID",
        ],
    );
    carrier.kill();
}
