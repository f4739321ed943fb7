//! `kafka-lost`: records acknowledged to Kafka's own idempotent producer and missing for a consumer,
//! over a full roll of 3 + 3 from 3.9 by way of 4.0 to 4.1, with five SIGKILLs of windlass.

use crate::peers::kafka::ROLL;
use crate::peers::load::Load;
use crate::roll;
use crate::windlass::{Profile, Windlass};
use crate::workspace::Trouble;

/// The issue asks for five.
const KILLS: u32 = 5;

pub(super) fn measure() -> Result<f64, Trouble> {
    let windlass = Windlass::build(Profile::Release)?;
    let lab = roll::cluster()?;
    roll::register(&windlass, &lab)?;
    let load = Load::start(&lab.bootstrap(), roll::NAME)?;
    roll::raise(&windlass, roll::LONG, KILLS, u64::from(std::process::id()))?;
    roll::all_run(&lab, ROLL[2])?;
    let account = load.finish()?;
    println!(
        "{} acknowledged, {} failed, {} duplicates, longest pause {} ms, p99 {} ms, {KILLS} kills",
        account.acknowledged,
        account.failed,
        account.duplicates,
        account.longest_pause_ms,
        account.p99_us / 1_000
    );
    #[expect(clippy::cast_precision_loss, reason = "a count far below 2^52")]
    Ok(account.lost as f64)
}
