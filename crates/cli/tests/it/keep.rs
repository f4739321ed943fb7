//! Keeping the store, as its user sees it.

use crate::run::{User, fits};
use std::io::Read;
use std::process::Command;

const STORE: &str = ".local/state/windlass/windlass.db";

/// A cluster whose file is full of secrets, and a run on it that nobody ever carried.
fn asked() -> User {
    let user = User::new();
    user.file(
        "orders.yaml",
        r#"apiVersion: windlass.dev/v1
kind: Cluster
metadata: {name: orders, labels: {team: shop}}
spec:
  system: kafka
  kafka: {bootstrap: ["127.0.0.1:1"]}
  release:
    fetch:
      command: [/usr/local/bin/get, --key, "PLANTED-fetch-1", "https://me:PLANTED-url-2@store/{version}", "{release}"]
      into: "/opt/kafka/{version}"
      checksum:
        4.1.2: sha256:0000000000000000000000000000000000000000000000000000000000000000
  hosts:
    - name: k1
      local: {}
      members:
        - id: 1
          dir: /srv/k1
          config: server.properties
          env: {KAFKA_OPTS: "-Dssl.password=PLANTED-env-3", PASSPHRASE: "planted-four"}
          supervisor:
            commands:
              start: [/usr/local/bin/ctl, start, "PLANTED-start-5"]
              stop: [/usr/local/bin/ctl, stop]
              pid: [/usr/local/bin/ctl, pid]
              env: {CTL: "PLANTED-ctl-6"}
          prepare:
            - releases: 4.0..
              files:
                - {path: jaas.conf, text: "password=\"PLANTED-file-8\";"}
        - id: 2
          dir: /srv/k2
          config: server.properties
          supervisor:
            process: {start: ["{release}/bin/start.sh", "{config}"], pidFile: run/k.pid}
          prepare:
            - releases: 4.0..
              arguments: ["--override", "sasl=PLANTED-arg-7"]
"#,
    );
    user.file(
        "up.yaml",
        "apiVersion: windlass.dev/v1\nkind: Upgrade\nmetadata: {name: nov}\n\
         spec: {cluster: orders, to: \"4.1\"}\n",
    );
    for file in ["orders.yaml", "up.yaml"] {
        let said = user.says(&format!("apply -f {file}"));
        assert_eq!(said.code, 0, "{}", said.all());
    }
    user
}

