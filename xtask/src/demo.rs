//! `cargo xtask demo`: a real cluster with live clients, raised over two hops before everyone's eyes,
//! with windlass killed half way and started again.
//!
//! Must never know: anything of windlass but its command line.
//! Tests: `tests/it/roll.rs` walks the same way without the talk.

use std::io::IsTerminal;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::peers::kafka::{Lab, ROLL};
use crate::peers::load::{Account, Load};
use crate::peers::process::{self, Signal};
use crate::roll::{self, NAME};
use crate::windlass::{Profile, Windlass};
use crate::workspace::{NotSo, Trouble};

const LOOK_EVERY: Duration = Duration::from_millis(50);
/// Two hops of six members take about two minutes on two busy cores.
const HALF_LIMIT: Duration = Duration::from_mins(5);

/// Shows what a user sees, on something real.
///
/// # Errors
/// When the cluster cannot be started, or windlass does not keep what it promises.
pub fn run() -> Result<(), Trouble> {
    say("building windlass");
    let windlass = Windlass::build(Profile::Dev)?;
    say(
        "starting a real Kafka cluster on loopback: 3 controllers and 3 brokers on 3.9, 60 partitions",
    );
    let lab = roll::cluster()?;
    say("putting a live producer (acks=all, idempotent) and a consumer on it");
    let load = Load::start(&lab.bootstrap(), NAME)?;
    let file = windlass.folder().join("orders.yaml");
    std::fs::write(&file, lab.cluster_file())?;
    let file = file.to_string_lossy().into_owned();
    for words in [
        &["apply", "-f", &file][..],
        &["observe", NAME],
        &["targets", NAME],
        &["check", NAME, "--to", "4.1"],
        &["plan", NAME, "--to", "4.1", "--via", "4.0"],
    ] {
        shown(&windlass, words)?;
    }
    let upgrade = [
        "upgrade", NAME, "--to", "4.1", "--via", "4.0", "--yes", "--soak", "2s",
    ];
    kill_half_way(&windlass, &lab, &upgrade)?;
    shown(&windlass, &["status", NAME])?;
    say("starting windlass again: it goes on where it was");
    shown(&windlass, &upgrade)?;
    shown(&windlass, &["observe", NAME])?;
    roll::all_run(&lab, ROLL[2])?;
    say("asking the clients");
    account(&load.finish()?)
}

/// Runs one command as a user would, with what it prints.
fn shown(windlass: &Windlass, words: &[&str]) -> Result<(), Trouble> {
    let status = typed(windlass, words).status()?;
    if status.success() {
        return Ok(());
    }
    Err(NotSo(format!("windlass {} ended with {status}", words.join(" "))).into())
}

fn typed(windlass: &Windlass, words: &[&str]) -> Command {
    println!("\n$ windlass {}", words.join(" "));
    let mut command = windlass.command(words);
    if std::io::stdin().is_terminal() {
        command.stdin(std::process::Stdio::inherit());
    }
    command
}

/// Lets it raise the cluster to 4.0, and kills it with SIGKILL as soon as a member is down on its way to 4.1.
fn kill_half_way(windlass: &Windlass, lab: &Lab, words: &[&str]) -> Result<(), Trouble> {
    let mut child = typed(windlass, words).spawn()?;
    let start = Instant::now();
    let mut first_hop = false;
    loop {
        if let Some(status) = child.try_wait()? {
            return Err(NotSo(format!("windlass ended before half way, with {status}")).into());
        }
        if start.elapsed() > HALF_LIMIT {
            child.kill()?;
            return Err(NotSo("windlass did not come half way".into()).into());
        }
        first_hop = first_hop || roll::all_run(lab, ROLL[1]).is_ok();
        if first_hop && lab.nodes().iter().any(|(id, _role)| lab.pid(*id).is_none()) {
            break;
        }
        std::thread::sleep(LOOK_EVERY);
    }
    let pid = i32::try_from(child.id())?;
    process::signal(pid, Signal::KILL);
    child.wait()?;
    println!();
    say(&format!(
        "killed windlass (kill -9 {pid}) while a member was down"
    ));
    Ok(())
}

fn account(account: &Account) -> Result<(), Trouble> {
    println!(
        "\n  {} records acknowledged, {} lost, {} sends failed, {} duplicates\n  longest pause between two acknowledgements {:.1} s",
        account.acknowledged,
        account.lost,
        account.failed,
        account.duplicates,
        f64::from(u32::try_from(account.longest_pause_ms).unwrap_or(u32::MAX)) / 1_000.0
    );
    if account.lost > 0 {
        return Err(NotSo("records were lost".into()).into());
    }
    Ok(())
}

fn say(what: &str) {
    println!("\n── {what}");
}
