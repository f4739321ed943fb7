//! Deeds over the wire against a broker in memory: levels, claims.
#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "a test names the one answer it wants"
)]

use crate::kafka_world::{Host, Memory, Reply, Still, body, catalog, hello};
use bytes::Bytes;
use kafka_protocol::messages::describe_quorum_response::{PartitionData, ReplicaState, TopicData};
use kafka_protocol::messages::metadata_response::MetadataResponseBroker;
use kafka_protocol::messages::{
    ApiKey, BrokerId, DescribeClusterResponse, DescribeConfigsResponse, DescribeQuorumResponse,
    MetadataResponse, UpdateFeaturesRequest, UpdateFeaturesResponse,
};
use kafka_protocol::protocol::{Decodable, StrBytes};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use windlass_engine::effect::{
    Answer, ClaimAnswer, Effect, EnsureLevel, Failure, FailureCode, Outcome,
};
use windlass_engine::names::{ClusterName, Identity, MemberId, RunId};
use windlass_runner::ports::hand::Hand;
use windlass_runner::ports::target::{Fence, Target};
use windlass_targets::kafka::door::Doors;
use windlass_targets::kafka::{KafkaSpec, KafkaTarget};

const AT: &str = "kafka:9092";

/// How the cluster takes an update of a level.
#[derive(Clone, Copy)]
enum Takes {
    Well,
    Refuses,
    SilentlyDone,
    SilentlyNot,
}

/// A cluster of one broker in memory, finalized at 21; notes the updates it was asked for.
struct World {
    target: KafkaTarget,
    updates: Arc<Mutex<Vec<String>>>,
    notes: Arc<Mutex<Vec<String>>>,
}

fn words(text: &'static str) -> StrBytes {
    StrBytes::from_static_str(text)
}

fn quorum() -> DescribeQuorumResponse {
    let voter = ReplicaState::default().with_replica_id(BrokerId(1));
    let mut partition = PartitionData::default().with_leader_id(BrokerId(1));
    partition.current_voters = vec![voter];
    let topic = TopicData::default().with_partitions(vec![partition]);
    DescribeQuorumResponse::default().with_topics(vec![topic])
}

fn update(
    takes: Takes,
    version: i16,
    mut request: Bytes,
    level: &Mutex<i16>,
    updates: &Mutex<Vec<String>>,
) -> Reply {
    let ask = UpdateFeaturesRequest::decode(&mut request, version).expect("an update");
    let one = &ask.feature_updates[0];
    let kind = if ask.validate_only { "trial" } else { "real" };
    let says = format!(
        "{kind} {} {} type {}",
        &*one.feature, one.max_version_level, one.upgrade_type
    );
    updates.lock().expect("updates").push(says);
    let raised = || *level.lock().expect("a level") = one.max_version_level;
    match takes {
        Takes::Refuses => {
            let text = "Invalid update version 27 for feature metadata.version. Broker 3 only supports versions 1-21";
            let refusal = UpdateFeaturesResponse::default();
            return body(
                &refusal
                    .with_error_code(95)
                    .with_error_message(Some(words(text))),
                version,
            );
        }
        Takes::Well | Takes::SilentlyDone | Takes::SilentlyNot if ask.validate_only => {}
        Takes::Well => raised(),
        Takes::SilentlyDone => {
            raised();
            return Reply::Silence;
        }
        Takes::SilentlyNot => return Reply::Silence,
    }
    body(&UpdateFeaturesResponse::default(), version)
}

fn world(takes: Takes, claims: &[ClaimAnswer]) -> World {
    let level = Arc::new(Mutex::new(21));
    let updates = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&updates);
    let memory = Memory::new(move |key, version, request| match key {
        ApiKey::ApiVersions => {
            let level = *level.lock().expect("a level");
            body(&hello(&[("metadata.version", level)]), version)
        }
        ApiKey::Metadata => {
            let broker = MetadataResponseBroker::default()
                .with_node_id(BrokerId(1))
                .with_host(words("kafka"))
                .with_port(9092);
            let answer = MetadataResponse::default().with_cluster_id(Some(words("one")));
            body(&answer.with_brokers(vec![broker]), version)
        }
        ApiKey::DescribeCluster => body(&DescribeClusterResponse::default(), version),
        ApiKey::DescribeQuorum => body(&quorum(), version),
        ApiKey::DescribeConfigs => body(&DescribeConfigsResponse::default(), version),
        ApiKey::UpdateFeatures => update(takes, version, request, &level, &noted),
        other => panic!("nobody offered {other:?}"),
    });
    let notes: Arc<Mutex<Vec<String>>> = Arc::default();
    let mut hands: BTreeMap<MemberId, Arc<dyn Hand>> = BTreeMap::new();
    for (id, claims) in (1..).zip(claims) {
        let host = Host {
            member: id.to_string().into(),
            claims: claims.clone(),
            notes: Arc::clone(&notes),
        };
        hands.insert(host.member.clone(), Arc::new(host));
    }
    let spec = KafkaSpec::at(vec![AT.into()]);
    let target = KafkaTarget::new(
        spec,
        Doors::open(Arc::new(memory)),
        Arc::new(Still),
        hands,
        Arc::new(catalog()),
    );
    World {
        target,
        updates,
        notes,
    }
}

