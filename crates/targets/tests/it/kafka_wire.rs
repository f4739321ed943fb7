//! Connections: hello in three versions, ports of other protocols, limits, lines that are kept.
#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "a test names the one answer it wants"
)]

use crate::kafka_world::{Memory, Reply, Still, body, hello};
use kafka_protocol::messages::{ApiKey, ApiVersionsResponse, MetadataRequest, MetadataResponse};
use std::sync::{Arc, Mutex};
use windlass_engine::time::Ms;
use windlass_runner::ports::clock::Clock;
use windlass_targets::kafka::answers::chain;
use windlass_targets::kafka::connection::{CallError, Connection};
use windlass_targets::kafka::door::Doors;
use windlass_targets::kafka::wires::Wires;

const LIMIT: Ms = Ms::seconds(1);
const AT: &str = "kafka:9092";

async fn open(memory: Memory) -> Result<Connection, CallError> {
    let clock: Arc<dyn Clock> = Arc::new(Still);
    Connection::open(&Doors::open(Arc::new(memory)).clients, &clock, AT, LIMIT).await
}

async fn why_not(reply: fn() -> Reply) -> String {
    let memory = Memory::new(move |_, _, _| reply());
    let error = open(memory).await.expect_err("no Kafka is there");
    chain(&error)
}

#[tokio::test]
async fn an_old_broker_is_asked_again_in_older_versions() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&asked);
    let memory = Memory::new(move |_, version, _| {
        noted.lock().expect("asked").push(version);
        if version > 0 {
            // KIP-511: the refusal comes in the form of version 0.
            let refusal = ApiVersionsResponse::default().with_error_code(35);
            return body(&refusal, 0);
        }
        body(&hello(&[]), 0)
    });
    let connection = open(memory).await.expect("it answers version 0");
    assert_eq!(*asked.lock().expect("asked"), [4, 3, 0]);
    assert_eq!(connection.version_of::<MetadataRequest>(), Some(13));
}

#[tokio::test]
async fn levels_are_read_from_the_hello() {
    let memory = Memory::new(|_, version, _| body(&hello(&[("metadata.version", 21)]), version));
    let connection = open(memory).await.expect("a broker");
    assert_eq!(connection.hello().finalized["metadata.version"], 21);
    assert_eq!(connection.hello().supported["metadata.version"], (7, 27));
}

#[tokio::test]
async fn ports_of_other_protocols_are_told_apart() {
    let http = why_not(|| Reply::Raw(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec())).await;
    assert_eq!(
        http,
        "kafka:9092 did not answer ApiVersions: no Kafka speaks there: the answer begins with the text `HTTP`"
    );
    let tls = why_not(|| Reply::Raw(vec![0x15, 3, 3, 0, 2, 2, 40])).await;
    assert!(
        tls.ends_with("no Kafka speaks there: the answer looks like TLS: declare `tls`"),
        "{tls}"
    );
    let short = why_not(|| Reply::Raw(vec![0, 0, 0, 1, 0])).await;
    assert!(short.contains("bytes 00 00 00 01"), "{short}");
}

#[tokio::test]
async fn silence_and_closed_doors_are_told_within_the_limit() {
    assert_eq!(
        why_not(|| Reply::Silence).await,
        "kafka:9092 gave no answer to ApiVersions within 1000 ms"
    );
    let closed = why_not(|| Reply::Close).await;
    assert!(
        closed.starts_with("kafka:9092 did not answer ApiVersions: the connection broke"),
        "{closed}"
    );
}

#[tokio::test]
async fn an_answer_to_another_question_is_not_taken() {
    let frame = [0, 0, 0, 10, 0, 0, 0, 99, 0, 0, 0, 0, 0, 0];
    let memory = Memory::new(move |_, _, _| Reply::Raw(frame.to_vec()));
    let error = open(memory).await.expect_err("a wrong correlation id");
    assert!(
        chain(&error).ends_with("asked 1, answered 99"),
        "{}",
        chain(&error)
    );
}

#[tokio::test]
async fn what_is_not_offered_is_not_sent() {
    let memory = Memory::new(|key, version, _| {
        assert_eq!(key, ApiKey::ApiVersions);
        body(&ApiVersionsResponse::default(), version)
    });
    let mut connection = open(memory).await.expect("a listener that offers nothing");
    let asked = connection.call(&MetadataRequest::default(), LIMIT).await;
    let error = asked.expect_err("nothing is offered");
    assert_eq!(chain(&error), "kafka:9092 does not offer Metadata");
}

/// A broker that answers hellos, and Metadata as told.
fn broker(metadata: fn() -> Reply) -> (Wires, Arc<Mutex<usize>>) {
    let memory = Memory::new(move |key, version, _| match key {
        ApiKey::ApiVersions => body(&hello(&[]), version),
        _ => metadata(),
    });
    let dials = Arc::clone(&memory.dials);
    (
        Wires::new(Doors::open(Arc::new(memory)), Arc::new(Still)),
        dials,
    )
}

#[tokio::test]
async fn a_line_is_kept_while_it_lives() {
    let (wires, dials) = broker(|| body(&MetadataResponse::default(), 13));
    for _ in 0..3 {
        let mut line = wires.line(AT, LIMIT).await.expect("a line");
        let answer = line.open().call(&MetadataRequest::default(), LIMIT).await;
        answer.expect("an answer");
        line.keep();
    }
    assert_eq!(*dials.lock().expect("dials"), 1);
}

#[tokio::test]
async fn a_line_on_which_an_answer_is_owed_is_not_kept() {
    let (wires, dials) = broker(|| Reply::Silence);
    for _ in 0..2 {
        let mut line = wires.line(AT, LIMIT).await.expect("a line");
        let first = line.open().call(&MetadataRequest::default(), LIMIT).await;
        assert!(matches!(first, Err(CallError::Silent { .. })), "{first:?}");
        // The late answer must not be taken for that of the next question.
        let next = line.open().call(&MetadataRequest::default(), LIMIT).await;
        assert!(next.is_err_and(|error| error.broke()));
        line.keep();
    }
    assert_eq!(*dials.lock().expect("dials"), 2);
}

#[tokio::test]
async fn a_kept_line_that_was_closed_is_dialled_anew() {
    let hellos = Arc::new(Mutex::new(0));
    let counted = Arc::clone(&hellos);
    let memory = Memory::new(move |_, version, _| {
        let mut count = counted.lock().expect("hellos");
        *count += 1;
        // The second hello meets a process that ended.
        if *count == 2 {
            Reply::Close
        } else {
            body(&hello(&[]), version)
        }
    });
    let dials = Arc::clone(&memory.dials);
    let wires = Wires::new(Doors::open(Arc::new(memory)), Arc::new(Still));
    wires.line(AT, LIMIT).await.expect("a line").keep();
    wires.line(AT, LIMIT).await.expect("a fresh line").keep();
    assert_eq!(
        (
            *dials.lock().expect("dials"),
            *hellos.lock().expect("hellos")
        ),
        (2, 3)
    );
}
