//! `kafka-overhead`: one hop by windlass, one member at a time, ÷ a bare stop-start-rejoin loop in
//! the same order with the same flags; the cluster formatted anew for each, A B B A A B, medians.

use std::time::{Duration, Instant};

use crate::peers::kafka::{Lab, ROLL};
use crate::roll;
use crate::windlass::{Ended, Profile, Windlass, live_for};
use crate::workspace::{NotSo, Trouble};

/// A node that is not whole by then is not well.
const REJOIN_LIMIT: Duration = Duration::from_mins(2);
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// Until the first node stops: observing, planning, claiming.
const BEGIN_LIMIT: Duration = Duration::from_mins(1);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Side {
    Windlass,
    Bare,
}

pub(super) fn measure() -> Result<f64, Trouble> {
    use Side::{Bare, Windlass as Ours};
    let windlass = Windlass::build(Profile::Release)?;
    let mut lab = roll::cluster()?;
    let mut took: Vec<(Side, Duration)> = Vec::new();
    for (round, side) in [Ours, Bare, Bare, Ours, Ours, Bare].into_iter().enumerate() {
        if round > 0 {
            lab.stop_all();
            lab.format_anew(ROLL[0])?;
            lab.start_all()?;
            lab.wait_healthy(REJOIN_LIMIT)?;
            roll::topic(&lab)?;
        }
        lab.wait_healthy(REJOIN_LIMIT)?;
        let time = match side {
            Ours => ours(&windlass, &lab)?,
            Bare => bare(&mut lab)?,
        };
        println!("{side:?} {:.2} s", time.as_secs_f64());
        took.push((side, time));
    }
    Ok(median(&took, Ours) / median(&took, Bare))
}

/// From the first node's end to the last one's rejoin, seen from outside.
fn ours(windlass: &Windlass, lab: &Lab) -> Result<Duration, Trouble> {
    // A cluster that was formatted anew is another one: it is registered anew.
    let _ = windlass.ask(&["forget", roll::NAME]);
    roll::register(windlass, lab)?;
    let before: Vec<Option<i32>> = lab.nodes().iter().map(|(id, _)| lab.pid(*id)).collect();
    let words = [
        "upgrade",
        roll::NAME,
        "--to",
        "4.0",
        "--yes",
        "--soak",
        "0s",
        "--ramp",
        "fixed",
        "--cap",
        "1",
    ];
    let child = windlass
        .command(words)
        .stdout(std::process::Stdio::null())
        .spawn()?;
    let asked = Instant::now();
    let same = || {
        lab.nodes()
            .iter()
            .map(|(id, _)| lab.pid(*id))
            .collect::<Vec<_>>()
            == before
    };
    while same() {
        if asked.elapsed() > BEGIN_LIMIT {
            return Err(NotSo("windlass did not begin".into()).into());
        }
        std::thread::sleep(LOOK_EVERY);
    }
    let start = Instant::now();
    let whole = std::thread::scope(|scope| {
        let done = scope.spawn(|| rejoined(lab, ROLL[1], start));
        let ended = live_for(child, None).map_err(|error| error.to_string());
        (ended, done.join())
    });
    match whole {
        (Ok(Ended::WithCode(0)), Ok(Ok(time))) => Ok(time),
        (ended, done) => Err(NotSo(format!("the roll went wrong: {ended:?} {done:?}")).into()),
    }
}

/// How long until every node runs the release and the cluster is whole.
fn rejoined(lab: &Lab, version: &str, start: Instant) -> Result<Duration, String> {
    while start.elapsed() < REJOIN_LIMIT * 3 {
        if roll::all_run(lab, version).is_ok() {
            lab.wait_healthy(REJOIN_LIMIT)
                .map_err(|error| error.to_string())?;
            return Ok(start.elapsed());
        }
        std::thread::sleep(LOOK_EVERY);
    }
    Err("not all nodes came back".into())
}

/// The same by hand: standby controllers, the active one, brokers; each whole before the next.
fn bare(lab: &mut Lab) -> Result<Duration, Trouble> {
    let active = lab.active_controller();
    let mut order: Vec<i32> = lab
        .controllers()
        .iter()
        .map(|(id, _)| *id)
        .filter(|id| Some(*id) != active)
        .collect();
    order.extend(active);
    order.extend(lab.brokers().iter().map(|(id, _)| *id));
    let start = Instant::now();
    for id in order {
        lab.stop(id);
        lab.start(id, ROLL[1])?;
        lab.wait_healthy(REJOIN_LIMIT)?;
    }
    Ok(start.elapsed())
}

fn median(took: &[(Side, Duration)], side: Side) -> f64 {
    let mut times: Vec<f64> = took
        .iter()
        .filter(|(of, _)| *of == side)
        .map(|(_, time)| time.as_secs_f64())
        .collect();
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}
