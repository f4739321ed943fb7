//! The Kafka target against real brokers: what it sees of them, and how soon.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::sleep;
use windlass_engine::catalog::Catalog;
use windlass_engine::effect::{Answer, Effect, Sample};
use windlass_engine::names::{ClusterName, Identity, LevelName, MemberId, RunId};
use windlass_engine::snapshot::{Fact, Health, Snapshot};
use windlass_engine::time::Ms;
use windlass_runner::ports::target::{Fence, Target};
use windlass_runner::system::SystemClock;
use windlass_targets::dial::TcpDial;
use windlass_targets::kafka::door::Doors;
use windlass_targets::kafka::{KafkaSpec, KafkaTarget};
use xtask::peers::kafka::Lab;
use xtask::peers::kafka::ask::Topic;
use xtask::peers::process::Signal;

const ORDERS: Topic<'static> = Topic {
    name: "orders",
    partitions: 12,
    replicas: 3,
    min_in_sync: 2,
};

/// A member must be whole within so long on a busy machine.
const WHOLE_WITHIN: Duration = Duration::from_secs(60);

fn catalog() -> Catalog {
    let text = include_str!("../../../catalogs/kafka.yaml");
    windlass_wire::catalog::load("kafka.yaml", text).expect("the built-in catalog")
}

fn target(bootstrap: Vec<String>) -> KafkaTarget {
    let clock = Arc::new(SystemClock::new());
    let spec = KafkaSpec::at(bootstrap);
    KafkaTarget::new(
        spec,
        Doors::open(Arc::new(TcpDial)),
        clock,
        BTreeMap::new(),
        Arc::new(catalog()),
    )
}

fn addresses(lab: &Lab) -> Vec<String> {
    lab.brokers().iter().map(|(_, at)| at.to_string()).collect()
}

async fn probe(target: &KafkaTarget, member: &str) -> Sample {
    let fence = Fence {
        store: "none".into(),
        run: RunId::from("1"),
        cluster: ClusterName::from("lab"),
        identity: Identity::from("lab"),
        epoch: 1,
        holder: "a test".into(),
    };
    let effect = Effect::Probe {
        member: MemberId::from(member),
        attempt: 1,
        every: Ms(100),
    };
    match target.perform(&effect, &fence, Arc::new(|_| ())).await {
        Answer::Sample(sample) => *sample,
        Answer::Seen(_) | Answer::Claim(_) | Answer::Deed(..) => panic!("a probe gives a sample"),
    }
}

/// Waits until the member owes nothing; says what it owed last otherwise.
async fn whole(target: &KafkaTarget, member: &str) -> Sample {
    let begun = Instant::now();
    loop {
        let sample = probe(target, member).await;
        if sample.owes.is_empty() && sample.member.health.is_healthy() {
            return sample;
        }
        assert!(
            begun.elapsed() < WHOLE_WITHIN,
            "still owed: {:?}",
            sample.owes
        );
        sleep(Duration::from_millis(100)).await;
    }
}

fn carries(seen: &Snapshot, member: &str) -> Vec<String> {
    let member = &seen.members[&MemberId::from(member)];
    member
        .components
        .iter()
        .map(|(name, runs)| format!("{name} {runs}"))
        .collect()
}

#[tokio::test]
async fn brokers_alone_lead_to_every_controller_and_a_lost_quorum_is_told() {
    let lab = Lab::builder()
        .separated(3, 3)
        .version("3.9.2")
        .racks(&["a", "b", "c"])
        .start()
        .expect("a lab");
    lab.create_topic(&ORDERS).expect("a topic");
    let target = target(addresses(&lab));
    for (id, _) in lab.nodes() {
        whole(&target, &id.to_string()).await;
    }
    let begun = Instant::now();
    let seen = target.observe(&[]).await;
    eprintln!("observed in {:?}", begun.elapsed());
    assert_eq!(seen.identity, Some(Identity::from(lab.cluster_id())));
    assert_eq!(
        (carries(&seen, "101"), carries(&seen, "1")),
        (vec!["controller 3.9".into()], vec!["broker 3.9".into()])
    );
    assert_eq!(
        seen.members[&MemberId::from("2")].zone.as_deref(),
        Some("b")
    );
    let active: Vec<&MemberId> = seen
        .members
        .values()
        .filter(|member| member.active)
        .map(|member| &member.id)
        .collect();
    let leads = lab.active_controller().expect("one leads").to_string();
    assert_eq!(active, [&MemberId::from(leads.clone())]);
    assert_eq!(seen.facts["quorum.majority-margin"], Fact::Number(1));
    assert_eq!(seen.troubles, Vec::<String>::new());

    let others: Vec<i32> = [101, 102, 103]
        .into_iter()
        .filter(|id| id.to_string() != leads)
        .collect();
    for id in others {
        lab.kill(id, Signal::KILL).expect("it runs");
    }
    let begun = Instant::now();
    let seen = target.observe(&[]).await;
    eprintln!("the quorum was lost, observed in {:?}", begun.elapsed());
    assert!(
        seen.troubles
            .iter()
            .any(|one| one.contains("quorum") || one.contains("controller")),
        "{:?}",
        seen.troubles
    );
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn a_killed_member_counts_for_nothing_at_once_and_comes_back_on_a_newer_line() {
    let mut lab = Lab::builder()
        .combined(3)
        .version("3.9.2")
        .start()
        .expect("a lab");
    lab.create_topic(&ORDERS).expect("a topic");
    let target = target(addresses(&lab));
    for member in ["1", "2", "3"] {
        whole(&target, member).await;
    }
    lab.kill(2, Signal::KILL).expect("it runs");
    let two = MemberId::from("2");
    let sample = probe(&target, "2").await;
    assert!(
        matches!(sample.member.health, Health::Down(_)),
        "{:?}",
        sample.member.health
    );
    let budgets = sample.budgets.expect("budgets");
    assert!(
        !budgets.is_empty() && budgets.iter().all(|one| !one.members.contains(&two)),
        "{budgets:?}"
    );

    lab.start(2, "4.1.2").expect("it starts");
    let sample = whole(&target, "2").await;
    let seen = sample.cluster.expect("the cluster");
    assert_eq!(carries(&seen, "2"), ["broker 4.1", "controller 4.1"]);
    assert_eq!(carries(&seen, "1"), ["broker 3.9", "controller 3.9"]);
    let level = &seen.levels[&LevelName::from("metadata.version")];
    assert_eq!((level.finalized, level.supported), (21, Some((7, 21))));
    // The gate asks one broker and the controller; each broker's own memory follows within moments.
    lab.wait_healthy(Duration::from_secs(5))
        .expect("well in every broker's eyes too");
}
