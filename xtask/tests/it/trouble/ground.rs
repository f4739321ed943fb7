//! What each story stands on: a real cluster on 3.9, the real binary with a store of its own, and ways
//! to look at both.
//!
//! Must never know: any trouble.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;
use xtask::peers::kafka::ask::Topic;
use xtask::peers::kafka::{Lab, ROLL, Session};
use xtask::roll::NAME;
use xtask::troubles::Stand;
use xtask::windlass::{Profile, Windlass};

/// What comes by itself comes within this on a busy machine; a story that waits longer has failed.
pub const SOON: Duration = Duration::from_secs(60);
/// A whole roll of three nodes, with other work on the machine.
pub const ROLLED: Duration = Duration::from_secs(180);
/// A deed stops a node and sees its process stay, within seconds; on a busy machine within this.
const DEED_S: &str = "30";
const LOOK_EVERY: Duration = Duration::from_millis(50);

static CARRIERS: AtomicU32 = AtomicU32::new(0);

pub const ORDERS: Topic<'static> = Topic {
    name: NAME,
    partitions: 12,
    replicas: 3,
    min_in_sync: 2,
};

/// A cluster and a windlass.
pub struct Ground {
    pub lab: Lab,
    pub windlass: Windlass,
    properties: BTreeMap<i32, String>,
}

impl Drop for Ground {
    fn drop(&mut self) {
        self.let_deeds_end();
    }
}

/// What a command said, on both outlets.
#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub text: String,
}

impl Ground {
    pub fn lay(stand: Stand) -> Self {
        let lab = match stand {
            Stand::Combined => Lab::builder().combined(3),
            Stand::Separated => Lab::builder().separated(3, 3),
            Stand::LongSession => Lab::builder().combined(3).session(Session::Long),
            Stand::Doors => unreachable!("who asks at doors stands on `reach::Doors`"),
        };
        let lab = lab
            .name(NAME)
            .version(ROLL[0])
            .start()
            .expect("a healthy cluster");
        let mut properties = BTreeMap::new();
        for (id, _) in lab.nodes() {
            let text = fs::read_to_string(lab.folder(id).join("server.properties"));
            properties.insert(id, text.expect("properties"));
        }
        lab.create_topic(&ORDERS).expect("a topic");
        let windlass = Windlass::build(Profile::Dev).expect("windlass builds");
        Self {
            lab,
            windlass,
            properties,
        }
    }

    /// What a story that failed has begun on a host ends there: else it would start a node at a port, and in
    /// a folder, of the next cluster.
    fn let_deeds_end(&self) {
        for (id, _) in self.lab.nodes() {
            let lock = self
                .lab
                .folder(id)
                .join(format!(".windlass/{id}.fence.lock"));
            if lock.exists() {
                let mut waits = Command::new("flock");
                waits.args(["-w", DEED_S]).arg(lock).arg("true");
                // One that hangs is left: the processes that it waits for are killed next.
                waits.status().map(|_status| ()).unwrap_or_default();
            }
        }
    }

    /// An empty cluster on the first release again, and an empty store.
    pub fn lay_anew(&mut self) {
        self.let_deeds_end();
        self.lab.format_anew(ROLL[0]).expect("formatted");
        for (id, text) in &self.properties {
            let folder = self.lab.folder(*id);
            fs::write(folder.join("server.properties"), text).expect("properties");
            // Marks of the story before: not there where it left none.
            fs::remove_dir_all(folder.join(".windlass")).unwrap_or_default();
            fs::write(folder.join("logs/server.log"), "").expect("an empty log");
        }
        self.lab.start_all().expect("started");
        self.lab.wait_healthy(SOON * 2).expect("a healthy cluster");
        self.lab.create_topic(&ORDERS).expect("a topic");
        self.windlass = self.windlass.another().expect("a store");
    }

    /// Registers the cluster with these lines under `policy:`.
    pub fn register(&self, policy: &str) {
        self.register_as(policy, |text| text);
    }

    pub fn register_as(&self, policy: &str, edit: impl Fn(String) -> String) {
        let mut text = edit(self.lab.cluster_file());
        text.push_str("  policy:\n    soak: 0s\n");
        for line in policy.lines() {
            text.push_str(&format!("    {line}\n"));
        }
        let file = self.windlass.folder().join("cluster.yaml");
        fs::write(&file, text).expect("written");
        self.must(&["apply", "-f", &file.to_string_lossy()]);
    }

    /// Another windlass with another store, that knows the same cluster.
    pub fn stranger(&self) -> Windlass {
        let other = self.windlass.another().expect("a store");
        let file = self.windlass.folder().join("cluster.yaml");
        let output = other.ask(&["apply", "-f", &file.to_string_lossy()]);
        assert!(output.expect("it runs").status.success());
        other
    }

    #[track_caller]
    pub fn ask(&self, words: &[&str]) -> Said {
        said(self.windlass.ask(words).expect("it runs"))
    }

