//! Dialling over loopback.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use windlass_engine::time::Ms;
use windlass_runner::ports::dial::Dial;
use windlass_targets::dial::TcpDial;

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
