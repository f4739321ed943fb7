//! Zones, members that carry two schemes, components that others move, hops with conditions: small
//! worlds, whole plans.

use crate::stage::{catalog, cluster, refused, same, told, v};
use std::collections::{BTreeMap, BTreeSet};
use windlass_engine::audit::audit;
use windlass_engine::catalog::{
    Blocked, Catalog, Edge, Human, Matching, Moved, Raising, Release, Risk,
};
use windlass_engine::names::Component;
use windlass_engine::plan::{Goal, plan};
use windlass_engine::policy::Policy;
use windlass_engine::snapshot::{Fact, Snapshot};
use windlass_engine::version::Range;

#[track_caller]
fn check(catalog: &Catalog, seen: &Snapshot, goal: &Goal, expect: &str) {
    with(catalog, &Policy::default(), seen, goal, expect);
}

#[track_caller]
fn with(catalog: &Catalog, policy: &Policy, seen: &Snapshot, goal: &Goal, expect: &str) {
    let left = BTreeSet::new();
    match plan(catalog, policy, seen, goal, &left, None) {
        Ok(plan) => {
            same(&told(&plan), expect);
            let objections = audit(&plan, catalog, policy, seen, &left);
            assert_eq!(objections, Vec::new(), "the second judge");
        }
        Err(refusal) => same(&refused(&refusal), expect),
    }
}

fn to(version: &str) -> Goal {
    Goal::Version(v(version))
}

fn of(ends: &[(&str, &str)]) -> Goal {
    let ends = ends
        .iter()
        .map(|(name, version)| (Component::from(*name), v(version)));
    Goal::Of(ends.collect())
}

fn range(text: &str) -> Range {
    Range::parse(text).expect(text)
}

/// A mesh: two minors a hop; proxies follow their own zone, zones follow the global.
fn mesh() -> Catalog {
    let mut mesh = catalog(
        "components: global zone-cp dp
        releases: 1.0.0 1.1.0 1.2.0 1.3.0 1.4.0
        path: .. to ..
        skew: zone-cp minors -2 0 of global
        skew: dp minors -2 0 of zone-cp@zone",
    );
    mesh.paths[0].at_most = Some(2);
    mesh
}

#[test]
fn zones_in_the_same_state_move_in_one_stage_and_others_in_their_own() {
    check(
        &mesh(),
        &cluster(
            "1 global 1.2.0
            2 zone-cp 1.2.0 zone=a
            3 dp 1.2.0 zone=a
            4 zone-cp 1.2.0 zone=b
            5 dp 1.2.0 zone=b
            6 zone-cp 1.1.0 zone=c
            7 dp 1.1.0 zone=c",
        ),
        &to("1.3"),
        "
        hop 1.3.0
          global 1.2.0 → 1.3.0: 1
          zone-cp 1.2.0 → 1.3.0: 2 4
          zone-cp 1.1.0 → 1.3.0: 6
          dp 1.2.0 → 1.3.0: 3 5
          dp 1.1.0 → 1.3.0: 7",
    );
}

#[test]
fn a_proxy_far_behind_bars_its_own_zone_only_where_it_stands() {
    let far = |zone: &str| {
        cluster(&format!(
            "1 global 1.3.0
            2 zone-cp 1.1.0 zone=a
            3 dp 1.0.0 zone={zone}",
        ))
    };
    let global = of(&[("zone-cp", "1.3")]);
    check(
        &mesh(),
        &far("a"),
        &global,
        "
        skew: every way to 1.3.0 passes versions that may not stand side by side
          because 1.1.0 runs on zone-cp 2
          because 1.0.0 runs on dp 3
          because dp-minors-zone-cp: too far apart (a book)
          without dp-minors-zone-cp: too far apart
          hint what can be reached: windlass targets {cluster}",
    );
    check(
        &mesh(),
        &far("b"),
        &global,
        "
        hop 1.3.0
          zone-cp 1.1.0 → 1.3.0: 2",
    );
}

#[test]
fn far_goals_take_the_mesh_over_a_hop_between() {
    check(
        &mesh(),
        &cluster("1 global 1.0.0\n2 zone-cp 1.0.0 zone=a\n3-4 dp 1.0.0 zone=a"),
        &to("1.4"),
        "
        hop 1.2.0
          global 1.0.0 → 1.2.0: 1
          zone-cp 1.0.0 → 1.2.0: 2
          dp 1.0.0 → 1.2.0: 3 4
        hop 1.4.0
          global 1.2.0 → 1.4.0: 1
          zone-cp 1.2.0 → 1.4.0: 2
          dp 1.2.0 → 1.4.0: 3 4",
    );
}

