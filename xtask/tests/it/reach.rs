//! Reach over the wire: real brokers behind TLS and logins, and the ways in which that goes wrong, in the
//! words a user reads. Those of the table of troubles are told in `trouble/doors.rs`.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use xtask::peers::kafka::{Lab, Listener, PASSWORD, ROLL, USER, Way};
use xtask::peers::keys::{Authority, Pair, Span};
use xtask::roll;
use xtask::windlass::{Profile, Windlass};

/// No trouble may take longer to be told: the limit of a look at one node, and of starting a program.
const TOLD_WITHIN: Duration = Duration::from_secs(20);

const LOOPBACK: &[&str] = &["127.0.0.1", "localhost"];
const BOTH: &[&str] = &["SCRAM-SHA-256", "SCRAM-SHA-512"];

/// Keys and passwords as files.
struct Keys {
    folder: PathBuf,
    ours: Authority,
    theirs: Authority,
    node: Pair,
    client: Pair,
}

impl Keys {
    fn made(folder: &Path) -> Self {
        let ours = Authority::new(folder, "ours").expect("an authority");
        let theirs = Authority::new(folder, "theirs").expect("another");
        fs::write(folder.join("password"), format!("{PASSWORD}\n")).expect("a password");
        fs::write(folder.join("wrong"), "wrong-and-secret\n").expect("a password");
        Self {
            node: ours.sign("node", LOOPBACK, Span::Good).expect("a key"),
            client: ours.sign("client", &["ops"], Span::Good).expect("a key"),
            folder: folder.to_owned(),
            ours,
            theirs,
        }
    }

    fn tls(&self, name: &str, own: &Pair, way: Way) -> Listener {
        Listener::named(name).tls(&own.both, &self.ours.ca(), way)
    }

    fn file(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    fn ca(&self) -> String {
        self.ours.ca().display().to_string()
    }
}

/// What `observe` says of an address: its exit code, and all that it prints.
#[track_caller]
fn observed(windlass: &Windlass, at: &str, options: &[&str]) -> (Option<i32>, String) {
    let begun = Instant::now();
    let mut words = vec!["observe", "--bootstrap", at];
    words.extend(options);
    let output = windlass.ask(&words).expect("it runs");
    assert!(begun.elapsed() < TOLD_WITHIN, "{:?}", begun.elapsed());
    let said = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    for secret in [PASSWORD, "wrong-and-secret"] {
        assert!(!said.contains(secret), "a secret was told: {said}");
    }
    // Lines are folded to the terminal's width; what is said is one sentence.
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    eprintln!("{at} {options:?}: {:?} {said}", begun.elapsed());
    (output.status.code(), said)
}

/// One node with a listener for each way in, and one for each way in which that goes wrong.
pub(crate) struct Doors {
    windlass: Windlass,
    keys: Keys,
    lab: Lab,
}

impl Doors {
    pub(crate) fn open() -> Self {
        let windlass = Windlass::build(Profile::Dev).expect("windlass builds");
        let keys = Keys::made(windlass.folder());
        let old = keys.ours.sign("old", LOOPBACK, Span::Ended).expect("a key");
        let named = keys.ours.sign("named", &["kafka.example"], Span::Good);
        let named = named.expect("a key");
        let lab = Lab::builder()
            .combined(1)
            .version("3.9.2")
            .listeners(vec![
                keys.tls("ONE", &keys.node, Way::OneSided),
                keys.tls("OLD", &old, Way::OneSided),
                keys.tls("NAMED", &named, Way::OneSided),
                keys.tls("MUTUAL", &keys.node, Way::Mutual),
                keys.tls("SCRAM", &keys.node, Way::OneSided).sasl(BOTH),
                keys.tls("WORD", &keys.node, Way::OneSided).sasl(&["PLAIN"]),
                Listener::named("BARE").sasl(&["PLAIN", "SCRAM-SHA-256"]),
            ])
            .start()
            .expect("a lab");
        Self {
            windlass,
            keys,
            lab,
        }
    }

    /// A file among the keys.
    pub(crate) fn file(&self, name: &str) -> String {
        self.keys.file(name)
    }

    pub(crate) fn ca(&self) -> String {
        self.keys.ca()
    }

    fn at(&self, name: &str) -> String {
        self.lab.at(name).remove(0)
    }

