//! Dialling over loopback.

use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use windlass_engine::time::Ms;
use windlass_runner::ports::Task;
use windlass_runner::ports::dial::Dial;
use windlass_runner::ports::secrets::{Secret, SecretError, Secrets, Source};
use windlass_targets::dial::TcpDial;
use windlass_targets::dial::tls::{TlsDial, TlsSpec};
use windlass_targets::dial::trouble::is_tls;
use windlass_targets::kafka::answers::chain;

#[tokio::test]
async fn bytes_go_both_ways_and_an_end_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let peer = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a caller");
        let mut asked = [0; 4];
        stream.read_exact(&mut asked).await.expect("ping");
        stream.write_all(b"pong").await.expect("to answer");
        asked
    });
    let mut stream = TcpDial
        .dial(&address, Ms::seconds(5))
        .await
        .expect("a stream");
    stream.write(b"ping").await.expect("to ask");
    let mut answer = [0; 4];
    stream.read(&mut answer).await.expect("an answer");
    assert_eq!(
        (&answer, &peer.await.expect("the peer")),
        (b"pong", b"ping")
    );
    let ended = stream.read(&mut answer).await.expect_err("it closed");
    assert_eq!(ended.kind(), std::io::ErrorKind::UnexpectedEof);
}

#[tokio::test]
async fn a_closed_port_refuses() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    drop(listener);
    let refused = TcpDial
        .dial(&address, Ms::seconds(5))
        .await
        .err()
        .expect("nobody listens");
    assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
}

/// No secret is needed where nothing is declared.
struct Empty;

impl Secrets for Empty {
    fn read<'a>(&'a self, from: &'a Source) -> Task<'a, Result<Secret, SecretError>> {
        Box::pin(async move { Err(SecretError::Empty(from.to_string())) })
    }
}

#[tokio::test]
async fn a_peer_that_says_nothing_to_tls_is_told_within_the_limit() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let spec = TlsSpec {
        ca: None,
        identity: None,
        server_name: Some("kafka.example".into()),
    };
    let dial = TlsDial::new(spec, Arc::new(Empty));
    let silent = dial.dial(&address, Ms(200)).await.err().expect("silence");
    assert_eq!(silent.kind(), std::io::ErrorKind::TimedOut);
}

#[tokio::test]
async fn what_is_declared_and_cannot_be_read_is_told_before_anything_is_dialled() {
    let spec = TlsSpec {
        ca: Some(Source::Env("CA".into())),
        ..TlsSpec::default()
    };
    let dial = TlsDial::new(spec, Arc::new(Empty));
    let wrong = dial.dial("127.0.0.1:1", Ms(200)).await.err();
    let wrong = wrong.expect("no authority");
    assert!(is_tls(&wrong), "{wrong}");
    assert_eq!(
        chain(&wrong),
        "what TLS needs cannot be had: the variable CA is empty"
    );
}
