//! Upgrades played before they are real, by the real binary, without any cluster.

use crate::run::{Said, User, fits};

const SHOP: &str = "\
apiVersion: windlass.dev/v1
kind: Snapshot
system: kuma
cluster: shop
members:
  - {component: global-cp, version: 2.11.18, count: 2}
  - {component: zone-cp, version: 2.11.18, zone: east, count: 2}
  - {component: data-plane, version: 2.11.18, zone: east, count: 3}
";

fn shop() -> User {
    let user = User::new();
    user.file("shop.yaml", SHOP);
    user
}

fn flat(said: &Said) -> String {
    let all = format!("{} {}", said.err, said.out);
    all.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_snapshot_is_rehearsed_with_its_spread() {
    let user = shop();
    let said = user.says("rehearse -f shop.yaml --to 2.12 --runs 10");
    assert_eq!(said.code, 0, "{}", said.all());
    fits(&said.out);
    let all = flat(&said);
    for words in [
        "Rehearsal shop kuma 2.11.18 → 2.12.14 1 hop, 7 restarts",
        "rehearsed as if mended",
        "times are the catalog's",
        "of 10 rehearsals half took less than",
        "no promise broken at",
        "the policy allows 1",
    ] {
        assert!(all.contains(words), "{words}: {}", said.all());
    }
    let again = user.says("rehearse -f shop.yaml --to 2.12 --runs 10");
    assert_eq!(said.out, again.out, "the same seed is the same play");
}

#[test]
fn what_fails_stands_still_until_somebody_comes() {
    let user = shop();
    let said = user.says(
        "rehearse -f shop.yaml --to 2.12 --fail zone-cp-east-1:start --attended never --runs 1",
    );
    assert_eq!(said.code, 4, "{}", said.all());
    assert!(flat(&said).contains("ends stands still:"), "{}", said.all());
    let said = user.says("rehearse -f shop.yaml --to 2.12 --fail zone-cp-east-1:start --runs 1");
    assert_eq!(said.code, 0, "{}", said.all());
    let said = user.says("rehearse -f shop.yaml --to 2.12 --fail zone-cp-eats-1:start");
    assert_eq!(said.code, 2, "{}", said.all());
    assert!(
        flat(&said).contains("did you mean zone-cp-east-1?"),
        "{}",
        said.all()
    );
}

#[test]
fn killed_in_rough_weather_no_seed_breaks_a_promise_and_one_is_played_again() {
    let user = shop();
    let said = user.says("rehearse -f shop.yaml --to 2.12 --weather rough --kill --runs 12");
    assert!(!said.out.contains("found"), "{}", said.all());
    assert!(flat(&said).contains("no promise broken"), "{}", said.all());
    let one =
        user.says("rehearse -f shop.yaml --to 2.12 --weather rough --replay 7:40:90 --events");
    let other =
        user.says("rehearse -f shop.yaml --to 2.12 --weather rough --replay 7:40:90 --events");
    assert!(one.out.contains("carrier 2 carries it"), "{}", one.all());
    assert_eq!(one.out, other.out);
}

#[test]
fn paces_lie_side_by_side() {
    let user = shop();
    let said = user.says("rehearse -f shop.yaml --to 2.12 --runs 4 --pace 1 --pace 3,fixed");
    assert_eq!(said.code, 0, "{}", said.all());
    let all = flat(&said);
    assert!(all.contains("paces 1 double sliding:"), "{}", said.all());
    assert!(all.contains("3 fixed sliding:"), "{}", said.all());
}

#[test]
fn it_is_a_picture_and_data_too() {
    let user = shop();
    let said = user.says("rehearse -f shop.yaml --to 2.12 --runs 3 -o svg");
    assert!(said.out.starts_with("<svg"), "{}", said.all());
    assert!(said.out.contains("data-plane-east-3"));
    let said = user.says("rehearse -f shop.yaml --to 2.12 --runs 3 -o json");
    let data: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
    assert_eq!(data["kind"], "Rehearsal");
    assert_eq!(data["end"], "finished");
    assert_eq!(data["spread"]["runs"], 3);
    let moves = data["moves"].as_array().map(Vec::len);
    assert!(moves.is_some_and(|moves| moves >= 7), "{}", said.out);
}

#[test]
fn a_wrong_story_is_told_by_line_with_the_nearest_word() {
    let user = User::new();
    user.file(
        "story.yaml",
        "apiVersion: windlass.dev/v1\nkind: Story\nsystem: kuma\ncluster: shop\nmembers:\n  - {component: global-cp, version: 2.11.18, count: 2}\nto: 2.12\nthen:\n  - {at: 10s, say: paus}\n  - {fail: global-cp-3, on: start}\n  - {at: 5s, down: global-cp-1}\n  - {at: 5s}\n  - {slow: global-cp-1, times: 1000000000}\n  - {fail: global-cp-2, on: start, move: 0}\n  - {at: 9s, say: skip global-cp-7}\n  - {at: 9s, say: pace 2 slidng}\n",
    );
    let said = user.says("rehearse story.yaml");
    assert_eq!(said.code, 2, "{}", said.all());
    let all = flat(&said);
    for words in [
        "story.yaml:9",
        "did you mean `pause`?",
        "story.yaml:10",
        "no member of this file has the id `global-cp-3`",
        "story.yaml:11",
        "story.yaml:12",
        "nothing happens in this entry",
        "`1000000000` is no number of times",
        "`0` is no count of moves",
        "no member of this file has the id `global-cp-7`",
        "`slidng` is no cap, no ramp and no mode",
    ] {
        assert!(all.contains(words), "{words}: {}", said.all());
    }
}

#[test]
fn a_story_with_its_output_is_held_to_it() {
    let user = User::new();
    let story = include_str!("../../../../scenarios/rehearse/pause.txt");
    user.file("pause.txt", story);
    // With more said of how it is played, it is played so, and not compared.
    let paces = user.says("rehearse pause.txt --pace 1 --pace 2 --runs 5");
    assert!(paces.out.contains("1 double sliding"), "{}", paces.all());
    let said = user.says("rehearse pause.txt");
    assert_eq!(said.code, 0, "{}", said.all());
    assert!(flat(&said).contains("told as it is written"));
    user.file(
        "other.txt",
        &story.replace("ends      finished", "ends      cancelled"),
    );
    let said = user.says("rehearse other.txt");
    assert_eq!(said.code, 1, "{}", said.all());
    assert!(flat(&said).contains("told otherwise"), "{}", said.all());
}

#[test]
fn a_run_that_was_becomes_a_story() {
    let user = User::new();
    let said = user.says("demo --speed 500");
    assert_eq!(said.code, 0, "{}", said.all());
    let store = user.home().join(".local/state/windlass/demo/windlass.db");
    assert!(store.exists(), "{}", said.all());
    let written = user.says(&format!(
        "rehearse --from-run 1 --store {}",
        store.display()
    ));
    assert_eq!(written.code, 0, "{}", written.all());
    user.file("was.yaml", &written.out);
    let said = user.says("rehearse was.yaml");
    assert_eq!(said.code, 0, "{}\n{}", written.out, said.all());
    assert!(flat(&said).contains("ends finished"), "{}", said.all());
    // It goes the way that it went.
    assert!(written.out.contains("via: [\"4.0\"]"), "{}", written.out);
    assert!(
        flat(&said).contains("2 hops, 12 restarts"),
        "{}",
        said.all()
    );
    let there = user.says(&format!(
        "rehearse false-kafka --to 4.1 --store {}",
        store.display()
    ));
    assert_eq!(there.code, 0, "{}", there.all());
    let all = flat(&there);
    assert!(
        all.contains("nothing to rehearse: false-kafka is at 4.1.2 already"),
        "{all}"
    );
}

#[test]
fn every_command_of_the_page_runs() {
    let page = include_str!("../../../../docs/scenarios.md");
    let user = User::new();
    let ran = user.types(page, |words| {
        let said = user.says(words);
        assert_eq!(said.code, 0, "{words}: {}", said.all());
    });
    assert!(ran >= 5, "only {ran}");
}