    #[track_caller]
    pub(crate) fn enters(&self, name: &str, options: &[&str]) {
        let (code, said) = observed(&self.windlass, &self.at(name), options);
        assert_eq!(code, Some(3), "no hosts are declared: {said}");
        assert!(said.contains("metadata.version 3.9-IV0"), "{said}");
    }

    /// Nobody is let in, and it is told why.
    #[track_caller]
    pub(crate) fn says(&self, name: &str, options: &[&str], words: &[&str]) {
        let (code, said) = observed(&self.windlass, &self.at(name), options);
        assert_eq!(code, Some(2), "{said}");
        for word in words {
            assert!(said.contains(word), "{word:?} is not in: {said}");
        }
    }
}

#[test]
fn every_way_in_and_ways_in_which_it_goes_wrong() {
    let doors = Doors::open();
    let (windlass, keys) = (&doors.windlass, &doors.keys);
    let at = |name: &str| doors.at(name);
    let (ca, password) = (keys.ca(), keys.file("password"));
    let (certificate, key) = (
        keys.client.certificate.display().to_string(),
        keys.client.key.display().to_string(),
    );
    let foreign = keys.theirs.ca().display().to_string();
    let stranger = keys.theirs.sign("stranger", &["ops"], Span::Good);
    let stranger = stranger.expect("a key");
    let (odd_certificate, odd_key) = (
        stranger.certificate.display().to_string(),
        stranger.key.display().to_string(),
    );
    let login = |mechanism| -> [&str; 6] {
        [
            "--sasl",
            mechanism,
            "--user",
            USER,
            "--password-file",
            &password,
        ]
    };
    let with = |first: &[&'static str], more: &[&str]| -> Vec<String> {
        first.iter().chain(more).map(ToString::to_string).collect()
    };
    let says = |name: &str, options: &[String], words: &[&str]| {
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        doors.says(name, &options, words);
    };
    let enters = |name: &str, options: &[String]| {
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        doors.enters(name, &options);
    };
    let ca = ["--tls-ca", &ca];

    enters("ONE", &with(&[], &ca));
    let renamed = with(&["--tls-server-name", "kafka.example"], &ca);
    enters("NAMED", &renamed);
    let ours = ["--tls-cert", &certificate, "--tls-key", &key];
    enters("MUTUAL", &with(&[], &[&ca[..], &ours].concat()));
    for mechanism in BOTH {
        enters("SCRAM", &with(&[], &[&ca[..], &login(mechanism)].concat()));
    }
    enters("WORD", &with(&[], &[&ca[..], &login("PLAIN")].concat()));
    enters("BARE", &with(&[], &login("SCRAM-SHA-256")));
    enters("BARE", &with(&[], &login("PLAIN")));

    says(
        "NAMED",
        &with(&[], &ca),
        &[
            "is not made for 127.0.0.1, but for kafka.example",
            "tls.serverName",
        ],
    );
    says(
        "ONE",
        &with(&[], &["--tls-ca", &foreign]),
        &["not signed by the authority in", "tls.ca"],
    );
    says(
        "ONE",
        &with(&["--tls"], &[]),
        &["not signed by any authority that this machine trusts"],
    );
    says(
        "MUTUAL",
        &with(&[], &ca),
        &["asks for a certificate of ours", "tls.certificate"],
    );
    let theirs = ["--tls-cert", &odd_certificate, "--tls-key", &odd_key];
    says(
        "MUTUAL",
        &with(&[], &[&ca[..], &theirs].concat()),
        &["does not accept our certificate"],
    );
    let mixed = ["--tls-cert", &certificate, "--tls-key", &odd_key];
    says(
        "MUTUAL",
        &with(&[], &[&ca[..], &mixed].concat()),
        &["is not the private key of"],
    );
    says(
        "ONE",
        &with(&[], &["--tls-ca", &password]),
        &["holds no certificate in PEM"],
    );
    says(
        "ONE",
        &with(&[], &["--tls-ca", "/no/such/ca.pem"]),
        &["/no/such/ca.pem cannot be read"],
    );

    let nobody = [
        "--sasl",
        "SCRAM-SHA-512",
        "--user",
        "nobody",
        "--password-file",
        &password,
    ];
    says(
        "SCRAM",
        &with(&[], &[&ca[..], &nobody].concat()),
        &["wrong password, or no user `nobody`"],
    );
    says(
        "WORD",
        &with(&[], &[&ca[..], &login("SCRAM-SHA-512")].concat()),
        &["SCRAM-SHA-512 is not enabled", "it offers PLAIN"],
    );
    says(
        "SCRAM",
        &with(&[], &ca),
        &[
            "wants a login, by SCRAM-SHA-256 or SCRAM-SHA-512",
            "declare `sasl`",
        ],
    );
    says("BARE", &[], &["wants a login, by PLAIN or SCRAM-SHA-256"]);
    says(
        "ONE",
        &with(&[], &[&ca[..], &login("PLAIN")].concat()),
        &["asks for no login"],
    );
    let unset = [
        "--sasl",
        "PLAIN",
        "--user",
        USER,
        "--password-env",
        "WINDLASS_TEST_UNSET",
    ];
    says(
        "WORD",
        &with(&[], &[&ca[..], &unset].concat()),
        &["the variable WINDLASS_TEST_UNSET is not set"],
    );

    let scram = at("SCRAM");
    let mut init = vec!["init", "kafka", "--bootstrap", &scram];
    init.extend(ca);
    init.extend(login("SCRAM-SHA-512"));
    let file = windlass.must(&init).expect("a cluster file");
    let block = format!(
        "    security:
      tls:
        ca: {{fromFile: \"{}\"}}
      sasl:
        mechanism: SCRAM-SHA-512
        username: ops
        password: {{fromFile: \"{password}\"}}
",
        ca[1]
    );
    assert!(file.contains(&block), "{file}");
}

/// Clients by TLS and SCRAM, the quorum by mutual TLS and PLAIN: registered by a file, looked at, and raised one hop.
#[test]
fn a_guarded_cluster_is_registered_and_rises_one_hop() {
    let windlass = Windlass::build(Profile::Dev).expect("windlass builds");
    let keys = Keys::made(windlass.folder());
    let lab = Lab::builder()
        .combined(3)
        .name(roll::NAME)
        .version(ROLL[0])
        .policy("soak: 2s")
        .listeners(vec![
            keys.tls("SCRAM", &keys.node, Way::OneSided)
                .sasl(BOTH)
                // So short that logins end in mid roll.
                .with("connections.max.reauth.ms", "4000"),
        ])
        .quorum(keys.tls("QUORUM", &keys.node, Way::Mutual).sasl(&["PLAIN"]))
        .start()
        .expect("a lab");
    roll::topic(&lab).expect("a topic");
    let security = "security:
  tls: {ca: {fromFile: ours/ca.pem}}
  sasl:
    mechanism: SCRAM-SHA-512
    username: ops
    password: {fromCommand: [cat, PASSWORD]}
controllerSecurity:
  tls:
    ca: {fromFile: ours/ca.pem}
    certificate: {fromFile: ours/client.pem}
    key: {fromFile: ours/client.key}
  sasl:
    mechanism: PLAIN
    username: ops
    password: {fromFile: PASSWORD}
"
    .replace("PASSWORD", &keys.file("password"));
    let file = windlass.folder().join("orders.yaml");
    fs::write(&file, lab.cluster_file_at(&lab.at("SCRAM"), &security)).expect("a file");
    let file = file.display().to_string();
    windlass.must(&["apply", "-f", &file]).expect("applied");
    let again = windlass.must(&["apply", "-f", &file]).expect("again");
    assert!(again.contains("unchanged"), "{again}");
    let declared = windlass.must(&["describe", roll::NAME]).expect("described");
    assert!(declared.contains("TLS, SCRAM-SHA-512 as ops"), "{declared}");

    let seen = windlass.must(&["observe", roll::NAME]).expect("all seen");
    assert!(seen.contains("gaps     none"), "{seen}");
    let checked = windlass
        .must(&["check", roll::NAME, "--to", "4.0"])
        .expect("nothing bars");
    assert!(checked.contains("nothing bars"), "{checked}");
    windlass
        .must(&["plan", roll::NAME, "--to", "4.0"])
        .expect("a plan");
    roll::raise(&windlass, &["--to", "4.0"], 0, 1).expect("raised");
    roll::all_run(&lab, ROLL[1]).expect("all on the new release");

    let store = fs::read(windlass.store()).expect("a store");
    let told = |secret: &[u8]| store.windows(secret.len()).any(|part| part == secret);
    assert!(told(b"SCRAM-SHA-512") && !told(PASSWORD.as_bytes()));
    let key = fs::read_to_string(&keys.client.key).expect("a key");
    let line = key.lines().nth(1).expect("its first line");
    assert!(!told(line.as_bytes()));
}