/// Nodes may lag three minors behind and hop over as many; the server goes one by one.
fn nodes() -> Catalog {
    let mut nodes = catalog(
        "components: server kubelet proxy
        releases: 1.28.0 1.29.0 1.30.0 1.31.0 1.32.0 1.33.0
        path: .. to ..
        path: .. to ..
        skew: kubelet minors -3 0 of server
        skew: proxy minors -3 0 of server
        skew: proxy minors -3 3 of kubelet@node",
    );
    nodes.paths[0].of = vec!["server".into()];
    nodes.paths[0].at_most = Some(1);
    nodes.paths[1].of = vec!["kubelet".into(), "proxy".into()];
    nodes.paths[1].at_most = Some(3);
    nodes
}

#[test]
fn nodes_are_moved_fewer_times_than_the_server() {
    check(
        &nodes(),
        &cluster("1 server 1.28.0\n2-3 kubelet+proxy 1.28.0"),
        &to("1.33"),
        "
        hop 1.29.0
          server 1.28.0 → 1.29.0: 1
        hop 1.30.0
          server 1.29.0 → 1.30.0: 1
          kubelet 1.28.0 → 1.30.0: 2 3
        hop 1.31.0
          server 1.30.0 → 1.31.0: 1
        hop 1.32.0
          server 1.31.0 → 1.32.0: 1
        hop 1.33.0
          server 1.32.0 → 1.33.0: 1
          kubelet 1.30.0 → 1.33.0: 2 3",
    );
}

/// An instance with an open-source version and a maker's own build, and a host below that others move.
fn instance() -> Catalog {
    let mut instance = catalog(
        "components: open kernel host
        releases: 2.4.0 2.8.0
        path: .. to ..
        skew: open not newer than open",
    );
    instance.skew.clear();
    instance.components[1].track = "kernel".into();
    instance.components[2].moved = Moved::Elsewhere;
    for text in ["1.0.0", "1.1.0", "1.2.0"] {
        let mut build = Release::of(v(text), "a book".into());
        build.track = "kernel".into();
        instance.releases.push(build);
    }
    let mut builds = instance.paths[0].clone();
    builds.track = "kernel".into();
    instance.paths.push(builds);
    instance
}

#[test]
fn two_schemes_in_one_member_move_apart_and_are_never_compared() {
    let seen = cluster("1 open+kernel+host 2.4.0+1.0.0+2.4.0");
    check(
        &instance(),
        &seen,
        &of(&[("kernel", "1.2")]),
        "
        hop 1.2.0
          kernel 1.0.0 → 1.2.0: 1",
    );
    check(
        &instance(),
        &seen,
        &to("2.8"),
        "
        hop 2.8.0
          open 2.4.0 → 2.8.0: 1",
    );
    check(
        &instance(),
        &seen,
        &of(&[("host", "2.8")]),
        "
        no-such-release: no component host of this cluster can be moved
          because those that can be: open and kernel
          hint what runs: windlass observe {cluster}",
    );
}

#[test]
fn a_blocked_hop_is_gone_round_or_told_with_what_to_do() {
    let mut roads = catalog("components: a\nreleases: 1.0.0 1.1.0 1.2.0\npath: .. to ..");
    roads.blocked.push(Blocked {
        of: Vec::new(),
        track: Default::default(),
        from: range("1.0"),
        to: range("1.2"),
        why: "it loses data".into(),
        mend: "go over 1.1".into(),
        source: "a book".into(),
    });
    let seen = cluster("1 a 1.0.0");
    check(
        &roads,
        &seen,
        &to("1.2"),
        "
        hop 1.1.0
          a 1.0.0 → 1.1.0: 1
        hop 1.2.0
          a 1.1.0 → 1.2.0: 1",
    );
    roads.releases.remove(1);
    check(
        &roads,
        &seen,
        &to("1.2"),
        "
        blocked: every way to 1.2.0 passes a hop that is blocked
          because 1.0.0 runs on a 1
          because 1.0 to 1.2 is blocked: it loses data (a book)
          without 1.0 to 1.2 is blocked: it loses data
          hint go over 1.1
          hint what can be reached: windlass targets {cluster}",
    );
}

