//! A cluster under load: nothing lost while it is well, a dip found by the watcher when it is not.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::thread::sleep;
use std::time::{Duration, Instant};

use xtask::peers::kafka::ask::Topic;
use xtask::peers::kafka::{Health, Lab, Stopped};
use xtask::peers::load::Load;
use xtask::peers::process::{Signal, alive, gone_within, pid_in};
use xtask::peers::watch::Watch;

const ORDERS: Topic<'static> = Topic {
    name: "orders",
    partitions: 60,
    replicas: 3,
    min_in_sync: 2,
};

#[test]
fn load_is_accounted_for_and_a_calm_cluster_has_no_bad_sample() {
    let begun = Instant::now();
    let said = |what: &str| eprintln!("{:5.1} s  {what}", begun.elapsed().as_secs_f64());
    let lab = Lab::builder()
        .combined(3)
        .version("3.9.2")
        .racks(&["a", "b", "c"])
        .start()
        .expect("a lab");
    said("healthy");
    lab.create_topic(&ORDERS).expect("a topic");
    let load = Load::start(&lab.bootstrap(), "orders").expect("load");
    said("under load");
    lab.wait_healthy(Duration::from_secs(30))
        .expect("the group's topic is in sync");
    let watch = Watch::start(&lab.brokers(), &lab.controllers()).expect("a watch");
    sleep(Duration::from_secs(8));
    let calm = watch.finish();
    said(&format!("{calm:?}"));
    assert_eq!((calm.bad, calm.broken), (0, 0), "{calm:?}");
    assert!(calm.per_second() >= 5.0, "{calm:?}");
    assert_eq!(calm.smallest, Some(3));

    let account = load.finish().expect("an account");
    said(&format!("{account:?}"));
    assert_eq!((account.lost, account.failed), (0, 0), "{account:?}");
    assert!(account.acknowledged > 1000, "{account:?}");
    assert!(account.read >= account.acknowledged);
    assert!(account.consumed > 0);
}

/// Two of three brokers stopped, the quorum whole: the controller itself says that each set has one member.
#[test]
fn the_watcher_finds_two_stopped_brokers() {
    let begun = Instant::now();
    let said = |what: &str| eprintln!("{:5.1} s  {what}", begun.elapsed().as_secs_f64());
    let mut lab = Lab::builder()
        .separated(1, 3)
        .version("3.9.2")
        .start()
        .expect("a lab");
    said("healthy");
    lab.create_topic(&ORDERS).expect("a topic");
    let watch = Watch::start(&lab.brokers(), &lab.controllers()).expect("a watch");
    assert_eq!(lab.stop(2), Stopped::Gently);
    let one_down = watch.progress();
    assert_eq!(one_down.bad, 0, "{one_down:?}");
    assert_eq!(one_down.smallest, Some(2), "{one_down:?}");
    lab.kill(3, Signal::KILL).expect("it runs");
    sleep(Duration::from_secs(5));
    let dip = watch.finish();
    said(&format!("{dip:?}"));
    assert!(dip.under_min > 0 && dip.broken == 0, "{dip:?}");
    assert_eq!(
        (dip.smallest, dip.most_under_min, dip.without_controller),
        (Some(1), 60, 0),
        "{dip:?}"
    );

    lab.start_all().expect("they start again");
    let took = lab
        .wait_healthy(Duration::from_secs(60))
        .expect("healthy again");
    said(&format!("healthy again after {took:?}"));
    assert_eq!(lab.health(), Health::Well { active: 101 });
}

/// A process that dies without a word leaves its nodes to the next one that starts a lab.
#[test]
fn nodes_of_a_crashed_owner_are_ended_by_the_next_lab() {
    let mut owner = std::process::Command::new(env!("CARGO_BIN_EXE_xtask"))
        .arg("lab")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("xtask starts");
    let mut said = BufReader::new(owner.stdout.take().expect("piped")).lines();
    let file = loop {
        let line = said.next().expect("a cluster file is named").expect("text");
        if let Some(file) = line.strip_prefix("cluster file") {
            break PathBuf::from(file.trim());
        }
    };
    let folder = file.parent().expect("beside the nodes").to_owned();
    let pids: Vec<i32> = (1..=3)
        .filter_map(|id| pid_in(&folder.join(format!("k{id}/run/{id}.pid"))))
        .collect();
    assert_eq!(pids.len(), 3);
    owner.kill().expect("it runs");
    owner.wait().expect("it ends");
    assert!(
        pids.iter().all(|pid| alive(*pid)),
        "nodes outlive their owner"
    );
    let _next = Lab::builder().combined(1).start().expect("a lab");
    assert!(
        pids.iter()
            .all(|pid| gone_within(*pid, Duration::from_secs(5)))
    );
    assert!(!folder.exists());
}
