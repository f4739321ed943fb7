//! `kill -9` on a real disk: what was acknowledged is there, and every chain is whole.
//!
//! The parent runs this very test binary again as a child that appends and posts without pause and
//! says each acknowledgement aloud; then it kills it in the middle.

use crate::story::{Place, append, run_of};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use windlass_engine::names::RunId;
use windlass_runner::ports::store::{AppendError, Store};
use windlass_stores::sqlite::{Opening, SqliteStore};

const KILLS: u32 = 30;
const RUNS: usize = 4;
/// Tells the child where the store is; without it the child's test passes at once.
const STORE: &str = "WINDLASS_TEST_KILL_STORE";

fn say(words: &str) {
    let mut out = std::io::stdout().lock();
    // The parent may be gone; then nobody listens.
    drop(writeln!(out, "{words}").and_then(|()| out.flush()));
}

/// The child: each run appends and is posted to, and each acknowledgement is said.
#[test]
fn child_that_is_killed() {
    let Some(path) = std::env::var_os(STORE).map(PathBuf::from) else {
        return;
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store = Arc::new(SqliteStore::open(&path, Opening::Carry).unwrap());
        let mut tasks = Vec::new();
        for row in store.live().await.unwrap() {
            tasks.push(tokio::spawn(work(store.clone(), row.run.clone(), row.seq)));
            tasks.push(tokio::spawn(command(store.clone(), row.run)));
        }
        say("ready");
        for task in tasks {
            task.await.unwrap();
        }
    });
}

async fn work(store: Arc<SqliteStore>, run: RunId, mut seq: u64) {
    let mut read = 0;
    loop {
        let mut next = append(&run, seq, &format!("\"{run} at {}\"", seq + 1));
        next.read = read;
        match store.append(next).await {
            Ok(now) => {
                seq = now;
                say(&format!("event {run} {seq}"));
            }
            Err(AppendError::Unread { found, .. }) => read = found,
            Err(other) => panic!("{other}"),
        }
    }
}

async fn command(store: Arc<SqliteStore>, run: RunId) {
    let from = store.inbox(&run, 0).await.unwrap().len();
    for n in from.. {
        let done = store.post(&run, &format!("k{n}"), "ops", "\"pace\"").await;
        say(&format!("command {run} {}", done.unwrap().seq));
        tokio::task::yield_now().await;
    }
}

fn start(path: &PathBuf) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kill::child_that_is_killed", "--nocapture"])
        .env(STORE, path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Listens, kills after `after` has been heard often enough; what was acknowledged last.
fn listen_and_kill(mut child: Child, acknowledgements: u32) -> BTreeMap<String, u64> {
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut last = BTreeMap::new();
    let mut heard = 0;
    let mut hear = |line: String| {
        // The last line may have been cut by the kill: then it was not acknowledged to anyone.
        let words: Vec<&str> = line.split(' ').collect();
        if let [kind @ ("event" | "command"), run, seq] = words[..]
            && let Ok(seq) = seq.parse::<u64>()
        {
            let most = last.entry(format!("{kind} {run}")).or_insert(0);
            *most = seq.max(*most);
        }
    };
    for line in lines.by_ref().map_while(Result::ok) {
        hear(line);
        heard += 1;
        if heard == acknowledgements {
            child.kill().unwrap();
            break;
        }
    }
    lines.map_while(Result::ok).for_each(&mut hear);
    child.wait().unwrap();
    last
}

#[tokio::test]
async fn after_kill_9_all_that_was_acknowledged_is_there() {
    let place = Place::new();
    let mut runs = Vec::new();
    {
        let store = place.open();
        for n in 0..RUNS {
            runs.push(run_of(&store, &format!("c{n}"), 1).await);
        }
    }
    for kill in 0..KILLS {
        let acknowledged = listen_and_kill(start(&place.path), 5 + (kill * 37) % 160);
        let store = place.open();
        for run in &runs {
            let said = |kind: &str| {
                let key = format!("{kind} {run}");
                acknowledged.get(&key).copied().unwrap_or(0)
            };
            let events = store.read(run, 1).await.unwrap();
            let last = events.last().unwrap();
            assert!(last.seq >= said("event"), "kill {kill}, run {run}");
            for event in &events[1..] {
                assert_eq!(event.payload, format!("\"{run} at {}\"", event.seq));
            }
            assert_eq!(store.run(run).await.unwrap().seq, last.seq);
            let inbox = store.inbox(run, 0).await.unwrap();
            assert!(
                inbox.len() as u64 >= said("command"),
                "kill {kill}, run {run}"
            );
        }
    }
}
