//! Logins over a connection in memory: what is said, in which order, and whom we do not believe.
#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "a test names the requests it answers"
)]

use crate::kafka_world::{Memory, Reply, Still, body, hello};
use bytes::Bytes;
use kafka_protocol::messages::{
    ApiKey, MetadataResponse, SaslAuthenticateRequest, SaslAuthenticateResponse,
    SaslHandshakeRequest, SaslHandshakeResponse,
};
use kafka_protocol::protocol::{Decodable, StrBytes};
use std::io;
use std::sync::{Arc, Mutex};
use windlass_engine::time::Ms;
use windlass_runner::ports::Task;
use windlass_runner::ports::clock::Clock;
use windlass_runner::ports::entropy::Entropy;
use windlass_runner::ports::secrets::{Secret, SecretError, Secrets, Source};
use windlass_targets::kafka::answers::chain;
use windlass_targets::kafka::connection::{CallError, Connection};
use windlass_targets::kafka::door::{Door, Doors, Login, Mechanism};
use windlass_targets::kafka::wires::Wires;

const LIMIT: Ms = Ms::seconds(1);
const AT: &str = "kafka:9093";

/// Where every secret is the same.
struct Known;

impl Secrets for Known {
    fn read<'a>(&'a self, from: &'a Source) -> Task<'a, Result<Secret, SecretError>> {
        Box::pin(async move {
            match from {
                Source::Env(name) => Err(SecretError::Unset(name.clone())),
                Source::File(_) | Source::Command(_) => Ok(Secret::new(b"pencil\n".to_vec())),
            }
        })
    }
}

/// A die that always falls the same way.
struct Zeros;

impl Entropy for Zeros {
    fn fill(&self, bytes: &mut [u8]) -> io::Result<()> {
        bytes.fill(0);
        Ok(())
    }
}

fn door(memory: Memory, mechanism: Mechanism, password: Source) -> Door {
    Door {
        dial: Arc::new(memory),
        login: Some(Login {
            mechanism,
            username: "user".into(),
            password,
            secrets: Arc::new(Known),
            entropy: Arc::new(Zeros),
        }),
    }
}

fn file() -> Source {
    Source::File("password".into())
}

async fn open(door: &Door) -> Result<Connection, String> {
    let clock: Arc<dyn Clock> = Arc::new(Still);
    let opened = Connection::open(door, &clock, AT, LIMIT).await;
    opened.map_err(|error: CallError| chain(&error))
}

/// A broker with a login; `authenticate` answers what is said in it.
fn broker(
    authenticate: impl Fn(&[u8]) -> SaslAuthenticateResponse + Send + Sync + 'static,
) -> (Memory, Arc<Mutex<Vec<String>>>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&asked);
    let memory = Memory::new(move |key, version, mut request| {
        noted.lock().expect("asked").push(format!("{key:?}"));
        match key {
            ApiKey::ApiVersions => body(&hello(&[]), version),
            ApiKey::SaslHandshake => {
                let ask = SaslHandshakeRequest::decode(&mut request, version).expect("a handshake");
                let known = ["PLAIN", "SCRAM-SHA-256"].contains(&ask.mechanism.as_str());
                let answer = SaslHandshakeResponse::default()
                    .with_error_code(if known { 0 } else { 33 })
                    .with_mechanisms(vec![
                        StrBytes::from_static_str("SCRAM-SHA-256"),
                        StrBytes::from_static_str("PLAIN"),
                    ]);
                body(&answer, version)
            }
            ApiKey::SaslAuthenticate => {
                let ask = SaslAuthenticateRequest::decode(&mut request, version).expect("a word");
                body(&authenticate(&ask.auth_bytes), version)
            }
            _ => body(&MetadataResponse::default(), version),
        }
    });
    (memory, asked)
}

#[tokio::test]
async fn plain_says_name_and_password_once_after_the_hello() {
    let heard: Arc<Mutex<Vec<u8>>> = Arc::default();
    let noted = Arc::clone(&heard);
    let (memory, asked) = broker(move |said| {
        noted.lock().expect("heard").extend(said);
        SaslAuthenticateResponse::default()
    });
    open(&door(memory, Mechanism::Plain, file()))
        .await
        .expect("let in");
    assert_eq!(*heard.lock().expect("heard"), b"\0user\0pencil");
    assert_eq!(
        *asked.lock().expect("asked"),
        ["ApiVersions", "SaslHandshake", "SaslAuthenticate"]
    );
}