#[test]
fn a_risk_bars_until_it_is_known_not_to_apply_or_taken_with_open_eyes() {
    let mut roads = catalog("components: a\nreleases: 1.0.0 1.1.0\npath: .. to ..");
    roads.paths[0].risks = vec!["SlowDisks".into()];
    roads.risks.push(Risk {
        name: "SlowDisks".into(),
        message: "slow disks lose their lease".into(),
        matching: vec![Matching::Fact("disks.slow".into())],
        source: "a book".into(),
    });
    let mut seen = cluster("1 a 1.0.0");
    check(
        &roads,
        &seen,
        &to("1.1"),
        "
        risk: every way to 1.1.0 passes a hop that may be unwise here
          because 1.0.0 runs on a 1
          because SlowDisks: slow disks lose their lease (whether it applies is not known) (a book)
          without SlowDisks: slow disks lose their lease (whether it applies is not known)
          hint whether SlowDisks applies is told by the fact disks.slow
          hint take the risk with open eyes: --accept-risk SlowDisks
          hint what can be reached: windlass targets {cluster}",
    );
    let eyes_open = Policy {
        risks: BTreeSet::from(["SlowDisks".into()]),
        ..Policy::default()
    };
    let way = "
        hop 1.1.0
          a 1.0.0 → 1.1.0: 1";
    with(&roads, &eyes_open, &seen, &to("1.1"), way);
    seen.facts.insert("disks.slow".into(), Fact::Truth(false));
    check(&roads, &seen, &to("1.1"), way);
}

#[test]
fn the_only_edge_being_risky_is_told_before_the_paths_that_there_are_not() {
    let mut graph = catalog("components: a\nreleases: 1.0.0 1.1.0 1.1.1");
    graph.edges.push(Edge {
        from: v("1.0.0"),
        to: v("1.1.1"),
        risks: vec!["SlowDisks".into()],
    });
    graph.risks.push(Risk {
        name: "SlowDisks".into(),
        message: "slow disks lose their lease".into(),
        matching: vec![Matching::Always],
        source: "a book".into(),
    });
    check(
        &graph,
        &cluster("1 a 1.0.0"),
        &to("1.1"),
        "
        risk: every way to 1.1.1 passes a hop that may be unwise here
          because 1.0.0 runs on a 1
          because no other path is offered to 1.1 from 1.0
          because SlowDisks: slow disks lose their lease (it applies) (a book)
          without SlowDisks: slow disks lose their lease (it applies)
          hint take the risk with open eyes: --accept-risk SlowDisks
          hint what can be reached: windlass targets {cluster}",
    );
}

#[test]
fn a_mode_that_humans_change_is_a_bridge_on_the_way() {
    let mut kafka = catalog(
        "components: broker
        releases: 2.8.0 3.9.0 4.0.0
        path: .. to 3.9
        path: 3.9 to 4.0
        level: mode
        level: form
        line: 2.8 mode 0 0 form 1 9
        line: 3.9 mode 0 1 form 1 9
        line: 4.0 mode 1 1 form 7 12",
    );
    kafka.levels[0].raise = Raising::ByHumans;
    kafka.levels[0].absent = 1;
    kafka.levels[0].raised_at = Some(range("3.9"));
    kafka.levels[0].brings = BTreeMap::from([("form".into(), 9)]);
    kafka.levels[0].procedure = ["start the migration", "take the old store away"]
        .map(|title| Human {
            title: title.into(),
            what: "by the book".into(),
            proof: "mode.done".into(),
            no_return: title.starts_with("take"),
            source: "a book".into(),
        })
        .to_vec();
    kafka.levels[1].when = Some(("mode".into(), 1));
    check(
        &kafka,
        &cluster("1-3 broker 2.8.0\nmode = 0"),
        &to("4.0"),
        "
        hop 3.9.0
          broker 2.8.0 → 3.9.0: 1 2 3
          by hand: start the migration
          by hand: take the old store away, no way back
        hop 4.0.0
          broker 3.9.0 → 4.0.0: 1 2 3",
    );
}

#[test]
fn whose_components_stand_apart_waits_until_none_is_beyond_and_others_catch_up_before() {
    check(
        &catalog(
            "components: a b
            releases: 1.0.0 1.1.0 1.2.0 1.3.0
            path: 1.0.0 to 1.1.0
            path: 1.1.0 to 1.2.0
            path: 1.2.0 to 1.3.0
            path: 1.0.0 to 1.3.0",
        ),
        &cluster("1 a+b 1.1.0\n2 a+b 1.0.0+1.3.0"),
        &to("1.3"),
        "
        hop 1.2.0
          a 1.1.0 → 1.2.0: 1
        hop 1.3.0
          a 1.0.0, 1.2.0, 1.3.0 → 1.3.0: 1 2",
    );
}

#[test]
fn one_member_in_each_of_two_zones_is_bound_to_none_of_the_other_zone() {
    let single = catalog(
        "components: a
        releases: 1.0.0 1.1.0
        path: 1.0.0 to 1.1.0
        skew: a equal a@zone",
    );
    check(
        &single,
        &cluster("1 a 1.0.0 zone=east\n2 a 1.0.0 zone=west"),
        &to("1.1"),
        "
        hop 1.1.0
          a 1.0.0 → 1.1.0: 1 2",
    );
}
