//! A story drawn from a seed: members, hops, pace, budgets, weather, faults, deaths, a human's words.
//!
//! Must never know: how it is played. Stories: `tests/it/seeds.rs`; the figures `seeds`, `determinism`.

mod carriers;

use crate::cluster::{
    CORE, EDGE, action, catalog, edge_follows, members, pace, rule, story, with_room,
};
use crate::dice::Dice;
use crate::scenes::window;
use crate::store::Fault;
use crate::story::{Boots, Fate, Group, Happening, Remedy, Story, Weather, Word};
use windlass_engine::catalog::{Repeat, Skew};
use windlass_engine::names::MemberId;
use windlass_engine::policy::{Finalize, Mode, Ramp};
use windlass_engine::run::event::Approval;
use windlass_engine::time::Ms;
use windlass_engine::version::VersionError;

/// Fewest and most members of a drawn cluster.
const MEMBERS: (u64, u64) = (3, 12);
/// Faults happen within so long: most runs last that long.
const TROUBLED_MS: u64 = 25_000;
/// Bad weather lasts so long at most.
const BAD_WEATHER_MS: u64 = 40_000;
/// Carriers die within so many instants.
const DEADLY_INSTANTS: u64 = 500;
/// Store calls that fail are among so many.
const FAILING_CALLS: u64 = 150;
/// And words that it fails to take among so many.
const FAILING_WORDS: u64 = 3;

/// A drawn story, and the instants at which its carriers die.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// The story.
    pub story: Story,
    /// The deaths.
    pub deaths: Vec<u64>,
}

/// Draws the story of a seed.
///
/// # Errors
/// None: what stands in it are versions.
pub fn draw(seed: u64) -> Result<Drawn, VersionError> {
    let mut dice = Dice::apart(seed, &[0x7374_6f72]);
    let mut story = cast(seed, &mut dice)?;
    will(&mut story, &mut dice);
    trouble(&mut story, &mut dice);
    besides(&mut story, Dice::apart(seed, &[0x6265_7369]));
    words(&mut story, &mut dice);
    story.carriers = carriers::draw(seed);
    let deaths = (0..dice.between(1, 3)).map(|_| dice.between(1, DEADLY_INSTANTS));
    Ok(Drawn {
        deaths: deaths.collect(),
        story,
    })
}

pub(crate) fn small(dice: &mut Dice, low: u64, high: u64) -> u32 {
    u32::try_from(dice.between(low, high)).unwrap_or(1)
}

/// Who there is, and where they are to go: at least two hops.
fn cast(seed: u64, dice: &mut Dice) -> Result<Story, VersionError> {
    let count = small(dice, MEMBERS.0, MEMBERS.1);
    let hops = small(dice, 2, 3);
    let both = count >= 4 && dice.happens(500);
    let components: &[&str] = if both { &[CORE, EDGE] } else { &[CORE] };
    let mut facts = catalog(hops + 1, components)?;
    let mut all = Vec::new();
    let core = if both {
        small(dice, 1, u64::from(count) - 1)
    } else {
        count
    };
    all.extend(members(1, core, CORE, 0)?);
    all.extend(members(1 + core, count - core, EDGE, 0)?);
    if both {
        facts.skew.extend(edge_follows());
    }
    if dice.happens(700) {
        facts
            .skew
            .push(rule("core-side-by-side", CORE, CORE, Skew::Lines(-1, 1)));
    }
    if dice.happens(250) {
        let repeat = if dice.happens(500) {
            Repeat::Once
        } else {
            Repeat::Harmless
        };
        facts.actions.push(action(CORE, repeat));
    }
    // Half-rolled: some of the core stand a line ahead already.
    if dice.happens(250) && core > 1 {
        let ahead = crate::cluster::release(1)?;
        let some = dice.between(1, u64::from(core) - 1);
        let some = usize::try_from(some).unwrap_or(1);
        all.iter_mut()
            .take(some)
            .flat_map(|one| one.components.values_mut())
            .for_each(|runs| *runs = ahead.clone());
    }
    let mut story = story(&format!("seed {seed}"), facts, all, hops)?;
    story.seed = seed;
    Ok(story)
}

/// Pace, budgets, hours.
pub(crate) fn will(story: &mut Story, dice: &mut Dice) {
    let ramp = if dice.happens(600) {
        Ramp::Double
    } else {
        Ramp::Fixed
    };
    story.policy.pace = pace(ramp, small(dice, 1, 4));
    if dice.happens(200) {
        story.policy.pace.mode = Mode::Barrier;
    }
    story.policy.soak = Ms(if dice.happens(400) {
        dice.between(500, 3_000)
    } else {
        0
    });
    if dice.happens(250) {
        story.policy.finalize = Finalize::Soon;
    }
    if dice.happens(300) {
        story.approval = Approval::Asked;
    }
    if dice.happens(250) {
        let (opens, long) = (dice.between(0, 10), dice.between(4, 15));
        let at = |seconds: u64| i64::try_from(seconds).unwrap_or(0);
        let again = opens + long + dice.between(5, 60);
        story.policy.hours.windows = vec![
            window(at(opens), at(opens + long)),
            window(at(again), at(again + 1_000_000)),
        ];
    }
    let ids: Vec<MemberId> = story.cast.iter().map(|cast| cast.id.clone()).collect();
    for _ in 0..dice.between(0, 3) {
        let some = ids.iter().filter(|_| dice.happens(500)).cloned();
        let members: std::collections::BTreeSet<MemberId> = some.collect();
        if members.len() < 2 {
            continue;
        }
        let need = small(dice, 1, members.len() as u64 - 1);
        let reason = format!("{need} of these must stay up");
        story.groups.push(Group {
            members,
            need,
            reason,
        });
    }
}

