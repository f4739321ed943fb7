//! `ssh-equals-local`: one hop of a real cluster told twice by the real binary, its hosts reached
//! straight and over a real sshd; the events of the two journals are compared one by one.
//!
//! Left out of the comparison is what names an instant, a place or a process ([`INSTANTS`], [`kind`]).
//! Which node leads the quorum is chance, and the plan follows it: both stories begin with the same one.
//! Must never know: how either way works. Tests: below, and `crates/targets/tests/it/ssh.rs`.

use std::time::Duration;

use serde_json::Value;

use crate::peers::kafka::ask::Topic;
use crate::peers::kafka::{Lab, ROLL};
use crate::peers::process::Signal;
use crate::peers::sshd::{self, daemon::Sshd};
use crate::roll;
use crate::windlass::{Profile, Windlass};
use crate::workspace::{NotSo, Trouble};

/// One at a time and no soak: the order of events is the plan's, not the clock's.
const POLICY: &str = "pace: {ramp: fixed, cap: 1}\nsoak: 0s";
/// Fields that hold an instant, the process that carried the run at it, or the ports of one lab.
const INSTANTS: &[&str] = &["at", "seen", "since", "holder", "address"];
/// The node that leads the quorum when a story begins.
const LEADER: i32 = 3;
/// As in the other rolls.
const PARTITIONS: i32 = 60;
/// Which of the others leads next is chance; so many chances are enough.
const ELECTIONS_MOST: u32 = 30;
const HEALTHY_LIMIT: Duration = Duration::from_secs(60);

pub(super) fn measure() -> Result<f64, Trouble> {
    sshd::server()?;
    let local = story(None)?;
    let folder = tempfile::tempdir()?;
    let server = Sshd::start(folder.path(), &[])?;
    let far = story(Some(&server))?;
    let logins = server.log().matches("Accepted publickey").count();
    let apart = differing(&local, &far);
    println!(
        "{} events local, {} over ssh ({logins} logins), {apart} differ",
        local.len(),
        far.len()
    );
    if logins == 0 {
        return Err(NotSo("nothing went over ssh".into()).into());
    }
    Ok(f64::from(u32::try_from(apart)?))
}

/// The journal of one hop, without what names an instant, a place or a process.
fn story(server: Option<&Sshd>) -> Result<Vec<Value>, Trouble> {
    let windlass = Windlass::build(Profile::Dev)?;
    let mut lab = Lab::builder()
        .combined(3)
        .name(roll::NAME)
        .version(ROLL[0])
        .policy(POLICY)
        .start()?;
    lead(&mut lab)?;
    let topic = Topic {
        name: roll::NAME,
        partitions: PARTITIONS,
        replicas: 3,
        min_in_sync: 2,
    };
    // Where partitions lie is chance too, unless it is said.
    let places: Vec<Vec<i32>> = (0..PARTITIONS)
        .map(|at| (0..3).map(|more| (at + more) % 3 + 1).collect())
        .collect();
    lab.place_topic(&topic, &places)?;
    let mut file = lab.cluster_file();
    if let Some(server) = server {
        file = roll::over_ssh(&file, server)?;
    }
    let path = windlass.folder().join("cluster.yaml");
    std::fs::write(&path, file)?;
    windlass.must(&["apply", "-f", &path.to_string_lossy()])?;
    roll::raise(&windlass, &["--to", "4.0"], 0, 1)?;
    roll::all_run(&lab, ROLL[1])?;
    let listed = windlass.json(&["events", roll::NAME])?;
    let events = listed.get("items").and_then(Value::as_array);
    let events = events.ok_or_else(|| NotSo(format!("no events in {listed}")))?;
    let words = [
        (lab.root().display().to_string(), "LAB"),
        (lab.cluster_id().to_owned(), "CLUSTER"),
    ];
    Ok(events.iter().map(|event| told(event, &words)).collect())
}

