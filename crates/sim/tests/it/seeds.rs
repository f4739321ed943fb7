//! Stories drawn from seeds.

use windlass_sim::play::play;
use windlass_sim::seed::draw;

#[test]
fn no_seed_breaks_a_promise() {
    let mut bad = Vec::new();
    for seed in 1..=60 {
        let drawn = draw(seed).unwrap();
        let came = play(&drawn.story, &drawn.deaths);
        if let Some(first) = came.violations.first() {
            bad.push(format!("seed {seed}: {first}"));
        }
    }
    assert!(bad.is_empty(), "\n{}", bad.join("\n"));
}
