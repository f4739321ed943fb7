//! Two real processes that would carry one run, on false hosts: the one that carries is stopped (SIGSTOP) for
//! longer than the other waits for anything, woken, stopped again, and killed.

#![expect(
    clippy::disallowed_methods,
    reason = "real processes are stopped and woken"
)]

use crate::run::User;
use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const CLUSTER: &str = "false-kong-mesh";
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// Whoever waits asks every two seconds whether anybody carries: it has asked more than once.
const STOPPED: Duration = Duration::from_secs(5);
/// No wait of this story takes longer unless something hangs.
const SOON: Duration = Duration::from_secs(60);

/// A windlass that goes on beside the story.
struct Beside {
    child: Child,
    said: PathBuf,
}

impl Beside {
    fn start(user: &User, name: &str, line: &str) -> Self {
        let said = user.home().join(name);
        let file = File::create(&said).expect("a file");
        let mut command = user.command(line);
        command
            .stdout(file.try_clone().expect("a file"))
            .stderr(Stdio::from(file));
        let child = command.spawn().expect("windlass starts");
        Self { child, said }
    }

    fn pid(&self) -> u32 {
        self.child.id()
    }

    fn signal(&self, name: &str) {
        let mut kill = Command::new("kill");
        kill.arg(format!("-{name}")).arg(self.pid().to_string());
        assert!(kill.status().expect("kill").success(), "{name}");
    }

    /// All that it said, however its lines are broken.
    fn said(&self) -> String {
        flat(&std::fs::read_to_string(&self.said).expect("what it said"))
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        self.child.kill().unwrap_or_default();
        self.child.wait().map(|_| ()).unwrap_or_default();
    }
}

fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < SOON, "waited for {what}");
        std::thread::sleep(LOOK_EVERY);
    }
}

fn journal(user: &User) -> String {
    flat(&user.says(&format!("demo events {CLUSTER}")).out)
}

fn carrier(user: &User) -> String {
    let told = user.says(&format!("demo status {CLUSTER} -o json")).out;
    let told: serde_json::Value = serde_json::from_str(&told).unwrap_or_default();
    told["carrier"].as_str().unwrap_or_default().to_owned()
}

/// What false hosts were asked to bring to a release: whom, in which attempt, under which epoch.
fn asked(user: &User) -> Vec<(String, u64, u64)> {
    let folder = user
        .home()
        .join(".local/state/windlass/demo/windlass.db.d/false");
    let book = std::fs::read_to_string(folder.join(format!("{CLUSTER}.book"))).expect("a book");
    let requests = book.lines().skip(1).map(|line| {
        let line: serde_json::Value = serde_json::from_str(line).expect("JSON");
        line["what"]["asked"].clone()
    });
    let ensures = requests.filter(|asked| asked[0]["ensure"].is_object());
    let told = ensures.map(|asked| {
        let member = asked[0]["ensure"]["member"].as_str().expect("a member");
        let number = |value: &serde_json::Value| value.as_u64().expect("a number");
        let attempt = number(&asked[0]["ensure"]["attempt"]);
        (member.to_owned(), attempt, number(&asked[1]["epoch"]))
    });
    told.collect()
}

#[test]
fn who_is_stopped_keeps_the_run_and_who_is_killed_is_followed_at_once() {
    let user = User::new();
    let player = Beside::start(&user, "player", "demo kong-mesh --speed 15");
    until("a member that is whole", || {
        journal(&user).contains("1 of 8")
    });
    let mut waiter = Beside::start(&user, "waiter", "demo carry");
    let holds = format!("pid {}, since ", player.pid());
    until("the waiter to say who carries", || {
        let said = waiter.said();
        said.contains(&format!("run 1 {CLUSTER} is carried by windlass on "))
            && said.contains(&holds)
            && said.contains("; waits")
    });

    player.signal("STOP");
    let stood = journal(&user);
    let start = Instant::now();
    while start.elapsed() < STOPPED {
        assert!(carrier(&user).contains(&holds), "{}", carrier(&user));
        assert_eq!(journal(&user), stood, "nothing is taken, nothing begins");
        std::thread::sleep(LOOK_EVERY);
    }
    player.signal("CONT");
    until("the first to go on", || journal(&user).contains("3 of 8"));
    assert_eq!(journal(&user).matches("carries it, epoch").count(), 1);

    player.signal("STOP");
    let of_it = asked(&user).len();
    player.signal("KILL");
    let killed = Instant::now();
    let takes = format!("pid {} carries it, epoch", waiter.pid());
    until("the other to take over", || journal(&user).contains(&takes));
    println!("taken over after {:?}", killed.elapsed());
    let ended = waiter.child.wait().expect("it ends");
    assert!(ended.success(), "{}", waiter.said());

    let told = journal(&user);
    assert!(told.contains("finished"), "{told}");
    for whole in 1..=8 {
        assert_eq!(told.matches(&format!("{whole} of 8")).count(), 1, "{told}");
    }
    let asked = asked(&user);
    let (first, last) = asked.split_at(of_it);
    let epoch = |all: &[(String, u64, u64)]| {
        let mut epochs: Vec<u64> = all.iter().map(|(.., epoch)| *epoch).collect();
        epochs.dedup();
        epochs
    };
    let (before, after) = (epoch(first), epoch(last));
    assert!(
        before.len() == 1 && after.len() == 1 && before < after,
        "{asked:?}"
    );
    assert!(
        asked.iter().all(|(_, attempt, _)| *attempt == 1),
        "{asked:?}"
    );

    let store = user.home().join(".local/state/windlass/demo/windlass.db");
    let doctor = user.says(&format!("doctor --store {}", store.display()));
    assert_eq!(doctor.code, 0, "{}", doctor.all());
    assert!(doctor.out.contains("nothing is hurt"), "{}", doctor.all());
}