    #[track_caller]
    pub fn must(&self, words: &[&str]) -> String {
        let said = self.ask(words);
        assert_eq!(said.code, 0, "windlass {}:\n{}", words.join(" "), said.text);
        said.text
    }

    /// A roll to the next release, approved; it goes on beside the story.
    pub fn roll(&self) -> Carrier {
        self.carry(&["upgrade", NAME, "--to", ROLL[1], "--yes"])
    }

    /// A carrier for what lives, once it holds it.
    #[track_caller]
    pub fn carried(&self) -> Carrier {
        let carrier = self.carry(&["carry"]);
        let met = within(SOON, || self.status()["carrier"].is_string());
        assert!(met, "nobody carries; it said:\n{}", carrier.said());
        carrier
    }

    pub fn carry(&self, words: &[&str]) -> Carrier {
        Carrier::start(&self.windlass, words)
    }

    pub fn why(&self) -> String {
        self.ask(&["why", NAME]).text
    }

    pub fn status(&self) -> Value {
        self.windlass.json(&["status", NAME]).unwrap_or(Value::Null)
    }

    /// All that was told of the run, one line an event.
    pub fn events(&self) -> String {
        self.ask(&["events", NAME]).text
    }

    /// Waits for words in what `why` says, and gives all of it.
    #[track_caller]
    pub fn until_why(&self, words: &str) -> String {
        let mut last = String::new();
        let met = within(SOON, || {
            last = self.why();
            flat(&last).contains(&flat(words))
        });
        assert!(met, "waited for “{words}”; last seen:\n{last}");
        last
    }

    #[track_caller]
    pub fn until_phase(&self, phase: &str, limit: Duration) {
        let mut last = Value::Null;
        let met = within(limit, || {
            last = self.status();
            last["phase"] == phase
        });
        assert!(met, "waited for phase {phase}; last seen:\n{last:#}");
    }

    /// Waits until a member is in flight, and names it.
    #[track_caller]
    pub fn flying(&self) -> i32 {
        let mut found = None;
        let met = within(SOON, || {
            let status = self.status();
            let subject = status["members"]["inFlight"][0]["subject"].as_str();
            found = subject
                .and_then(|subject| subject.strip_prefix("member/"))
                .and_then(|id| id.parse().ok());
            found.is_some()
        });
        assert!(met, "waited for a member in flight:\n{}", self.why());
        found.expect("just seen")
    }

    /// Waits for the end; a restart that windlass did not do is answered with `continue` when asked about.
    #[track_caller]
    pub fn finished_after_restarts(&self) {
        let met = within(ROLLED, || {
            let status = self.status();
            if status["standing"]["reason"] == "someone-else-acts" {
                has(
                    &self.why(),
                    &["not by this run", "windlass continue orders"],
                );
                self.ask(&["continue", NAME]);
            }
            status["phase"] == "finished"
        });
        assert!(met, "it did not finish:\n{}", self.why());
    }

    /// Waits until it is told that a node came through.
    #[track_caller]
    pub fn until_whole(&self, id: i32, version: &str) {
        let words = format!("node {id} is whole at {version}");
        let met = within(SOON, || self.events().contains(&words));
        assert!(
            met,
            "waited for “{words}”:\n{}\n{}",
            self.why(),
            self.events()
        );
    }

    /// Waits until the process of a node is another than this, and gives it.
    #[track_caller]
    pub fn until_started(&self, id: i32, before: i32) -> i32 {
        let mut now = None;
        let met = within(SOON, || {
            now = self.lab.pid(id).filter(|pid| *pid != before);
            now.is_some()
        });
        assert!(met, "node {id} was not started again:\n{}", self.why());
        now.expect("just seen")
    }

    #[track_caller]
    pub fn until_down(&self, id: i32) {
        let met = fast(SOON, || self.lab.pid(id).is_none());
        assert!(met, "node {id} was not stopped:\n{}", self.why());
    }

    /// The processes of all nodes.
    pub fn pids(&self) -> BTreeMap<i32, i32> {
        let ids = self.lab.nodes();
        let running = ids
            .iter()
            .filter_map(|(id, _)| Some((*id, self.lab.pid(*id)?)));
        running.collect()
    }

    pub fn pid(&self, id: i32) -> i32 {
        self.lab.pid(id).expect("it runs")
    }

    /// A pause after the first member: nothing is in flight, nobody carries.
    #[track_caller]
    pub fn paused_after_one(&self) -> i32 {
        let carrier = self.roll();
        let first = self.flying();
        self.must(&["pause", NAME]);
        self.until_phase("paused", SOON);
        carrier.kill();
        first
    }

    pub fn properties(&self, id: i32) -> PathBuf {
        self.lab.folder(id).join("server.properties")
    }

    pub fn spoil(&self, id: i32, line: &str) {
        let text = format!("{}{line}\n", self.properties[&id]);
        fs::write(self.properties(id), text).expect("written");
    }

