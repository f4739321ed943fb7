//! `kafka-parallel`: six brokers in three racks, so placed that a rack may go together. The broker stage
//! alone: by windlass at a fixed pace of two ÷ a bare loop, one by one, each side with no soak and one
//! clean look; the cluster formatted anew for each, A B B A.

use std::time::{Duration, Instant};

use crate::peers::kafka::{Lab, ROLL};
use crate::roll;
use crate::windlass::{Ended, Profile, Windlass, live_for};
use crate::workspace::{NotSo, Trouble};

/// A node that is not whole by then is not well.
const REJOIN_LIMIT: Duration = Duration::from_mins(2);
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// Until the first broker stops: observing, planning, claiming, three controllers.
const BEGIN_LIMIT: Duration = Duration::from_mins(3);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Side {
    Together,
    OneByOne,
}

pub(super) fn measure() -> Result<f64, Trouble> {
    use Side::{OneByOne, Together};
    let windlass = Windlass::build(Profile::Release)?;
    let mut lab = Lab::builder()
        .separated(3, 6)
        .racks(&["a", "b", "c"])
        .name(roll::NAME)
        .version(ROLL[0])
        .start()?;
    roll::topic(&lab)?;
    let mut sums = [Duration::ZERO; 2];
    for (round, side) in [Together, OneByOne, OneByOne, Together]
        .into_iter()
        .enumerate()
    {
        if round > 0 {
            lab.stop_all();
            lab.format_anew(ROLL[0])?;
            lab.start_all()?;
            lab.wait_healthy(REJOIN_LIMIT)?;
            roll::topic(&lab)?;
        }
        lab.wait_healthy(REJOIN_LIMIT)?;
        let time = match side {
            Together => together(&windlass, &lab)?,
            OneByOne => one_by_one(&mut lab)?,
        };
        println!("{side:?} {:.2} s", time.as_secs_f64());
        sums[usize::from(side == OneByOne)] += time;
    }
    Ok(sums[0].as_secs_f64() / sums[1].as_secs_f64())
}

/// From the first broker's end to the last one's rejoin, seen from outside.
fn together(windlass: &Windlass, lab: &Lab) -> Result<Duration, Trouble> {
    // A cluster that was formatted anew is another one: it is registered anew.
    let _ = windlass.ask(&["forget", roll::NAME]);
    roll::register(windlass, lab)?;
    let pids = || -> Vec<Option<i32>> {
        let brokers = lab.brokers();
        brokers.iter().map(|(id, _)| lab.pid(*id)).collect()
    };
    let before = pids();
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
        "2",
    ];
    let child = windlass
        .command(words)
        .stdout(std::process::Stdio::null())
        .spawn()?;
    let asked = Instant::now();
    while pids() == before {
        if asked.elapsed() > BEGIN_LIMIT {
            return Err(NotSo("windlass did not come to the brokers".into()).into());
        }
        std::thread::sleep(LOOK_EVERY);
    }
    let start = Instant::now();
    let both = std::thread::scope(|scope| {
        let done = scope.spawn(|| rejoined(lab, start));
        let ended = live_for(child, None).map_err(|error| error.to_string());
        (ended, done.join())
    });
    match both {
        (Ok(Ended::WithCode(0)), Ok(Ok(time))) => Ok(time),
        (ended, done) => Err(NotSo(format!("the roll went wrong: {ended:?} {done:?}")).into()),
    }
}

/// How long until every node runs the release and the cluster is whole.
fn rejoined(lab: &Lab, start: Instant) -> Result<Duration, String> {
    while start.elapsed() < REJOIN_LIMIT * 3 {
        if roll::all_run(lab, ROLL[1]).is_ok() {
            lab.wait_healthy(REJOIN_LIMIT)
                .map_err(|error| error.to_string())?;
            return Ok(start.elapsed());
        }
        std::thread::sleep(LOOK_EVERY);
    }
    Err("not all nodes came back".into())
}

/// Controllers first, not timed; then brokers by hand, each whole before the next. From the first
/// one's end, as the other side.
fn one_by_one(lab: &mut Lab) -> Result<Duration, Trouble> {
    let controllers: Vec<i32> = lab.controllers().iter().map(|(id, _)| *id).collect();
    for id in controllers {
        lab.stop(id);
        lab.start(id, ROLL[1])?;
        lab.wait_healthy(REJOIN_LIMIT)?;
    }
    let brokers: Vec<i32> = lab.brokers().iter().map(|(id, _)| *id).collect();
    let mut start = None;
    for id in brokers {
        lab.stop(id);
        start = start.or(Some(Instant::now()));
        lab.start(id, ROLL[1])?;
        lab.wait_healthy(REJOIN_LIMIT)?;
    }
    Ok(start.map(|start| start.elapsed()).unwrap_or_default())
}