#[tokio::test]
async fn a_cluster_that_does_not_know_the_password_is_not_believed() {
    let (memory, _) = broker(|said| {
        let said = String::from_utf8_lossy(said);
        let answer = match said.split_once("r=") {
            Some((_, nonce)) if said.starts_with("n,,") => {
                format!("r={nonce}more,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")
            }
            _ => "v=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=".to_string(),
        };
        SaslAuthenticateResponse::default().with_auth_bytes(Bytes::from(answer))
    });
    let refused = open(&door(memory, Mechanism::ScramSha256, file())).await;
    assert_eq!(
        refused.err().as_deref(),
        Some(
            "kafka:9093 does not let us in: it does not know the password itself: \
             that is not the cluster it says it is"
        )
    );
}

#[tokio::test]
async fn what_is_refused_is_told_without_the_password() {
    let refusing = || {
        broker(|_| {
            SaslAuthenticateResponse::default()
                .with_error_code(58)
                .with_error_message(Some(StrBytes::from_static_str("Authentication failed")))
        })
    };
    let (memory, _) = refusing();
    let wrong = open(&door(memory, Mechanism::Plain, file())).await;
    assert_eq!(
        wrong.err().as_deref(),
        Some(
            "kafka:9093 does not let us in: wrong password, or no user `user` with PLAIN there; \
             the password was read from password"
        )
    );
    let (memory, _) = refusing();
    let other = open(&door(memory, Mechanism::ScramSha512, file())).await;
    assert_eq!(
        other.err().as_deref(),
        Some(
            "kafka:9093 does not let us in: SCRAM-SHA-512 is not enabled at that listener, it \
             offers PLAIN, SCRAM-SHA-256: `sasl.mechanism` must be one of them"
        )
    );
    let (memory, asked) = refusing();
    let unset = door(memory, Mechanism::Plain, Source::Env("PASSWORD".into()));
    assert!(format!("{unset:?}").contains("user"));
    let unset = open(&unset).await;
    assert_eq!(
        unset.err().as_deref(),
        Some("no password for kafka:9093: the variable PASSWORD is not set where windlass runs")
    );
    assert_eq!(*asked.lock().expect("asked"), ["ApiVersions"]);
}

#[tokio::test]
async fn a_line_whose_login_has_ended_is_dialled_anew() {
    // The clock stands still: a login that counts no time at all has ended at once.
    let lifetimes = [(1, 3), (60_000, 1)];
    for (lifetime, wanted) in lifetimes {
        let (memory, _) =
            broker(move |_| SaslAuthenticateResponse::default().with_session_lifetime_ms(lifetime));
        let dials = Arc::clone(&memory.dials);
        let doors = Doors {
            clients: door(memory, Mechanism::Plain, file()),
            controllers: None,
        };
        let wires = Wires::new(doors, Arc::new(Still));
        for _ in 0..3 {
            wires.line(AT, LIMIT).await.expect("a line").keep();
        }
        assert_eq!(*dials.lock().expect("dials"), wanted, "{lifetime} ms");
    }
}

#[tokio::test]
async fn controllers_are_entered_by_their_own_door() {
    let (clients, _) = broker(|_| SaslAuthenticateResponse::default());
    let (controllers, asked) = broker(|_| SaslAuthenticateResponse::default());
    let doors = Doors {
        clients: Door {
            dial: Arc::new(clients),
            login: None,
        },
        controllers: Some(door(controllers, Mechanism::Plain, file())),
    };
    let wires = Wires::new(doors, Arc::new(Still));
    wires.line(AT, LIMIT).await.expect("a broker").keep();
    assert!(asked.lock().expect("asked").is_empty());
    let quorum = "kafka:9094".to_string();
    wires.are_controllers([&quorum]);
    wires
        .line(&quorum, LIMIT)
        .await
        .expect("a controller")
        .keep();
    assert_eq!(asked.lock().expect("asked").len(), 3);
}

#[tokio::test]
async fn a_listener_that_hangs_up_for_want_of_a_login_is_asked_what_it_wants() {
    let memory = Memory::new(|key, version, _| match key {
        ApiKey::ApiVersions => body(&hello(&[]), version),
        ApiKey::SaslHandshake => body(
            &SaslHandshakeResponse::default()
                .with_error_code(33)
                .with_mechanisms(vec![StrBytes::from_static_str("SCRAM-SHA-512")]),
            version,
        ),
        _ => Reply::Close,
    });
    let mut connection = open(&Doors::open(Arc::new(memory)).clients)
        .await
        .expect("a hello");
    let ask = kafka_protocol::messages::MetadataRequest::default();
    let wanted = connection.call(&ask, LIMIT).await.expect_err("no login");
    assert_eq!(
        chain(&wanted),
        "kafka:9093 wants a login, by SCRAM-SHA-512: declare `sasl`"
    );
}
