//! The real binary raises a real cluster whose host is reached over a real sshd, which is cut and goes away.

use std::time::{Duration, Instant};

use xtask::peers::kafka::{Lab, ROLL};
use xtask::peers::sshd::{self, daemon::Sshd};
use xtask::roll;
use xtask::windlass::{Profile, Windlass};

/// How long the server is away in mid roll: longer than a deed takes.
const AWAY: Duration = Duration::from_secs(12);
const LIMIT: Duration = Duration::from_mins(5);

#[test]
fn a_cluster_over_ssh_rises_though_its_connections_are_cut_and_its_host_goes_away() {
    sshd::server().expect("a server");
    let windlass = Windlass::build(Profile::Dev).expect("windlass builds");
    let folder = tempfile::tempdir().expect("a folder");
    let mut server = Sshd::start(folder.path(), &[]).expect("a server");
    let lab = Lab::builder()
        .combined(3)
        .name(roll::NAME)
        .version(ROLL[0])
        .start()
        .expect("a healthy cluster");
    roll::topic(&lab).expect("a topic");
    let file = windlass.folder().join("cluster.yaml");
    let text = roll::over_ssh(&lab.cluster_file(), &server).expect("a file");
    std::fs::write(&file, text).expect("written");
    windlass
        .must(&["apply", "-f", &file.to_string_lossy()])
        .expect("registered");
    let mut child = windlass
        .command([
            "upgrade",
            roll::NAME,
            "--to",
            "4.0",
            "--yes",
            "--soak",
            "0s",
        ])
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("started");
    let begun = Instant::now();
    let wait = |until: &str| {
        while !journal(&windlass).iter().any(|word| word == until) {
            assert!(
                begun.elapsed() < LIMIT,
                "never {until}: {:?}",
                journal(&windlass)
            );
            std::thread::sleep(Duration::from_millis(100));
        }
    };
    // In mid deed: what was begun on the host finishes there.
    wait("began");
    server.cut();
    wait("moved");
    server.down();
    std::thread::sleep(AWAY);
    server.up().expect("up again");
    let code = loop {
        if let Some(status) = child.try_wait().expect("asked") {
            break status.code();
        }
        assert!(
            begun.elapsed() < LIMIT,
            "still runs: {:?}",
            journal(&windlass)
        );
        std::thread::sleep(Duration::from_millis(100));
    };
    let why = windlass.ask(&["why", roll::NAME]).expect("asked").stdout;
    assert_eq!(code, Some(0), "{}", String::from_utf8_lossy(&why));
    roll::all_run(&lab, ROLL[1]).expect("all on the new release");
    let words = journal(&windlass);
    let odd = ["drifted", "failed", "halted"];
    let odd: Vec<&String> = words
        .iter()
        .filter(|word| odd.contains(&word.as_str()))
        .collect();
    assert!(odd.is_empty(), "{words:?}");
    assert!(server.log().matches("Accepted publickey").count() >= 3);
}

/// The words of its events, as far as it has come.
fn journal(windlass: &Windlass) -> Vec<String> {
    let listed = windlass.json(&["events", roll::NAME]).unwrap_or_default();
    let items = listed.get("items").and_then(|items| items.as_array());
    items
        .into_iter()
        .flatten()
        .filter_map(|item| Some(item.get("event")?.as_str()?.to_owned()))
        .collect()
}
