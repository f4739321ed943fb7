//! Addresses of controllers as they stand in the settings of a node.
//!
//! Must never know: connections. Stories: in this file.

/// Reads `101@host:9093,102@host:9093` (voters) or `host:9093,host:9093` (bootstrap servers).
#[must_use]
pub fn read(value: &str) -> Vec<(Option<i32>, String)> {
    let one = |part: &str| {
        let (id, address) = match part.split_once('@') {
            Some((id, address)) => (Some(id.parse().ok()?), address),
            None => (None, part),
        };
        let (host, port) = address.rsplit_once(':')?;
        // An unset address of a voter is written so, and leads nowhere.
        let real = !host.is_empty() && host != "0.0.0.0" && port.parse::<u16>().is_ok();
        real.then(|| (id, address.to_string()))
    };
    value
        .split(',')
        .filter_map(|part| one(part.trim()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn voters_and_servers_are_read_and_unset_ones_left_out() {
        let voters = read("101@a:19091, 102@[::1]:19092,103@0.0.0.0:0,x@b:1");
        assert_eq!(
            voters,
            [
                (Some(101), "a:19091".to_string()),
                (Some(102), "[::1]:19092".to_string())
            ]
        );
        assert_eq!(read("a:1,b:2")[1], (None, "b:2".to_string()));
        assert!(read("").is_empty());
    }
}