    /// Ends a story in mid roll: a deed that has begun would finish on the cluster of the next one.
    #[track_caller]
    pub fn rest(&self, carrier: Carrier) {
        let quiet = ["paused", "finished"];
        let met = within(SOON, || {
            self.ask(&["pause", NAME]);
            self.status()["phase"]
                .as_str()
                .is_some_and(|phase| quiet.contains(&phase))
        });
        assert!(met, "it did not come to rest:\n{}", self.why());
        carrier.kill();
    }

    /// The first member that is moved finds this line in its file when it comes back; the checks were asked
    /// before, and did not.
    #[track_caller]
    pub fn spoiled(&self, carrier: Carrier, line: &str) -> i32 {
        let first = self.flying();
        self.spoil(first, line);
        let said = carrier.ends(SOON);
        assert_eq!(said.code, 4, "{}", said.text);
        first
    }

    pub fn mend(&self, id: i32) {
        fs::write(self.properties(id), &self.properties[&id]).expect("written");
    }

    pub fn log(&self, id: i32) -> String {
        let bytes = fs::read(self.lab.folder(id).join("logs/server.log"));
        String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned()
    }

    pub fn mark(&self, id: i32) -> String {
        let path = self.lab.folder(id).join(format!(".windlass/{id}.fence"));
        fs::read_to_string(path).unwrap_or_default()
    }
}

/// A windlass that goes on beside a story.
pub struct Carrier {
    child: Child,
    said: PathBuf,
}

impl Carrier {
    pub fn start(windlass: &Windlass, words: &[&str]) -> Self {
        Self::of(windlass, windlass.command(words))
    }

    /// What it says is kept beside the store.
    pub fn of(windlass: &Windlass, mut command: Command) -> Self {
        let number = CARRIERS.fetch_add(1, Ordering::Relaxed);
        let said = windlass.folder().join(format!("said-{number}"));
        let file = File::create(&said).expect("a file");
        let child = command
            .stdout(file.try_clone().expect("a file"))
            .stderr(file)
            .spawn()
            .expect("it starts");
        Self { child, said }
    }

    pub fn said(&self) -> String {
        fs::read_to_string(&self.said).unwrap_or_default()
    }

    #[track_caller]
    pub fn until_said(&self, words: &str) {
        let met = within(SOON, || self.said().contains(words));
        assert!(met, "waited for “{words}”; it said:\n{}", self.said());
    }

    /// It did not go while the run stood still.
    #[track_caller]
    pub fn attends(&mut self) {
        let went = self.child.try_wait().expect("it can be waited for");
        assert!(went.is_none(), "it went; it said:\n{}", self.said());
    }

    /// Waits for its end.
    #[track_caller]
    pub fn ends(mut self, limit: Duration) -> Said {
        let mut status = None;
        let met = within(limit, || {
            status = self.child.try_wait().expect("it can be waited for");
            status.is_some()
        });
        assert!(met, "it did not end; it said:\n{}", self.said());
        Said {
            code: status.and_then(|status| status.code()).unwrap_or(-1),
            text: self.said(),
        }
    }

    pub fn kill(self) {
        drop(self);
    }
}

impl Drop for Carrier {
    fn drop(&mut self) {
        self.child.kill().unwrap_or_default();
        self.child.wait().map(|_status| ()).unwrap_or_default();
    }
}

pub fn said(output: Output) -> Said {
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.push_str(&String::from_utf8_lossy(&output.stderr));
    Said {
        code: output.status.code().unwrap_or(-1),
        text,
    }
}

/// Words as a user sees them, kept in the test's output: the pages of docs/trouble.md are taken from it.
pub fn shown(text: &str) {
    for line in text.lines() {
        eprintln!("  | {line}");
    }
}

#[track_caller]
pub fn has(text: &str, words: &[&str]) {
    shown(text);
    for word in words {
        assert!(flat(text).contains(&flat(word)), "no “{word}” in:\n{text}");
    }
}

/// Lines are broken to the width of a screen: blanks are blanks.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub fn within(limit: Duration, done: impl FnMut() -> bool) -> bool {
    looked(limit, LOOK_EVERY, done)
}

/// For what lasts only a moment.
pub fn fast(limit: Duration, done: impl FnMut() -> bool) -> bool {
    looked(limit, Duration::from_millis(1), done)
}

fn looked(limit: Duration, every: Duration, mut done: impl FnMut() -> bool) -> bool {
    let begun = Instant::now();
    loop {
        if done() {
            return true;
        }
        if begun.elapsed() > limit {
            return false;
        }
        sleep(every);
    }
}

/// Nothing of what must not happen happens for so long.
#[track_caller]
pub fn stays(length: Duration, what: &str, mut holds: impl FnMut() -> bool) {
    let broken = within(length, || !holds());
    assert!(!broken, "{what}");
}
