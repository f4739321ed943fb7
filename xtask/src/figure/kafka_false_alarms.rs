//! `kafka-false-alarms`: barring findings on five healthy clusters of different shapes, each asked for
//! the way to a newer release. A quorum of one controller is none of them: it has no margin, and is
//! barred by the maker's own words.
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
        name: "three controllers, four brokers in two racks",
        build: |lab| lab.separated(3, 4).racks(&["a", "b"]),
        replicas: 4,
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
        name: "three controllers, two brokers",
        build: |lab| lab.separated(3, 2),
        replicas: 2,
        from: ROLL[0],
        to: ROLL[2],
    },
];

pub(super) fn measure() -> Result<f64, Trouble> {
    let windlass = Windlass::build(Profile::Dev)?;
    let mut alarms = 0_u32;
    for shape in &SHAPES {
        let lab = (shape.build)(Lab::builder().name(roll::NAME).version(shape.from)).start()?;
        lab.create_topic(&Topic {
            name: "calm",
            partitions: 12,
            replicas: shape.replicas,
            min_in_sync: if shape.replicas > 2 { 2 } else { 1 },
        })?;
        windlass.ask(&["forget", roll::NAME])?;
        roll::register(&windlass, &lab)?;
        let told = windlass.json(&["check", roll::NAME, "--to", shape.to])?;
        let findings = told["findings"]
            .as_array()
            .ok_or_else(|| NotSo(format!("{}: no findings: {told}", shape.name)))?;
        let barring: Vec<&serde_json::Value> =
            findings.iter().filter(|one| one["bars"] == true).collect();
        let warned = findings
            .iter()
            .filter(|one| one["verdict"] == "warn")
            .count();
        println!(
            "{}: {} findings, {warned} warn, {} bar",
            shape.name,
            findings.len(),
            barring.len()
        );
        for one in &barring {
            println!("  {}: {} {}", one["check"], one["seen"], one["why"]);
        }
        alarms += u32::try_from(barring.len())?;
    }
    Ok(f64::from(alarms))
}
