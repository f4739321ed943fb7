//! `kafka-false-alarms`: barring findings on five healthy clusters of different shapes, each asked for
//! the way to a newer release.
//!
//! Must never know: what windlass asks.

use crate::peers::kafka::ask::Topic;
use crate::peers::kafka::{Builder, Lab, ROLL};
use crate::roll;
use crate::windlass::{Profile, Windlass};
use crate::workspace::{NotSo, Trouble};

/// A shape: its name, how it is built, how many replicas its topic has, where it shall go.
struct Shape {
    name: &'static str,
    build: fn(Builder) -> Builder,
    replicas: i16,
    from: &'static str,
    to: &'static str,
}

const SHAPES: [Shape; 5] = [
    Shape {
        name: "combined, one node",
        build: |lab| lab.combined(1),
        replicas: 1,
        from: ROLL[0],
        to: ROLL[2],
    },
    Shape {
        name: "combined, three nodes",
        build: |lab| lab.combined(3),
        replicas: 3,
        from: ROLL[0],
        to: ROLL[1],
    },
    Shape {
        name: "three controllers, three brokers",
        build: |lab| lab.separated(3, 3),
        replicas: 3,
        from: ROLL[0],
        to: ROLL[2],
    },
    Shape {
        name: "three nodes in three racks, on 4.0",
        build: |lab| lab.combined(3).racks(&["a", "b", "c"]),
        replicas: 3,
        from: ROLL[1],
        to: ROLL[2],
    },
    Shape {
        name: "one controller, three brokers",
        build: |lab| lab.separated(1, 3),
        replicas: 3,
        from: ROLL[0],
        to: ROLL[2],
    },
];

/// A quorum of one has no margin by the maker's own words: with one controller that finding is true.
const TRUE_OF_ONE: &str = "quorum.majority-margin";

pub(super) fn measure() -> Result<f64, Trouble> {
    let windlass = Windlass::build(Profile::Dev)?;
    let mut alarms = 0_u32;
    for shape in &SHAPES {
        let lab = (shape.build)(Lab::builder().name(roll::NAME).version(shape.from)).start()?;
        lab.create_topic(&Topic {
            name: "calm",
            partitions: 12,
            replicas: shape.replicas,
            min_in_sync: if shape.replicas > 1 { 2 } else { 1 },
        })?;
        windlass.ask(&["forget", roll::NAME])?;
        roll::register(&windlass, &lab)?;
        let told = windlass.json(&["check", roll::NAME, "--to", shape.to])?;
        let findings = told["findings"]
            .as_array()
            .ok_or_else(|| NotSo(format!("{}: no findings: {told}", shape.name)))?;
        let barring: Vec<&serde_json::Value> =
            findings.iter().filter(|one| one["bars"] == true).collect();
        let one_controller = lab.controllers().len() == 1;
        let is_true =
            |one: &serde_json::Value| one_controller && one["check"].as_str() == Some(TRUE_OF_ONE);
        let false_ones: Vec<_> = barring.iter().filter(|one| !is_true(one)).collect();
        let warned = findings
            .iter()
            .filter(|one| one["verdict"] == "warn")
            .count();
        println!(
            "{}: {} findings, {warned} warn, {} bar, {} of them falsely",
            shape.name,
            findings.len(),
            barring.len(),
            false_ones.len()
        );
        for one in &false_ones {
            println!("  {}: {} {}", one["check"], one["seen"], one["why"]);
        }
        alarms += u32::try_from(false_ones.len())?;
    }
    Ok(f64::from(alarms))
}
