//! Looks at a real Kafka cluster: prints the snapshot, or records what its nodes answered.
//!
//! `look snapshot ADDRESS…` prints what is seen, `look record FILE ADDRESS…` writes answers for the
//! tests of `seen`, `look watch MEMBER ADDRESS…` probes one member and prints what it owes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use windlass_engine::catalog::{Catalog, Line};
use windlass_engine::effect::{Answer, Effect};
use windlass_engine::names::{ClusterName, Identity, LevelName, MemberId, RunId};
use windlass_engine::time::{Mark, Ms, Now, Wall};
use windlass_engine::version::Version;
use windlass_runner::ports::Task;
use windlass_runner::ports::clock::Clock;
use windlass_runner::ports::target::{Fence, Target};
use windlass_targets::dial::TcpDial;
use windlass_targets::kafka::gather::{Addresses, Depth, gather};
use windlass_targets::kafka::wires::Wires;
use windlass_targets::kafka::{KafkaSpec, KafkaTarget};

struct Since(Instant);

impl Clock for Since {
    fn now(&self) -> Now {
        let wall = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .map_or(0, |d| d.as_micros());
        let ms = u64::try_from(self.0.elapsed().as_millis()).unwrap_or(u64::MAX);
        Now {
            wall: Wall(i64::try_from(wall).unwrap_or(i64::MAX)),
            mono: Mark { boot: 1, ms },
        }
    }
    fn sleep(&self, length: Ms) -> Task<'static, ()> {
        Box::pin(tokio::time::sleep(Duration::from_millis(length.0)))
    }
}

/// Lines and their newest metadata.version (Apache Kafka, MetadataVersion.java).
const LINES: [(&str, u16, u16); 7] = [
    ("3.7", 1, 19),
    ("3.8", 1, 20),
    ("3.9", 1, 21),
    ("4.0", 7, 25),
    ("4.1", 7, 27),
    ("4.2", 7, 29),
    ("4.3", 7, 30),
];

fn catalog() -> Result<Catalog, Box<dyn std::error::Error>> {
    let mut lines = Vec::new();
    for (line, low, high) in LINES {
        lines.push(Line {
            line: Version::parse(line)?,
            levels: BTreeMap::from([(LevelName::from("metadata.version"), (low, high))]),
            source: "MetadataVersion.java".to_string(),
        });
    }
    Ok(Catalog {
        system: "kafka".to_string(),
        as_of: "2026-11-20".to_string(),
        components: Vec::new(),
        releases: Vec::new(),
        lines,
        levels: Vec::new(),
        paths: Vec::new(),
        skew: Vec::new(),
        checks: Vec::new(),
        hazards: Vec::new(),
        actions: Vec::new(),
    })
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let clock: Arc<dyn Clock> = Arc::new(Since(Instant::now()));
    let (what, rest) = arguments
        .split_first()
        .ok_or("look snapshot|record|watch …")?;
    let target = |addresses: &[String]| -> Result<KafkaTarget, Box<dyn std::error::Error>> {
        let spec = KafkaSpec::at(addresses.to_vec());
        let catalog = Arc::new(catalog()?);
        Ok(KafkaTarget::new(
            spec,
            Arc::new(TcpDial),
            Arc::clone(&clock),
            BTreeMap::new(),
            catalog,
        ))
    };
    match (what.as_str(), rest) {
        ("snapshot", addresses) => {
            let target = target(addresses)?;
            for _ in 0..3 {
                let begun = Instant::now();
                let seen = target.observe().await;
                eprintln!(
                    "seen in {:?}: {} members, {} gaps",
                    begun.elapsed(),
                    seen.members.len(),
                    seen.gaps.len()
                );
            }
            println!("{}", serde_json::to_string_pretty(&target.observe().await)?);
        }
        ("record", [file, addresses @ ..]) => {
            let wires = Wires::new(Arc::new(TcpDial), Arc::clone(&clock));
            let mut known = Addresses::default();
            let answers = gather(
                &wires,
                addresses,
                &mut known,
                &BTreeMap::new(),
                Depth::Whole,
            )
            .await;
            std::fs::write(file, serde_json::to_string_pretty(&answers)?)?;
        }
        ("watch", [member, addresses @ ..]) => watch(&target(addresses)?, member).await?,
        (_, _) => return Err("look snapshot|record|watch …".into()),
    }
    Ok(())
}

async fn watch(target: &KafkaTarget, member: &str) -> Result<(), Box<dyn std::error::Error>> {
    let fence = Fence {
        store: "none".to_string(),
        run: RunId::from("1"),
        cluster: ClusterName::from("look"),
        identity: Identity::from("look"),
        epoch: 1,
        holder: "look".to_string(),
    };
    let probe = Effect::Probe {
        member: MemberId::from(member),
        attempt: 1,
        every: Ms(100),
    };
    let begun = Instant::now();
    let mut last = String::new();
    loop {
        let asked = Instant::now();
        let Answer::Sample(sample) = target.perform(&probe, &fence, Arc::new(|_| ())).await else {
            return Err("a probe answers with a sample".into());
        };
        let cluster = sample.cluster.ok_or("no cluster")?;
        let says = format!(
            "{:?} {} progress {} owes {:?} budgets {:?}",
            sample.member.health,
            sample.member.state,
            sample.member.progress,
            sample.owes,
            cluster
                .budgets
                .iter()
                .map(|b| (&b.members, b.need))
                .collect::<Vec<_>>()
        );
        if says != last {
            println!(
                "{:>8.3} ({:>4} ms) {says}",
                begun.elapsed().as_secs_f64(),
                asked.elapsed().as_millis()
            );
            last = says;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
