//! What lies on the hosts of members, and what their processes were started with: the same.
//!
//! Must never know: how files are read. Stories: `xtask/tests/it/wires.rs` of xtask.

use super::Shape;
use super::layout;
use windlass_runner::ports::hand::{Peeked, Volume};

/// Every volume is so large and so free.
pub(super) const VOLUME: Volume = Volume {
    total_bytes: 500_000_000_000,
    free_bytes: 300_000_000_000,
};

/// Where the configuration of a node lies.
pub(super) fn config(id: i32) -> String {
    format!("/srv/kafka/{id}/server.properties")
}

/// Where its logs lie.
pub(super) fn log_dir(id: i32) -> String {
    format!("/srv/kafka/{id}/data")
}

/// What a node was told, and what its file says.
pub(super) fn settings(shape: &Shape, id: i32) -> Vec<(String, String)> {
    let Some(seats) = shape.seats.get(&id) else {
        return Vec::new();
    };
    let roles = match (seats.broker, seats.controller) {
        (true, true) => "broker,controller",
        (true, false) => "broker",
        (false, _) => "controller",
    };
    let mut listeners = Vec::new();
    if seats.broker {
        listeners.push(format!("PLAINTEXT://{}", layout::broker_address(id)));
    }
    if seats.controller {
        listeners.push(format!("CONTROLLER://{}", layout::controller_address(id)));
    }
    let voters = shape.seats.iter().filter(|(_, seats)| seats.controller);
    let voters = voters.map(|(id, _)| format!("{id}@{}", layout::controller_address(*id)));
    let mut all = vec![
        ("process.roles".to_owned(), roles.to_owned()),
        ("node.id".to_owned(), id.to_string()),
        (
            "controller.listener.names".to_owned(),
            "CONTROLLER".to_owned(),
        ),
        ("listeners".to_owned(), listeners.join(",")),
        ("log.dirs".to_owned(), log_dir(id)),
        (
            "controller.quorum.voters".to_owned(),
            voters.collect::<Vec<_>>().join(","),
        ),
        ("min.insync.replicas".to_owned(), "2".to_owned()),
        ("default.replication.factor".to_owned(), "3".to_owned()),
        (
            "broker.session.timeout.ms".to_owned(),
            shape.layout.session_ms.to_string(),
        ),
    ];
    if let Some(rack) = &seats.rack {
        all.push(("broker.rack".to_owned(), rack.clone()));
    }
    all
}

/// Files of a node's host, in the order asked.
pub(super) fn peek(shape: &Shape, id: i32, paths: &[String]) -> Vec<Peeked> {
    let lines = |all: &[(String, String)]| {
        let lines = all.iter().map(|(name, value)| format!("{name}={value}\n"));
        lines.collect::<String>()
    };
    let meta = format!("{}/meta.properties", log_dir(id));
    let one = |path: &String| {
        let text = if *path == config(id) {
            Some(lines(&settings(shape, id)))
        } else if *path == meta {
            Some(lines(&[
                ("version".into(), "1".into()),
                ("cluster.id".into(), shape.identity.to_string()),
                ("node.id".into(), id.to_string()),
            ]))
        } else {
            None
        };
        Peeked {
            text: Ok(text),
            volume: Some(VOLUME),
        }
    };
    paths.iter().map(one).collect()
}
