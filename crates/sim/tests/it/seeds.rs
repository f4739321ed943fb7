//! Stories drawn from seeds.

use std::collections::BTreeSet;
use windlass_sim::abreast::each;
use windlass_sim::play::play;
use windlass_sim::seed::draw;

#[test]
fn no_seed_of_ten_thousand_breaks_a_promise() {
    let all = each(10_000, |number| {
        let drawn = draw(number + 1).unwrap();
        let came = play(&drawn.story, &drawn.deaths);
        let first = came.violations.first();
        first.map(|first| format!("seed {}: {first}", number + 1))
    });
    let bad: Vec<String> = all.into_iter().flatten().collect();
    assert!(bad.is_empty(), "{}:\n{}", bad.len(), bad.join("\n"));
}

#[test]
fn the_same_seed_is_the_same_play_to_the_byte() {
    for seed in 100..120 {
        let drawn = draw(seed).unwrap();
        let (one, other) = (
            play(&drawn.story, &drawn.deaths),
            play(&drawn.story, &drawn.deaths),
        );
        assert!(!one.journal.is_empty());
        assert_eq!(one, other, "seed {seed}");
    }
    let (one, other) = (draw(100).unwrap(), draw(101).unwrap());
    assert_ne!(
        play(&one.story, &[]).journal,
        play(&other.story, &[]).journal
    );
}

#[test]
fn a_seed_draws_what_it_promises() {
    let (mut members, mut several) = (0, BTreeSet::new());
    for seed in 0..1_000 {
        let story = draw(seed).unwrap();
        let (deaths, story) = (story.deaths.len(), story.story);
        assert!((3..=12).contains(&story.cast.len()));
        let faults = story.fates.len() + story.happenings.len() + story.faults.len() + deaths;
        // Two that are drawn at the same place are one.
        assert!(faults >= 3, "seed {seed}: {faults} faults");
        assert!(!story.words.is_empty());
        members += story.cast.len();
        several.insert(story.carriers.count);
    }
    assert!(members >= 6_000);
    assert_eq!(several, BTreeSet::from([1, 2, 3, 4, 5]));
}
