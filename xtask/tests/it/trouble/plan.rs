//! A plan that was written down, reviewed, and overtaken by what somebody else did.

use std::fs;

use serde_json::Value;
use xtask::peers::kafka::ROLL;
use xtask::roll::{self, NAME};

use super::ground::{Ground, ROLLED, SOON, has};

fn written(ground: &Ground) -> (String, Value) {
    let path = ground.windlass.folder().join("plan.json");
    let name = path.display().to_string();
    ground.must(&["plan", NAME, "--to", ROLL[1], "--out", &name]);
    let text = fs::read_to_string(path).expect("a file");
    (name, serde_json::from_str(&text).expect("a plan"))
}

pub fn drifts(ground: &mut Ground) {
    ground.register("");
    let (file, before) = written(ground);
    let by_hand = 2;
    ground.lab.stop(by_hand);
    ground.lab.start(by_hand, ROLL[1]).expect("it starts");
    ground.lab.wait_healthy(SOON).expect("well");
    let stands = ground.pids();
    let said = ground.carry(&["upgrade", NAME, "--plan", &file]).ends(SOON);
    assert_eq!(said.code, 1, "{}", said.text);
    has(
        &said.text,
        &[
            "is no longer the plan of orders: nothing is done",
            &format!("{} and {}", ROLL[0], ROLL[1]),
        ],
    );
    assert_eq!(ground.pids(), stands, "nothing was touched");
    has(&ground.ask(&["runs", NAME]).text, &["no runs"]);
    let (file, after) = written(ground);
    assert_ne!(before["hash"], after["hash"]);
    let carrier = ground.carry(&["upgrade", NAME, "--plan", &file]);
    ground.until_phase("finished", ROLLED);
    assert_eq!(carrier.ends(SOON).code, 0);
    assert_eq!(ground.status()["plan"]["hash"], after["hash"]);
    assert_eq!(
        ground.pid(by_hand),
        stands[&by_hand],
        "who had moved already was left alone"
    );
    roll::all_run(&ground.lab, ROLL[1]).expect("all on the new release");
}