fn words(user: &User, line: &str, code: i32) -> String {
    let said = user.says(line);
    assert_eq!(said.code, code, "{line}: {}", said.all());
    fits(&said.err);
    said.all().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn read(user: &User, line: &str, code: i32) -> serde_json::Value {
    let said = user.says(line);
    assert_eq!(said.code, code, "{line}: {}", said.all());
    serde_json::from_str(&said.out).expect("JSON")
}

#[test]
fn a_backup_is_made_put_back_and_its_run_is_paused() {
    let user = asked();
    let told = words(&user, "backup monday.db", 0);
    assert!(
        told.contains("1 cluster 1 run, 1 of them live 1 event"),
        "{told}"
    );
    assert!(told.contains("all of it was read again"), "{told}");
    let told = words(&user, "backup monday.db", 1);
    assert!(
        told.contains("is there already") && told.contains("--force"),
        "{told}"
    );
    words(&user, "backup monday.db --force", 0);

    // What happens after it is not in it.
    words(&user, "cancel orders", 0);
    let told = words(&user, "restore monday.db", 0);
    for part in [
        "what stood there is kept: HOME/.local/state/windlass/windlass.db.replaced-1",
        "is not known here",
        "run 1 on orders lives at event 1; the store that stood there had gone on to event",
        "windlass adopt orders",
        "windlass continue orders",
        "windlass carry 1",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(words(&user, "doctor", 0).contains("nothing is hurt"));
    assert!(words(&user, "status orders", 0).contains("run 1"));
    // The store that was kept aside is a store still.
    let aside = format!("runs --store {STORE}.replaced-1");
    assert!(words(&user, &aside, 0).contains("cancelled"));
    // Its carrier hears the pause before all else, also where the cluster is silent.
    words(&user, "cancel orders", 0);
    let events = read(&user, "events 1 -o json", 0).to_string();
    let (pause, cancel) = (events.find("\"pause\""), events.find("\"cancel\""));
    assert!(pause.is_some() && pause < cancel, "{events}");
}

#[test]
fn what_is_no_backup_is_put_nowhere() {
    let user = asked();
    user.file("notes.txt", "nothing of the kind");
    let told = words(&user, "restore notes.txt", 2);
    assert!(told.contains("file is not a database"), "{told}");
    assert!(words(&user, "restore nowhere.db", 2).contains("cannot read"));
    assert!(words(&user, "status", 0).contains("orders"));
    assert!(words(&user, "backup x.db --store none.db", 2).contains("there is no store"));
    assert!(!user.home().join("none.db").exists());
}

#[test]
fn prune_says_what_goes_and_what_stays_as_the_last() {
    let user = asked();
    words(&user, "cancel orders", 0);
    words(&user, "apply -f up.yaml", 0);
    let first = words(&user, "runs", 0);
    assert!(first.contains("cancelled"), "{first}");
    let told = words(&user, "prune --keep 0 --dry-run", 0);
    assert!(told.contains("stay: "), "{told}");
    assert!(words(&user, "prune", 2).contains("--keep"));
    let value = read(&user, "prune --keep 0 --even-last -o json", 0);
    assert_eq!(value["kind"], "Prune");
    assert_eq!(value["runs"][0]["run"], "1");
    assert!(value["events"].as_u64() > Some(0), "{value}");
    assert!(words(&user, "doctor", 0).contains("nothing is hurt"));
    assert!(words(&user, "prune --older-than 90d", 0).contains("nothing goes"));
}

#[test]
fn the_doctor_names_what_is_hurt_and_mends_rows() {
    let user = asked();
    let store = user.home().join(STORE);
    let hurt = |sql: &str| {
        let done = Command::new("python3")
            .args(["-c", "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()"])
            .arg(&store)
            .arg(sql)
            .status();
        done.is_ok_and(|done| done.success())
    };
    if !hurt("UPDATE run SET read = 7 WHERE id = 1") {
        println!("no python3 with sqlite3 here: no row was damaged");
        return;
    }
    let told = words(&user, "doctor", 4);
    assert!(
        told.contains("the row of run 1: its inbox position is 7, its journal says 0"),
        "{told}"
    );
    assert!(told.contains("windlass doctor --mend"), "{told}");
    let value = read(&user, "doctor -o json", 4);
    assert_eq!(
        (&value["whole"], &value["found"][0]["part"]),
        (&false.into(), &"row".into())
    );
    let told = words(&user, "doctor --mend", 0);
    assert!(told.contains("rows written anew: run 1"), "{told}");
    assert!(hurt("UPDATE journal SET author = 'me'"));
    let told = words(&user, "doctor", 4);
    assert!(
        told.contains("run 1, event 1: its hash does not fit"),
        "{told}"
    );
    let told = words(&user, "backup late.db", 4);
    assert!(told.contains("--even-hurt"), "{told}");
    assert!(!user.home().join("late.db").exists());
}

#[test]
fn others_who_may_read_the_store_are_a_warning() {
    use std::os::unix::fs::PermissionsExt;
    let user = asked();
    let store = user.home().join(STORE);
    std::fs::set_permissions(&store, std::fs::Permissions::from_mode(0o644)).expect("a mode");
    assert!(words(&user, "doctor", 0).contains("chmod 600"));
    words(&user, "doctor --strict", 1);
}

#[test]
fn a_bundle_holds_what_helps_and_no_secret() {
    let user = asked();
    words(
        &user,
        "waive orders x --reason password=PLANTED-word-9 --for 1d",
        0,
    );
    words(&user, "cancel orders", 0);
    let logs = user.home().join(format!("{STORE}.d/logs"));
    std::fs::create_dir_all(&logs).expect("a folder");
    std::fs::write(
        logs.join("run-1.log"),
        "carrying run 1\nssl.keystore.password = PLANTED-log-10\nAuthorization: Bearer PLANTED-log-11\n\
         ctl said: bad key PLANTED-fetch-1, planted-four\n\
         -----BEGIN PRIVATE KEY-----\nPLANTEDlog12\n-----END PRIVATE KEY-----\n\
         dialled https://me:PLANTED-log-13@store/\nlet go of run 1\n",
    )
    .expect("a log");
    let listed = words(&user, "bundle orders --to b.tar.gz --dry-run", 0);
    assert!(!user.home().join("b.tar.gz").exists());
    let told = words(&user, "bundle orders --to b.tar.gz", 0);
    for part in [
        "clusters/orders.json",
        "run-1/events.json",
        "run-1/carrier.log",
        "doctor.json",
    ] {
        assert!(
            listed.contains(part) && told.contains(part),
            "{part}: {told}"
        );
    }
    words(&user, "bundle orders --to b.tar.gz", 2);
    let packed = std::fs::File::open(user.home().join("b.tar.gz")).expect("a bundle");
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(packed));
    let mut all = String::new();
    for entry in archive.entries().expect("an archive") {
        entry
            .expect("an entry")
            .read_to_string(&mut all)
            .expect("text");
    }
    assert!(!all.to_lowercase().contains("planted"), "{all}");
    for kept in [
        "127.0.0.1:1",
        "/srv/k1",
        "let go of run 1",
        "asked for 4.1",
        "KAFKA_OPTS",
        "--key",
    ] {
        assert!(all.contains(kept), "{kept}: {all}");
    }
}