/// Restarts whoever leads the quorum until it is the node that leads it in each story.
fn lead(lab: &mut Lab) -> Result<(), Trouble> {
    for _ in 0..ELECTIONS_MOST {
        match lab.active_controller() {
            Some(LEADER) => return Ok(()),
            // One that ends gently names its heir, always the same one.
            Some(other) => {
                lab.kill(other, Signal::KILL)?;
                lab.restart(other)?;
            }
            None => {}
        }
        lab.wait_healthy(HEALTHY_LIMIT)?;
    }
    Err(NotSo(format!("node {LEADER} never led the quorum")).into())
}

/// What an event says, without when, where and by whom.
fn told(event: &Value, words: &[(String, &str)]) -> Value {
    let part = |name: &str| event.get(name).cloned().unwrap_or_default();
    let whole = serde_json::json!({
        "event": part("event"), "subject": part("subject"), "data": part("data"),
    });
    plain("", whole, words)
}

fn plain(name: &str, value: Value, words: &[(String, &str)]) -> Value {
    match value {
        Value::Number(_) | Value::Object(_) | Value::String(_) if is_instant(name, &value) => {
            "INSTANT".into()
        }
        Value::String(text) => text_of(&text, words).into(),
        Value::Array(items) => items
            .into_iter()
            .map(|item| plain(name, item, words))
            .collect(),
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| {
                let plain = plain(&name, value, words);
                (text_of(&name, words), plain)
            })
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => value,
    }
}

/// `seen` is also what a check saw, in words; those count.
fn is_instant(name: &str, value: &Value) -> bool {
    INSTANTS.contains(&name) && (["holder", "address"].contains(&name) || !value.is_string())
}

/// Words of a text that name a place, a process or what is hashed of one.
fn text_of(text: &str, words: &[(String, &str)]) -> String {
    let mut text = text.to_owned();
    for (from, to) in words {
        text = text.replace(from, to);
    }
    let each = text.split_inclusive([' ', ',', '(', ')', '/']).map(|word| {
        let bare = word.trim_end_matches([' ', ',', '(', ')', '/']);
        let rest = word.strip_prefix(bare).unwrap_or_default();
        format!("{}{rest}", kind(bare).unwrap_or(bare))
    });
    each.collect()
}

fn kind(word: &str) -> Option<&'static str> {
    let hex = |word: &str| word.chars().all(|c| c.is_ascii_hexdigit());
    let digits = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_digit());
    let parts: Vec<&str> = word.split(':').collect();
    match parts[..] {
        [only] if only.len() == 64 && hex(only) => Some("HASH"),
        ["127.0.0.1", port] if digits(port) => Some("ADDRESS"),
        [boot, pid, start] if boot.len() == 8 && hex(boot) && digits(pid) && digits(start) => {
            Some("PROCESS")
        }
        _ => None,
    }
}

fn differing(local: &[Value], far: &[Value]) -> usize {
    let longer = local.len().max(far.len());
    let apart = (0..longer).filter(|at| {
        let (one, other) = (local.get(*at), far.get(*at));
        if one == other {
            return false;
        }
        let show = |value: Option<&Value>| value.map_or("nothing".into(), Value::to_string);
        println!(
            "event {}\n  local  {}\n  ssh    {}",
            at + 1,
            show(one),
            show(other)
        );
        true
    });
    apart.count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_names_an_instant_a_place_or_a_process_does_not_count_and_all_else_does() {
        let event = |at: u64, place: &str, pid: u32, release: &str| {
            let event = serde_json::json!({
                "seq": 3, "at": "2026-01-01", "event": "Settled", "subject": "member 1",
                "data": {"at": {"ms": at}, "seen": "broker 1", "incarnation": format!("0badcafe:{pid}:77"),
                    "says": format!("broker 1 at {place} ({release})")},
            });
            told(&event, &[])
        };
        let one = event(1, "127.0.0.1:9092", 40, "4.0.2");
        assert_eq!(one, event(2, "127.0.0.1:1", 41, "4.0.2"));
        assert_ne!(one, event(1, "127.0.0.1:9092", 40, "4.0.1"));
        assert_eq!(
            differing(std::slice::from_ref(&one), &[one.clone(), one.clone()]),
            1
        );
    }
}
