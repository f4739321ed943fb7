//! A broker dies under windlass's hands, or just before.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::thread::sleep;
use std::time::Duration;

use xtask::peers::kafka::ask::Topic;
use xtask::peers::kafka::{ROLL, release};
use xtask::peers::process::{Signal, signal};
use xtask::roll::{self, NAME};

use super::ground::{Carrier, Ground, ROLLED, SOON, fast, has, within};

pub fn broker_killed(ground: &mut Ground) {
    ground.register("");
    let before = ground.pids();
    let carrier = ground.roll();
    let first = ground.flying();
    ground.until_started(first, before[&first]);
    // Past the moment for which the deed itself waits.
    let met = fast(SOON, || {
        ground.status()["members"]["inFlight"][0]["state"] == "gating"
    });
    assert!(met, "it is coming back:\n{}", ground.why());
    ground.lab.kill(first, Signal::KILL).expect("it runs");
    let said = carrier.ends(SOON);
    assert_eq!(said.code, 4, "{}", said.text);
    has(
        &ground.why(),
        &[
            &format!("the process of member {first} is gone"),
            &format!("windlass retry {NAME} {first}"),
        ],
    );
    assert_eq!(ground.pids().len(), 2, "nobody else is touched");
    let carrier = ground.carried();
    ground.must(&["retry", NAME, &first.to_string()]);
    ground.until_phase("finished", ROLLED);
    carrier.kill();
    roll::all_run(&ground.lab, ROLL[1]).expect("all on the new release");
}

/// A roll whose first member dies as soon as it is told to stop: nothing of it is left in order.
fn unclean(ground: &Ground) -> (Carrier, i32, i32) {
    let carrier = ground.roll();
    let first = ground.flying();
    let before = ground.pid(first);
    let met = fast(SOON, || {
        ground.mark(first).contains("\"step\": \"stopping\"")
    });
    assert!(met, "it was never told to stop");
    signal(before, Signal::KILL);
    let pid = ground.until_started(first, before);
    (carrier, first, pid)
}

pub fn duplicate_registration(ground: &mut Ground) {
    ground.register("");
    let (carrier, first, _) = unclean(ground);
    let refused = "DUPLICATE_BROKER_REGISTRATION";
    let met = within(SOON, || ground.log(first).contains(refused));
    assert!(
        met,
        "it came back before its session was over:\n{}",
        ground.log(first)
    );
    has(&ground.why(), &[&format!("node {first} is in flight")]);
    let said = carrier.ends(ROLLED);
    assert_eq!(said.code, 0, "it was waited out:\n{}", said.text);
    let events = ground.events();
    assert!(!events.contains("failed"), "it was waited out:\n{events}");
    roll::all_run(&ground.lab, ROLL[1]).expect("all on the new release");
}

/// So many logs are read again one by one.
const MANY: Topic<'static> = Topic {
    name: "many",
    partitions: 300,
    replicas: 3,
    min_in_sync: 2,
};
/// A slow disk, made of a broker that runs a twentieth of the time while it reads its logs.
const RUNS: Duration = Duration::from_millis(10);
const RESTS: Duration = Duration::from_millis(190);

/// Starts a node with the logging that Kafka ships: the lab's own is quieter.
fn outspoken(ground: &Ground) -> String {
    let folder = ground.windlass.folder();
    let logging = folder.join("log4j2.properties");
    let quiet = release(ROLL[1]).expect("a release");
    let text = fs::read_to_string(quiet.root().join("config/log4j2.properties"));
    let mut text = text.expect("its logging");
    text.push_str("logger.lm.name = kafka.log.LogManager\nlogger.lm.level = INFO\n");
    fs::write(&logging, text).expect("written");
    let program = folder.join("start");
    let script = format!(
        r#"#!/bin/sh
exec java $KAFKA_HEAP_OPTS -Xshare:auto "-XX:SharedArchiveFile=$1/cds.jsa" "-Dlog4j2.configurationFile=file:{}" -cp "$1/libs/*" kafka.Kafka "$2"
"#,
        logging.display()
    );
    fs::write(&program, script).expect("written");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("executable");
    program.display().to_string()
}

pub fn log_recovery(ground: &mut Ground) {
    let program = outspoken(ground);
    ground.register_as("patience: 15s", |text| {
        text.replace(
            "\"{release}/bin/kafka-server-start.sh\"",
            &format!("\"{program}\", \"{{release}}\""),
        )
    });
    ground.lab.create_topic(&MANY).expect("a topic");
    // A broker knows a topic before it has made its logs.
    let logs = |id: i32| {
        let data = fs::read_dir(ground.lab.folder(id).join("data")).expect("a folder");
        let named = data.flatten().map(|entry| entry.file_name());
        let of = |name: &std::ffi::OsString| {
            let name = name.to_string_lossy();
            name.starts_with("many-") || name.starts_with("orders-")
        };
        named.filter(of).count()
    };
    let made = within(SOON, || [1, 2, 3].into_iter().all(|id| logs(id) == 312));
    assert!(made, "all logs are there");
    let (carrier, next, pid) = unclean(ground);
    let reads = |count: &str| ground.log(next).contains(&format!("{count} completed in"));
    assert!(within(SOON, || reads("(1/312")), "{}", ground.log(next));
    let begun = std::time::Instant::now();
    while !reads("(312/312") && begun.elapsed() < SOON {
        signal(pid, Signal::STOP);
        sleep(RESTS);
        signal(pid, Signal::CONT);
        sleep(RUNS);
    }
    eprintln!(
        "it read its logs for {:.1} s",
        begun.elapsed().as_secs_f64()
    );
    assert!(
        begun.elapsed() > Duration::from_secs(18),
        "longer than patience"
    );
    ground.until_whole(next, ROLL[1]);
    let events = ground.events();
    assert!(
        events.contains(&format!("node {next} came nearer")),
        "{events}"
    );
    assert!(!events.contains("failed"), "slow is no failure:\n{events}");
    assert_eq!(carrier.ends(ROLLED).code, 0);
    roll::all_run(&ground.lab, ROLL[1]).expect("all on the new release");
}
