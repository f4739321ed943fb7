//! `rollback-lost`: records acknowledged to Kafka's own idempotent producer and missing for a consumer,
//! when a real cluster that was stopped half way up goes back under load.

use crate::peers::kafka::ROLL;
use crate::peers::load::Load;
use crate::roll;
use crate::windlass::{Profile, Windlass};
use crate::workspace::Trouble;

pub(super) fn measure() -> Result<f64, Trouble> {
    let windlass = Windlass::build(Profile::Release)?;
    let lab = roll::cluster()?;
    roll::register(&windlass, &lab)?;
    let load = Load::start(&lab.bootstrap(), roll::NAME)?;
    let up = roll::half_way(&windlass, &lab, "4.1", ROLL[2])?;
    println!("left half way: {up:?} run {}", ROLL[2]);
    windlass.must(&["rollback", roll::NAME, "--yes", "--soak", "0s"])?;
    roll::all_run(&lab, ROLL[0])?;
    let account = load.finish()?;
    println!(
        "{} acknowledged, {} failed, {} duplicates, longest pause {} ms, p99 {} ms",
        account.acknowledged,
        account.failed,
        account.duplicates,
        account.longest_pause_ms,
        account.p99_us / 1_000
    );
    #[expect(clippy::cast_precision_loss, reason = "a count far below 2^52")]
    Ok(account.lost as f64)
}
