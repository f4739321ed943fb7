//! `kafka-under-min-isr`: bad samples of a watcher apart from windlass over the same roll; and the
//! watcher itself is tried: it must find some when two brokers are stopped.

use crate::peers::kafka::{Lab, ROLL};
use crate::peers::load::Load;
use crate::peers::watch::Watch;
use crate::roll;
use crate::windlass::{Profile, Windlass};
use crate::workspace::{NotSo, Trouble};
use std::time::Duration;

/// Five seconds of two stopped brokers: in-sync sets shrink as soon as the first has gone.
const DIP: Duration = Duration::from_secs(5);

pub(super) fn measure() -> Result<f64, Trouble> {
    let windlass = Windlass::build(Profile::Release)?;
    let mut lab = roll::cluster()?;
    roll::register(&windlass, &lab)?;
    let load = Load::start(&lab.bootstrap(), roll::NAME)?;
    let watch = Watch::start(&lab.brokers(), &lab.controllers())?;
    roll::raise(&windlass, roll::LONG, 0, 1)?;
    let per_second = watch.progress();
    let tally = watch.finish();
    roll::all_run(&lab, ROLL[2])?;
    load.finish()?;
    println!(
        "{} samples at {:.1} a second, {} bad, {} with a partition under min ISR, {} without the controller, {} answered late, {} excused in {} handovers, smallest in-sync set {:?}{}",
        tally.samples,
        per_second.per_second(),
        tally.bad,
        tally.under_min,
        tally.without_controller,
        tally.late,
        tally.excused,
        tally.handovers,
        tally.smallest,
        tally
            .first_bad
            .as_ref()
            .map(|bad| format!(", first bad: {bad}"))
            .unwrap_or_default()
    );
    let found = dip(&mut lab)?;
    println!("two brokers stopped: the watcher finds {found} bad samples");
    if found == 0 {
        return Err(NotSo(
            "the watcher is blind: it found nothing when two brokers were stopped".into(),
        )
        .into());
    }
    #[expect(clippy::cast_precision_loss, reason = "a count far below 2^52")]
    Ok(tally.bad as f64)
}

fn dip(lab: &mut Lab) -> Result<u64, Trouble> {
    let watch = Watch::start(&lab.brokers(), &lab.controllers())?;
    let brokers = lab.brokers();
    for (id, _address) in brokers.iter().take(2) {
        lab.stop(*id);
    }
    std::thread::sleep(DIP);
    Ok(watch.finish().under_min)
}