fn fence() -> Fence {
    Fence {
        store: "store".into(),
        run: RunId::from("1"),
        cluster: ClusterName::from("orders"),
        identity: Identity::from("one"),
        epoch: 1,
        holder: "here, pid 1".into(),
    }
}

async fn raise(world: &World, level: &str, from: u16, to: u16) -> Outcome {
    let effect = Effect::Raise(EnsureLevel {
        level: level.into(),
        attempt: 1,
        from,
        to,
    });
    match world
        .target
        .perform(&effect, &fence(), Arc::new(|_| ()))
        .await
    {
        Answer::Deed(_, 1, outcome) => outcome,
        other => panic!("{other:?}"),
    }
}

fn failure(outcome: Outcome) -> Failure {
    match outcome {
        Outcome::Failed(failure) => failure,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_level_is_tried_first_and_then_raised_under_the_lock_of_the_first_member() {
    let world = world(Takes::Well, &[ClaimAnswer::Claimed, ClaimAnswer::Claimed]);
    assert_eq!(
        raise(&world, "metadata.version", 21, 27).await,
        Outcome::Done
    );
    assert_eq!(
        *world.updates.lock().expect("updates"),
        [
            "trial metadata.version 27 type 1",
            "real metadata.version 27 type 1"
        ]
    );
    assert_eq!(*world.notes.lock().expect("notes"), ["hold 1"]);
    // A repeat finds it done and sends nothing.
    assert_eq!(
        raise(&world, "metadata.version", 21, 27).await,
        Outcome::Done
    );
    assert_eq!(world.updates.lock().expect("updates").len(), 2);
}

#[tokio::test]
async fn a_refusal_is_told_in_kafkas_words_and_nothing_real_is_sent() {
    let world = world(Takes::Refuses, &[ClaimAnswer::Claimed]);
    let failure = failure(raise(&world, "metadata.version", 21, 27).await);
    assert_eq!(failure.code, FailureCode::Refused);
    assert!(
        failure
            .what
            .contains("Broker 3 only supports versions 1-21"),
        "{}",
        failure.what
    );
    assert_eq!(world.updates.lock().expect("updates").len(), 1);
}

#[tokio::test]
async fn a_lost_answer_is_looked_after_before_it_counts_as_not_yet() {
    let done = world(Takes::SilentlyDone, &[ClaimAnswer::Claimed]);
    assert_eq!(
        raise(&done, "metadata.version", 21, 27).await,
        Outcome::Done
    );
    let not = world(Takes::SilentlyNot, &[ClaimAnswer::Claimed]);
    let outcome = raise(&not, "metadata.version", 21, 27).await;
    assert!(
        matches!(&outcome, Outcome::NotYet { step } if step.starts_with("raising metadata.version to 27, no answer")),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn a_level_found_elsewhere_is_left_alone() {
    let world = world(Takes::Well, &[ClaimAnswer::Claimed]);
    let failure = failure(raise(&world, "metadata.version", 25, 27).await);
    assert_eq!(failure.code, FailureCode::NotAsExpected);
    assert_eq!(
        failure.what,
        "metadata.version was found at 21, expected 25 or 27"
    );
    assert!(world.updates.lock().expect("updates").is_empty());
}

#[tokio::test]
async fn kraft_version_is_never_sent() {
    let world = world(Takes::Well, &[ClaimAnswer::Claimed]);
    let failure = failure(raise(&world, "kraft.version", 0, 1).await);
    assert_eq!(failure.code, FailureCode::Refused);
    assert!(world.updates.lock().expect("updates").is_empty());
}

#[tokio::test]
async fn a_newer_claim_at_the_first_member_stops_a_level() {
    let fenced = ClaimAnswer::Fenced { member: "1".into() };
    let world = world(Takes::Well, &[fenced, ClaimAnswer::Claimed]);
    assert_eq!(
        raise(&world, "metadata.version", 21, 27).await,
        Outcome::Fenced
    );
    assert!(world.updates.lock().expect("updates").is_empty());
}

#[tokio::test]
async fn without_hosts_nothing_is_raised_and_nothing_claimed() {
    let world = world(Takes::Well, &[]);
    let failure = failure(raise(&world, "metadata.version", 21, 27).await);
    assert_eq!(failure.code, FailureCode::NotReady);
    let answer = world
        .target
        .perform(&Effect::Claim, &fence(), Arc::new(|_| ()))
        .await;
    assert!(
        matches!(answer, Answer::Claim(ClaimAnswer::Unreachable { .. })),
        "{answer:?}"
    );
}

#[tokio::test]
async fn a_partial_claim_is_given_back() {
    let foreign = ClaimAnswer::Foreign {
        member: "3".into(),
        whose: "another store".into(),
    };
    let claims = [
        ClaimAnswer::Claimed,
        ClaimAnswer::Claimed,
        foreign.clone(),
        ClaimAnswer::Claimed,
    ];
    let world = world(Takes::Well, &claims);
    let answer = world
        .target
        .perform(&Effect::Claim, &fence(), Arc::new(|_| ()))
        .await;
    assert_eq!(answer, Answer::Claim(foreign));
    let notes = world.notes.lock().expect("notes");
    assert_eq!(
        *notes,
        ["claim 1", "claim 2", "claim 3", "release 1", "release 2"]
    );
}
