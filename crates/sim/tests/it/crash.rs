//! Scenes by hand, with a death at every instant.

use windlass_engine::run::Phase;
use windlass_sim::abreast::each;
use windlass_sim::again::Again;
use windlass_sim::play::play;
use windlass_sim::scenes;
use windlass_sim::store::{KINDS, UNTAKEN};

#[test]
fn every_scene_ends_as_it_should_without_deaths() {
    let all = scenes::all().unwrap().into_iter();
    for story in all.chain(scenes::long().unwrap()) {
        let came = play(&story, &[]);
        eprintln!(
            "{:<16} {:>5} instants {:>7} ms {:?}",
            story.name, came.instants, came.took_ms, came.end
        );
        assert!(
            came.violations.is_empty(),
            "{}: {:#?}",
            story.name,
            came.violations
        );
        let word = came.end.map(|end| Phase::Ended(end).word());
        assert_eq!(word, Some(scenes::end_of(&story.name)), "{}", story.name);
    }
}

/// Once at each instant, and twice with another death while the next carrier recovers: the figure
/// `crash-instants` tries it with eight.
#[test]
fn a_scene_ends_the_same_wherever_its_carrier_dies() {
    let (mut tried, mut wrong) = (0, Vec::new());
    for story in scenes::all().unwrap() {
        let whole = play(&story, &[]);
        let found = each(whole.instants * 3, |number| {
            let at = number / 3 + 1;
            let deaths = match number % 3 {
                0 => vec![at],
                1 => vec![at, at + 5],
                _ => vec![at, at + 14],
            };
            let why = play(&story, &deaths).wrong_beside(&whole)?;
            Some(format!("{} {why}", Again::of(&story.name).dying(&deaths)))
        });
        tried += found.len();
        wrong.extend(found.into_iter().flatten());
    }
    eprintln!("{tried} deaths");
    assert!(tried >= 30_000, "{tried}");
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

/// A share of the pairs here; the figure `crash-pairs` tries all of the ten smallest scenes.
#[test]
fn a_scene_ends_the_same_wherever_two_of_its_carriers_die() {
    let mut wrong = Vec::new();
    for (whole, story) in scenes::smallest(10).unwrap() {
        for first in (3..=whole.instants).step_by(23) {
            let once = play(&story, &[first]);
            for second in (first + 1..=once.instants).step_by(19) {
                let came = play(&story, &[first, second]);
                let again = Again::of(&story.name).dying(&[first, second]);
                wrong.extend(
                    came.wrong_beside(&whole)
                        .map(|why| format!("{again} {why}")),
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

/// Every eleventh call here; the figure `store-calls` lets each fail in each way.
#[test]
fn a_scene_ends_the_same_whichever_call_of_the_store_fails() {
    let mut wrong = Vec::new();
    for story in scenes::all().unwrap() {
        let whole = play(&story, &[]);
        for (at, call) in (1..=whole.calls).step_by(11).enumerate() {
            let again = Again::of(&story.name).failing(call, KINDS[at % KINDS.len()]);
            let came = again.play().unwrap();
            wrong.extend(
                came.wrong_beside(&whole)
                    .map(|why| format!("{again} {why}")),
            );
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_scene_ends_the_same_whichever_word_the_store_fails_to_take() {
    let (mut wrong, mut words) = (Vec::new(), 0);
    for story in scenes::all().unwrap() {
        let whole = play(&story, &[]);
        words += whole.posts;
        for (word, fault) in (1..=whole.posts).flat_map(|word| UNTAKEN.map(|fault| (word, fault))) {
            let again = Again::of(&story.name).unheard(word, fault);
            let came = again.play().unwrap();
            wrong.extend(
                came.wrong_beside(&whole)
                    .map(|why| format!("{again} {why}")),
            );
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(words > 20, "{words} words are said");
}
