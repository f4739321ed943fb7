//! Checks of the user's own before a target: commands that answer, hang, shout, or cannot be run.

use crate::kafka_world::version;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use windlass_engine::catalog::{Binds, Severity};
use windlass_engine::check::{Asks, OwnCheck};
use windlass_engine::effect::{Answer, ClaimAnswer, Effect};
use windlass_engine::names::{Identity, MemberId};
use windlass_engine::snapshot::{Fact, Found, Said, Snapshot};
use windlass_engine::time::{Ms, Wall};
use windlass_engine::version::Version;
use windlass_runner::ports::Task;
use windlass_runner::ports::target::{Fence, Hints, Target};
use windlass_runner::system::SystemClock;
use windlass_targets::own::{About, Asking};

/// A cluster of which nothing is known but that it was looked at.
#[derive(Default)]
struct Plain(AtomicU32);

impl Target for Plain {
    fn identity(&self) -> Task<'_, Result<Identity, String>> {
        Box::pin(async { Ok(Identity::from("x")) })
    }
    fn observe<'a>(&'a self, _: &'a [Version]) -> Task<'a, Snapshot> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Box::pin(async { Snapshot::empty("kafka", Wall(0)) })
    }
    fn perform<'a>(&'a self, _: &'a Effect, _: &'a Fence, _: Hints) -> Task<'a, Answer> {
        Box::pin(async { Answer::Claim(ClaimAnswer::Claimed) })
    }
    fn changed(&self) -> Task<'_, ()> {
        Box::pin(std::future::pending())
    }
    fn release<'a>(&'a self, _: &'a Fence) -> Task<'a, ()> {
        Box::pin(async {})
    }
    fn adopt<'a>(&'a self, _: &'a Fence) -> Task<'a, ClaimAnswer> {
        Box::pin(async { ClaimAnswer::Claimed })
    }
    fn claims(&self) -> Task<'_, Vec<(MemberId, Option<String>)>> {
        Box::pin(async { Vec::new() })
    }
    fn log<'a>(&'a self, _: &'a MemberId, _: usize) -> Task<'a, Result<Vec<String>, String>> {
        Box::pin(async { Ok(Vec::new()) })
    }
}

fn check(name: &str, asks: Asks) -> OwnCheck {
    OwnCheck {
        name: name.into(),
        title: None,
        asks,
        severity: Severity::Fail,
        binds: Binds::Now,
        mend: String::new(),
    }
}

fn shell(name: &str, script: &str) -> OwnCheck {
    let list = ["sh", "-c", script].map(String::from).to_vec();
    let timeout = Ms(700);
    check(name, Asks::Command { list, timeout })
}

async fn asked(checks: Vec<OwnCheck>) -> BTreeMap<String, Fact> {
    let about = About {
        cluster: "orders".into(),
        bootstrap: "h:1,h:2".into(),
    };
    let clock = Arc::new(SystemClock::new());
    let target = Asking::new(Arc::new(Plain::default()), clock, about, checks);
    target
        .observe(&[version("4.0.2"), version("4.1.2")])
        .await
        .facts
}

fn unknown(why: &str) -> Fact {
    Fact::Unknown(why.into())
}

#[tokio::test]
async fn commands_answer_and_nothing_else_is_taken_for_an_answer() {
    let facts = asked(vec![
        shell("well", "exit 0"),
        shell("told", "echo \"$WINDLASS_CLUSTER $WINDLASS_BOOTSTRAP $WINDLASS_TO\"; exit 1"),
        shell("clean", "env | cut -d= -f1 | grep -v '^WINDLASS_\\|^PATH$\\|^LANG$\\|^PWD$\\|^_$\\|^SHLVL$\\|^OLDPWD$'; exit 2"),
        shell("odd", "echo broken; exit 9"),
        shell("slow", "sleep 30"),
        shell("loud", "yes"),
        shell("dead", "kill -9 $$"),
        shell("json", "echo '{\"evidence\": [{\"object\": \"volume b\", \"seen\": \"3 days\"}]}'; exit 1"),
        check("lost", Asks::Command { list: vec!["/no/such".into()], timeout: Ms(700) }),
        check("cel", Asks::Cel("cluster.system == 'kafka'".into())),
    ])
    .await;
    let found = |object: &str, seen: &str| {
        let (object, seen) = (object.into(), seen.into());
        vec![Found { object, seen }]
    };
    let expect = [
        ("own.well", Fact::Said(Said::Pass, Vec::new())),
        (
            "own.told",
            Fact::Said(Said::Fail, found("told", "orders h:1,h:2 4.1.2")),
        ),
        ("own.clean", Fact::Said(Said::Warn, Vec::new())),
        ("own.odd", unknown("it ended with 9: broken")),
        (
            "own.slow",
            unknown("sh did not end within 700 ms, and was ended"),
        ),
        (
            "own.loud",
            unknown("sh wrote more than 65536 bytes, and was ended"),
        ),
        ("own.dead", unknown("sh was ended by signal 9")),
        (
            "own.json",
            Fact::Said(Said::Fail, found("volume b", "3 days")),
        ),
        (
            "own.lost",
            unknown("/no/such could not be run: No such file or directory (os error 2)"),
        ),
        ("own.cel", Fact::Said(Said::Pass, Vec::new())),
    ];
    let expect: BTreeMap<String, Fact> = expect
        .into_iter()
        .map(|(name, fact)| (name.to_string(), fact))
        .collect();
    assert_eq!(facts, expect);
}

/// What a command that passed its limit has started is ended with it.
#[tokio::test]
async fn a_command_past_its_limit_leaves_nobody_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("pid");
    let script = format!("sleep 300 & echo $! > {}; wait", file.display());
    asked(vec![shell("slow", &script)]).await;
    let pid = std::fs::read_to_string(&file).expect("it began");
    let proc = format!("/proc/{}/stat", pid.trim());
    for _ in 0..100 {
        let state = std::fs::read_to_string(&proc).unwrap_or_default();
        if state.is_empty() || state.contains(") Z ") {
            return;
        }
        tokio::task::yield_now().await;
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("{proc} still runs");
}

/// Within ten seconds a command is asked once; an expression is asked of each look.
#[tokio::test]
async fn looks_shortly_after_another_share_an_answer() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("count");
    let checks = vec![shell("count", &format!("echo x >> {}", file.display()))];
    let about = About {
        cluster: "o".into(),
        bootstrap: String::new(),
    };
    let plain = Arc::new(Plain::default());
    let target = Asking::new(plain.clone(), Arc::new(SystemClock::new()), about, checks);
    for _ in 0..5 {
        assert_eq!(
            target.observe(&[]).await.facts["own.count"],
            Fact::Said(Said::Pass, Vec::new())
        );
    }
    assert_eq!(plain.0.load(Ordering::Relaxed), 5);
    assert_eq!(std::fs::read_to_string(&file).expect("it ran"), "x\n");
}