/// At least three faults: fates of deeds, happenings, failing calls; deaths come besides.
pub(crate) fn trouble(story: &mut Story, dice: &mut Dice) {
    let ids: Vec<MemberId> = story.cast.iter().map(|cast| cast.id.clone()).collect();
    let mut left = dice.between(3, 6);
    while left > 0 {
        let Some(id) = dice.one(&ids).cloned() else {
            break;
        };
        let at = dice.between(500, TROUBLED_MS);
        match dice.below(8) {
            0 | 1 => {
                let touch = small(dice, 1, 2);
                let fate = match dice.below(5) {
                    0 => Fate::CannotStart,
                    1 => Fate::DoesNotStay,
                    2 => Fate::DoesNotStop,
                    3 => Fate::Slow(60),
                    _ => Fate::Slow(dice.between(2, 8)),
                };
                story.fates.insert((id, touch), fate);
            }
            2 if dice.happens(300) => {
                let length = dice.between(500, 8_000);
                story.happenings.push((at, Happening::Lags(id, length)));
            }
            2 => story.happenings.push((at, Happening::Restarted(id))),
            3 | 4 => {
                let length = dice.between(200, 6_000);
                story.happenings.push((at, Happening::Flaps(id, length)));
            }
            5 => {
                let by = i64::try_from(dice.between(1_000, 600_000)).unwrap_or(0);
                let by = if dice.happens(500) { by } else { -by };
                story.happenings.push((at, Happening::WallJumps(by)));
            }
            _ => {
                let fault = fault(dice);
                story.faults.insert(dice.between(1, FAILING_CALLS), fault);
            }
        }
        left -= 1;
    }
    if dice.happens(500) {
        let mut rate = || dice.below(30);
        story.weather = Weather {
            lost: rate(),
            late: rate(),
            doubled: rate(),
            stale: 0,
            late_most_ms: 0,
            clears_ms: 0,
        };
        story.weather.late_most_ms = dice.between(100, 3_000);
        story.weather.clears_ms = dice.between(5_000, BAD_WEATHER_MS);
    }
    story.boots = if dice.happens(300) {
        Boots::Anew
    } else {
        Boots::Same
    };
    story.remedy = match dice.below(10) {
        0 => Remedy::Cancel,
        1..=3 => Remedy::RetryThenSkip,
        _ => Remedy::Retry,
    };
}

/// Besides: members that lie about their release, a journal hurt at rest, looks that are old when they come, words
/// that the store fails to take, a condition that does not hold for a while.
fn besides(story: &mut Story, mut dice: Dice) {
    let ids: Vec<MemberId> = story.cast.iter().map(|cast| cast.id.clone()).collect();
    if dice.happens(200)
        && let Some(id) = dice.one(&ids).cloned()
    {
        let (at, length) = (dice.between(500, TROUBLED_MS), dice.between(200, 8_000));
        story.happenings.push((at, Happening::Lies(id, length)));
    }
    if dice.happens(100) {
        let (at, length) = (dice.between(500, TROUBLED_MS), dice.between(500, 20_000));
        story.happenings.push((at, Happening::Hurt(length)));
    }
    if dice.happens(300) {
        story.weather.stale = dice.below(60);
        story.weather.clears_ms = story
            .weather
            .clears_ms
            .max(dice.between(5_000, BAD_WEATHER_MS));
    }
    if dice.happens(200) {
        with_room(story);
        let (at, length) = (dice.between(0, TROUBLED_MS), dice.between(500, 40_000));
        story.happenings.push((at, Happening::Spoils(length)));
    }
    if dice.happens(200) {
        let fault = fault(&mut dice);
        story.posts.insert(dice.between(1, FAILING_WORDS), fault);
    }
}

fn fault(dice: &mut Dice) -> Fault {
    match dice.below(4) {
        0 => Fault::Full,
        1 => Fault::Lost,
        2 => Fault::Written,
        _ => Fault::Slow(dice.between(10, 4_000)),
    }
}

/// At least one command.
pub(crate) fn words(story: &mut Story, dice: &mut Dice) {
    let at = dice.between(100, TROUBLED_MS / 2);
    let later = at + dice.between(10, 10_000);
    let two = |first, second| vec![(at, first), (later, second)];
    story.words = match dice.below(10) {
        0..=3 => two(Word::Pause, Word::Continue),
        4 => two(Word::Pause, Word::Cancel),
        5 => vec![(at, Word::Stop)],
        6 => vec![(at, Word::Pause)],
        7 => two(Word::Pause, Word::Pause),
        8 => vec![(at, Word::Begin)],
        _ => vec![(at, Word::Pace(pace(Ramp::Double, small(dice, 1, 3))))],
    };
}
