//! Objects as engine values.

use crate::files::{ORDERS, cluster};
use windlass_engine::plan::Goal;
use windlass_engine::policy::{Cap, Finalize, Mode, Policy, Ramp};
use windlass_engine::run::event::Approval;
use windlass_engine::time::Ms;
use windlass_engine::version::Version;
use windlass_wire::convert::{ClusterDeclared, UpgradeAsked};
use windlass_wire::read::read;
use windlass_wire::v1::Object;

#[test]
fn a_cluster_is_declared_with_absolute_paths_and_open_placeholders() {
    let declared = ClusterDeclared::of(&cluster(ORDERS));
    insta::assert_snapshot!(format!("{:#?}", declared.members), @r#"
    [
        MemberDeclared {
            id: "101",
            host: "k1",
            dir: "/srv/k101",
            config: Some(
                "/srv/k101/controller.properties",
            ),
            log: Some(
                "/srv/k101/logs/server.log",
            ),
            supervisor: Process {
                start: [
                    "{release}/bin/kafka-server-start.sh",
                    "{config}",
                ],
                pid_file: "/srv/k101/run/101.pid",
            },
            env: {
                "KAFKA_HEAP_OPTS": "-Xmx1g",
            },
            prepare: [],
        },
    ]
    "#);
    assert_eq!(
        declared.members[0].fill(
            "{release}/bin/x {config} {id} {dir} {version}",
            "/opt/k",
            "4.1.2"
        ),
        "/opt/k/bin/x /srv/k101/controller.properties 101 /srv/k101 4.1.2"
    );
    assert_eq!(declared.policy, Policy::default());
    assert_eq!(declared.bootstrap[1].to_string(), "127.0.0.1:19102");
}

#[test]
fn systemd_is_a_preset_of_commands() {
    let text = ORDERS.replace(
        &ORDERS[ORDERS.find("process:").expect("there")..ORDERS.find("  policy:").expect("there")],
        "systemd: {unit: \"kafka@{id}.service\", link: /opt/kafka/current}\n",
    );
    let declared = ClusterDeclared::of(&cluster(&text));
    insta::assert_snapshot!(format!("{:?}", declared.members[0].supervisor), @r#"Commands { start: [["ln", "-sfn", "{release}", "/opt/kafka/current"], ["systemctl", "start", "kafka@{id}.service"]], stop: [["systemctl", "stop", "kafka@{id}.service"]], pid: Pid(["systemctl", "show", "--property=MainPID", "--value", "kafka@{id}.service"]) }"#);
}

#[test]
fn a_policy_says_what_it_says() {
    let text = ORDERS.replace(
        "pace: {ramp: double, cap: 10%, mode: sliding}",
        "pace: {ramp: fixed, cap: 3, mode: barrier}\n    via: [4.0]\n    patience: 90s\n    pauseLimit: 2d",
    );
    let policy = ClusterDeclared::of(&cluster(&text)).policy;
    assert_eq!(policy.pace.ramp, Ramp::Fixed);
    assert_eq!(policy.pace.cap, Cap::Members(3));
    assert_eq!(policy.pace.mode, Mode::Barrier);
    assert_eq!(policy.via, [Version::parse("4.0").expect("a version")]);
    assert_eq!(policy.patience, Ms::seconds(90));
    assert_eq!(policy.pause_limit, Ms::days(2));
}

#[test]
fn an_upgrade_lays_its_words_over_the_policy() {
    let objects = read("orders.yaml", ORDERS).expect("a good file");
    let Some(Object::Upgrade(upgrade)) = objects.last() else {
        panic!("an upgrade");
    };
    let asked = UpgradeAsked::of(upgrade);
    assert_eq!(asked.key, "orders-4-1");
    assert_eq!(
        asked.goal,
        Goal::Version(Version::parse("4.1").expect("a version"))
    );
    assert_eq!(asked.approval, Approval::InAdvance);
    let policy = asked.policy(&Policy::default());
    assert_eq!(policy.finalize, Finalize::Soon);
    assert_eq!(policy.via.len(), 1);
    assert_eq!(policy.soak, Policy::default().soak);
}
