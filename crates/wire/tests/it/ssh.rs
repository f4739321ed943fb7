//! Hosts over ssh in files: what is worked in, and what is said of mistakes.

use crate::errors::said;
use crate::files::cluster;
use windlass_wire::read::read;
use windlass_wire::v1::Object;
use windlass_wire::v1::reach::{HostKeys, Reach};
use windlass_wire::v1::security::Source;

const FAR: &str = "apiVersion: windlass.dev/v1
kind: Cluster
metadata: {name: far}
spec:
  system: kafka
  kafka: {bootstrap: [\"k1:9092\"]}
  release:
    copy: {from: \"/srv/k-{version}.tgz\", into: \"/opt/kafka/{version}\"}
  ssh: {user: kafka, key: {fromFile: /etc/id}, knownHosts: /etc/known}
  hosts:
    - name: k1
      ssh: {}
      members: [{id: 1, dir: /srv/k1, supervisor: {process: {start: [run]}}}]
    - name: k2
      ssh:
        port: 2222
        agent: {}
        hostKey: ssh-ed25519 AAAAC3Nz root@k2
      members: [{id: 2, dir: /srv/k1, supervisor: {process: {start: [run]}}}]
";

fn wrong(from: &str, to: &str) -> String {
    assert!(FAR.contains(from), "{from}");
    said(&FAR.replacen(from, to, 1))
}

#[test]
fn what_is_said_for_all_hosts_is_worked_into_each_and_reads_back() {
    let far = cluster(FAR);
    let json = Object::Cluster(Box::new(far.clone())).to_json();
    let ways: Vec<String> = json["spec"]["hosts"]
        .as_array()
        .expect("hosts")
        .iter()
        .map(|host| host["ssh"].to_string())
        .collect();
    insta::assert_snapshot!(ways.join("\n"));
    let again = read("far.json", &json.to_string()).expect("it reads back");
    assert!(matches!(&again[..], [Object::Cluster(back)] if **back == far));
}

#[test]
fn what_is_missing_is_said_where_it_belongs() {
    insta::assert_snapshot!(wrong(
        "  ssh: {user: kafka, key: {fromFile: /etc/id}, knownHosts: /etc/known}\n",
        ""
    ));
}

#[test]
fn both_ways_at_once_and_both_kinds_of_host_keys() {
    let text = FAR
        .replacen("ssh: {}", "ssh: {}\n      local: {}", 1)
        .replacen(
            "        agent: {}",
            "        agent: {}\n        knownHosts: /etc/known",
            1,
        );
    insta::assert_snapshot!(said(&text));
}

#[test]
fn keys_and_addresses_that_are_none() {
    let each = [
        (
            "hostKey: ssh-ed25519 AAAAC3Nz root@k2",
            "hostKey: SHA256:abc",
        ),
        ("hostKey: ssh-ed25519", "hostKey: ssh-rsa"),
        ("port: 2222", "port: 70000"),
        ("port: 2222", "address: kafka@k2:22"),
        ("fromFile: /etc/id", "fromFile: ~/.ssh/id"),
        ("port: 2222", "sessions: 1"),
        ("port: 2222", "prt: 2222"),
    ];
    let said: Vec<String> = each.iter().map(|(from, to)| wrong(from, to)).collect();
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn keys_and_known_hosts_lie_beside_the_file_or_come_from_elsewhere() {
    let text = FAR
        .replacen(
            "{fromFile: /etc/id}",
            "{fromFile: id, passphrase: {fromEnv: WORDS}}",
            1,
        )
        .replacen("knownHosts: /etc/known", "knownHosts: known", 1);
    let far = cluster(&text);
    let Reach::Ssh(mut ssh) = far.spec.hosts[0].reach.clone() else {
        panic!("over ssh: {:?}", far.spec.hosts[0].reach);
    };
    ssh.anchor("/srv/files".as_ref());
    assert_eq!(
        ssh.host_keys,
        HostKeys::KnownHosts("/srv/files/known".into())
    );
    let key = ssh.key.expect("a key");
    assert_eq!(key.from, Source::FromFile("/srv/files/id".into()));
    assert_eq!(key.passphrase, Some(Source::FromEnv("WORDS".into())));
    let pasted = wrong("{fromFile: /etc/id}", "{private: b3BlbnNzaC1rZXktdjE}");
    assert!(!pasted.contains("b3Blbn"), "a key is never shown: {pasted}");
}
