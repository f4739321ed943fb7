//! SIGKILL of windlass, whenever.

use std::time::Duration;

use xtask::peers::kafka::ROLL;
use xtask::peers::load::Load;
use xtask::roll::{self, NAME};
use xtask::windlass::{Ended, live_for};

use super::ground::{Ground, has, said};

const KILLS: u32 = 25;
/// Lives are drawn between these: 25 of them take less than a roll of two hops does.
const LIFE_MS: (u64, u64) = (300, 1_500);

pub fn twenty_five(ground: &mut Ground) {
    ground.register("");
    let load = Load::start(&ground.lab.bootstrap(), NAME).expect("load");
    let (mut kills, mut random) = (0, 25_u64);
    let words = [
        "upgrade", NAME, "--to", "4.1", "--via", "4.0", "--yes", "--key", "one roll",
    ];
    let ended = loop {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let life = LIFE_MS.0 + (random >> 33) % (LIFE_MS.1 - LIFE_MS.0);
        let life = (kills < KILLS).then_some(Duration::from_millis(life));
        let mut command = ground.windlass.command(words);
        command
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null());
        let child = command.spawn().expect("it starts");
        match live_for(child, life).expect("it ends") {
            Ended::Killed => kills += 1,
            Ended::WithCode(code) => break code,
        }
    };
    assert_eq!((kills, ended), (KILLS, 0), "{}", ground.why());
    roll::all_run(&ground.lab, ROLL[2]).expect("all on the new release");
    let account = load.finish().expect("an account");
    assert_eq!((account.lost, account.failed), (0, 0), "{account:?}");
    // Once as it was, and once a hop: nobody was stopped twice for one move.
    for (id, _) in ground.lab.nodes() {
        let starts = ground.log(id).matches("Kafka Server started").count();
        assert_eq!(starts, 3, "node {id}");
    }
    let runs = said(ground.windlass.ask(&["runs"]).expect("it runs"));
    has(&runs.text, &["finished"]);
    assert_eq!(runs.text.lines().count(), 2, "one run:\n{}", runs.text);
}
