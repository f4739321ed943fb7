//! Addresses where no Kafka speaks: an error in words, within its limit.

use crate::run::User;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::{Duration, Instant};

/// No look at an address that never answers may take longer.
const LIMIT: Duration = Duration::from_secs(8);

#[expect(clippy::disallowed_methods, reason = "it measures the real binary")]
fn said_of(user: &User, words: &str, port: u16) -> String {
    let started = Instant::now();
    let said = user.says(&words.replace("PORT", &port.to_string()));
    assert!(
        started.elapsed() < LIMIT,
        "{words} took {:?}",
        started.elapsed()
    );
    assert_eq!(said.code, 2, "{}", said.all());
    assert_eq!(said.out, "", "what went wrong is no data");
    said.err.replace(&port.to_string(), "PORT")
}

#[test]
fn nobody_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    let user = User::new();
    let told = said_of(&user, "observe --bootstrap 127.0.0.1:PORT", port);
    assert!(
        told.starts_with("error: no Kafka cluster answers at 127.0.0.1:PORT"),
        "{told}"
    );
    assert!(told.contains("Connection refused"), "{told}");
    for words in [
        "targets --bootstrap 127.0.0.1:PORT",
        "plan --bootstrap 127.0.0.1:PORT --to 4.1",
        "check --bootstrap 127.0.0.1:PORT --to 4.1",
        "init kafka --bootstrap 127.0.0.1:PORT",
    ] {
        assert_eq!(said_of(&user, words, port), told, "{words}");
    }
}

#[test]
fn another_protocol_speaks() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let web = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a client");
        let mut asked = [0; 4];
        stream.read_exact(&mut asked).expect("a request");
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
    });
    let told = said_of(&User::new(), "observe --bootstrap 127.0.0.1:PORT", port);
    let flat = told.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("no Kafka speaks there"), "{told}");
    web.join().expect("the server ends");
}

#[test]
fn a_listener_that_never_answers() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let told = said_of(
        &User::new(),
        "plan --bootstrap 127.0.0.1:PORT --to 4.1",
        port,
    );
    assert!(told.contains("within 5000 ms"), "{told}");
    drop(listener);
}

#[test]
fn members_that_are_down_are_seen_on_their_hosts() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    let user = User::new();
    let dir = user.home().join("k101").display().to_string();
    let file = crate::files::SMALL.replace("127.0.0.1:1]", &format!("127.0.0.1:{port}]"));
    user.file("orders.yaml", &file.replace("/srv/k101", &dir));
    std::fs::create_dir(user.home().join("k101")).expect("a folder");
    user.says("apply -f orders.yaml");
    let said = user.says("observe orders");
    assert_eq!(said.code, 3, "{}", said.all());
    assert!(said.out.contains("no process runs"), "{}", said.out);
}
