//! How far a broker is that reads its logs again after an unclean end, told by its own log.
//!
//! Its listener is closed meanwhile, and nothing of it is on the wire. The words are those of Kafka's
//! LogManager, the same from 3.3 on: `Completed load of Log(dir=…) with 1 segments … (3/66 completed in
//! /data)`. Where a log is not written at that level nothing is told, and nothing is guessed.
//! Must never know: where the log lies. Stories: in this file; `log-recovery` on a real broker.

/// What stands behind the count.
const COMPLETED: &str = " completed in ";

/// The most logs that these lines tell to be read again; none told is 0.
pub fn recovered(lines: &[String]) -> u64 {
    let told = lines.iter().filter_map(|line| count(line));
    told.max().unwrap_or(0)
}

fn count(line: &str) -> Option<u64> {
    let (before, _) = line.rsplit_once(COMPLETED)?;
    let (_, counted) = before.rsplit_once('(')?;
    let (done, of) = counted.split_once('/')?;
    of.parse::<u64>().ok()?;
    done.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::recovered;

    #[test]
    fn the_newest_count_of_read_logs_is_told() {
        let line = |n: u32| {
            format!(
                "INFO LogManager Completed load of Log(dir=/d/orders-7, topic=orders, partition=7) with 1 segments, local-log-start-offset 0 and log-end-offset 12 in 3ms ({n}/66 completed in /d)"
            )
        };
        let other = "INFO Loading logs from log dirs (2 of 3)".to_string();
        assert_eq!(recovered(&[line(3), other.clone(), line(12)]), 12);
        assert_eq!(recovered(&[other, "(x/66 completed in /d)".into()]), 0);
    }
}
