//! Stories written by hand: each is played with a death at every instant, and ends the same.
//!
//! Must never know: how they are played. Stories: `tests/it/crash.rs`; the figure `crash-instants`.

use crate::clock::FIRST_WALL_US;
use crate::cluster::{
    CORE, EDGE, action, alike, catalog, edge_follows, group, members, pace, rule, story, with_room,
};
use crate::instant::LEASE_MS;
use crate::play::{Outcome, play};
use crate::store::Fault;
use crate::story::{Boots, Fate, Happening, Length, Remedy, Story, Weather, Word};
use std::collections::{BTreeMap, BTreeSet};
use windlass_engine::calendar::zone::Zone;
use windlass_engine::calendar::{Stretch, When};
use windlass_engine::catalog::{Path, Repeat, Skew};
use windlass_engine::policy::{Finalize, Mode, Ramp};
use windlass_engine::run::event::Approval;
use windlass_engine::time::Ms;
use windlass_engine::version::{Range, VersionError};

/// A story that could not be written: none of these.
type Written = Result<Story, VersionError>;

/// All of them.
///
/// # Errors
/// None: what stands in them are versions.
pub fn all() -> Result<Vec<Story>, VersionError> {
    let scenes: [fn() -> Written; 26] = [
        straight,
        two_components,
        paused,
        cancelled,
        stopped,
        cannot_start,
        does_not_stay,
        does_not_stop,
        windowed,
        half_rolled,
        raised,
        once,
        someone_else,
        failing_store,
        frozen,
        by_batches,
        one_is_down,
        unwell_in_a_soak,
        left_out,
        two_hops_raised,
        begun_early,
        against_the_order,
        restarted_early,
        slow_ways,
        no_leap,
        no_room,
    ];
    scenes.iter().map(|scene| scene()).collect()
}

/// Those that last too long to be played at every instant.
///
/// # Errors
/// As [`all`].
pub fn long() -> Result<Vec<Story>, VersionError> {
    Ok(vec![clock_leaps()?])
}

/// Whether a scene is short enough to be played at every instant.
#[must_use]
pub fn is_tried_everywhere(story: &Story) -> bool {
    story.name != "clock leaps"
}

/// So many of them, those with the fewest instants, each with how it goes undisturbed.
///
/// # Errors
/// As [`all`].
pub fn smallest(count: usize) -> Result<Vec<(Outcome, Story)>, VersionError> {
    let played = |story: Story| (play(&story, &[]), story);
    let mut scenes: Vec<_> = all()?.into_iter().map(played).collect();
    scenes.sort_by_key(|(whole, _)| whole.instants);
    scenes.truncate(count);
    Ok(scenes)
}

/// How long a carrier stands still: for less than a lease lasts, just past it, long past it, and until after
/// the end of every short scene.
pub const FREEZES_MS: [u64; 4] = [LEASE_MS / 2, LEASE_MS + 500, 6 * LEASE_MS, 360 * LEASE_MS];

/// What is wrong with a scene in which a carrier stood still. Where something happens by itself at a time, it
/// meets a run that is elsewhere by then: such a scene may end otherwise, and is held to every promise.
#[must_use]
pub fn wrong_when_frozen(story: &Story, whole: &Outcome, came: &Outcome) -> Option<String> {
    if story.happenings.is_empty() {
        return came.wrong_beside(whole);
    }
    came.violations.first().map(ToString::to_string)
}

/// How a scene ends, whatever befalls its carriers, by the stable word of its phase.
#[must_use]
pub fn end_of(name: &str) -> &'static str {
    match name {
        "cancelled" => "cancelled",
        "stopped" => "stopped",
        "left out" => "finished-without",
        _ => "finished",
    }
}

/// A word may come so many milliseconds before or after something begins: a commit takes one.
const AROUND_MS: [i64; 7] = [-4, -2, -1, 0, 1, 2, 4];

/// Moments at which a human's word meets what begins; none where humans have words of their own.
#[must_use]
pub fn moments(story: &Story, whole: &Outcome) -> Vec<u64> {
    if !story.words.is_empty() {
        return Vec::new();
    }
    let begun = whole.begun.iter();
    let around = |at: &u64| AROUND_MS.map(|by| at.saturating_add_signed(by));
    let all: BTreeSet<u64> = begun.flat_map(around).collect();
    all.into_iter().collect()
}

/// Three members over two hops.
fn straight() -> Written {
    story("straight", catalog(3, &[CORE])?, members(1, 3, CORE, 0)?, 2)
}

/// The edge never newer than the core, the core never two lines ahead; budgets on both.
fn two_components() -> Written {
    let mut facts = catalog(3, &[CORE, EDGE])?;
    facts.skew.extend(edge_follows());
    let mut cast = members(1, 3, CORE, 0)?;
    cast.extend(members(4, 3, EDGE, 0)?);
    let mut story = story("two components", facts, cast, 2)?;
    story.groups = vec![group(&[1, 2, 3], 2), group(&[4, 5, 6], 1)];
    Ok(story)
}

/// Paused in mid roll, and continued.
fn paused() -> Written {
    let mut story = alike("paused", 4)?;
    story.words = vec![(2_500, Word::Pause), (12_000, Word::Continue)];
    story.boots = Boots::Anew;
    Ok(story)
}

/// Asked for a human's word, then cancelled before it was given.
fn cancelled() -> Written {
    let mut story = alike("cancelled", 3)?;
    story.words = vec![(1_900, Word::Pause), (9_000, Word::Cancel)];
    Ok(story)
}

/// Stopped before anything began.
fn stopped() -> Written {
    let mut story = alike("stopped", 3)?;
    story.approval = Approval::Asked;
    story.words = vec![(100, Word::Stop)];
    Ok(story)
}

/// A member cannot be started the first time.
fn cannot_start() -> Written {
    let mut story = alike("cannot start", 3)?;
    story.fates = BTreeMap::from([(("2".into(), 1), Fate::CannotStart)]);
    Ok(story)
}

/// A member ends a moment after each of its first two starts.
fn does_not_stay() -> Written {
    let mut story = alike("does not stay", 3)?;
    let fate = |touch| (("1".into(), touch), Fate::DoesNotStay);
    story.fates = BTreeMap::from([fate(1), fate(2)]);
    Ok(story)
}

/// A member does not end for a gentle word, and is killed by a human's.
fn does_not_stop() -> Written {
    let mut story = alike("does not stop", 3)?;
    story.fates = BTreeMap::from([(("3".into(), 1), Fate::DoesNotStop)]);
    story.remedy = Remedy::Retry;
    Ok(story)
}

/// A window that closes in mid roll, and another.
fn windowed() -> Written {
    let mut story = alike("windowed", 4)?;
    story.policy.hours.windows = vec![window(5, 12), window(40, 100_000)];
    Ok(story)
}

/// A window between two seconds after the play began.
#[must_use]
pub fn window(from: i64, to: i64) -> Stretch {
    let first = FIRST_WALL_US / 1_000_000;
    Stretch {
        name: format!("from {from} s"),
        when: When::Once {
            from: first + from,
            to: first + to,
            zone: Zone::utc(),
        },
    }
}

/// Two of four stand a line ahead already.
fn half_rolled() -> Written {
    let mut cast = members(1, 2, CORE, 1)?;
    cast.extend(members(3, 2, CORE, 0)?);
    story("half rolled", catalog(3, &[CORE])?, cast, 2)
}

/// The level is raised at the end.
fn raised() -> Written {
    let mut story = alike("raised", 3)?;
    story.policy.finalize = Finalize::Soon;
    story.policy.pace = pace(Ramp::Fixed, 2);
    story.groups = vec![group(&[1, 2, 3], 2)];
    Ok(story)
}

/// Something that cannot be repeated is done after the last member; who saw it done confirms it.
fn once() -> Written {
    let mut facts = catalog(2, &[CORE])?;
    facts.actions.push(action(CORE, Repeat::Once));
    story("once", facts, members(1, 2, CORE, 0)?, 1)
}

/// Somebody else restarts a member that waits.
fn someone_else() -> Written {
    let mut story = alike("someone else", 4)?;
    story.policy.pace = pace(Ramp::Fixed, 1);
    story.happenings = vec![
        (2_000, Happening::Restarted("4".into())),
        (2_500, Happening::WallJumps(3_600_000)),
        (5_000, Happening::Flaps("1".into(), 1_500)),
        (6_000, Happening::WallJumps(-7_200_000)),
    ];
    story.policy.soak = Ms(0);
    Ok(story)
}

/// The store fails in each of its ways.
fn failing_store() -> Written {
    let mut story = alike("failing store", 3)?;
    story.faults = BTreeMap::from([
        (12, Fault::Full),
        (17, Fault::Written),
        (25, Fault::Lost),
        (30, Fault::Slow(4_000)),
        (41, Fault::Written),
        (55, Fault::Lost),
    ]);
    Ok(story)
}

/// A freeze within the only window, after a human said to begin before it.
fn frozen() -> Written {
    let mut story = alike("frozen", 4)?;
    story.policy.hours.windows = vec![window(20, 100_000)];
    story.policy.hours.freezes = vec![window(6, 30)];
    story.words = vec![(2_000, Word::Begin), (9_000, Word::Begin)];
    Ok(story)
}

/// Batches of one, two and four, each waiting for the one before; slow members among them.
fn by_batches() -> Written {
    let mut story = alike("by batches", 8)?;
    story.policy.pace = pace(Ramp::Double, 4);
    story.policy.pace.mode = Mode::Barrier;
    story.policy.soak = Ms(0);
    story.fates = BTreeMap::from([
        (("3".into(), 1), Fate::Slow(5)),
        (("6".into(), 1), Fate::Slow(4)),
    ]);
    Ok(story)
}

/// A member is down for half a minute by itself: it counts, and its group bears one.
fn one_is_down() -> Written {
    let mut story = alike("one is down", 10)?;
    story.policy.pace = pace(Ramp::Fixed, 2);
    story.policy.soak = Ms(0);
    story.lengths.well = Length {
        median_ms: 8_000,
        spread: 40,
    };
    story.groups = vec![group(&[1, 2, 3], 2), group(&[4, 5, 6], 2)];
    // A plan is made of what is seen: by then there is one, whoever died before.
    story.happenings = vec![(15_000, Happening::Flaps("4".into(), 24_000))];
    Ok(story)
}

/// Members flap while healthy time is waited for: it begins anew each time.
fn unwell_in_a_soak() -> Written {
    let mut story = story(
        "unwell in a soak",
        catalog(3, &[CORE, EDGE])?,
        [members(1, 2, CORE, 0)?, members(3, 2, EDGE, 0)?].concat(),
        1,
    )?;
    story.policy.soak = Ms(6_000);
    let flaps = |at, id: &str| (at, Happening::Flaps(id.into(), 2_500));
    let lags = |at, id: &str| (at, Happening::Lags(id.into(), 2_500));
    story.happenings = vec![lags(4_000, "4"), flaps(14_000, "4"), lags(30_000, "1")];
    Ok(story)
}

/// A condition does not hold any more once the first member has begun, and does again much later.
fn no_room() -> Written {
    let mut story = alike("no room", 8)?;
    with_room(&mut story);
    story.policy.soak = Ms(6_000);
    story.policy.pace = pace(Ramp::Fixed, 1);
    story.happenings = vec![(500, Happening::Spoils(40_000))];
    Ok(story)
}

/// A member that cannot be started is left out by a human's word; the rest goes on without it.
fn left_out() -> Written {
    let mut story = alike("left out", 4)?;
    let fate = |touch| (("2".into(), touch), Fate::CannotStart);
    story.fates = (1..20).map(fate).collect();
    story.remedy = Remedy::RetryThenSkip;
    story.policy.soak = Ms(0);
    Ok(story)
}

/// Two components over two hops, half-rolled, with rules between them; an action and a level at the end.
fn two_hops_raised() -> Written {
    let mut facts = catalog(3, &[CORE, EDGE])?;
    facts.skew.extend(edge_follows());
    facts
        .skew
        .push(rule("core-side-by-side", CORE, CORE, Skew::Lines(-1, 1)));
    facts.actions.push(action(CORE, Repeat::Harmless));
    let cast = [
        members(1, 1, CORE, 1)?,
        members(2, 2, CORE, 0)?,
        members(4, 2, EDGE, 0)?,
    ];
    let mut story = story("two hops raised", facts, cast.concat(), 2)?;
    story.policy.finalize = Finalize::Soon;
    story.policy.pace = pace(Ramp::Fixed, 2);
    story.policy.soak = Ms(500);
    Ok(story)
}

/// Begun before its window by a human's word, paused and continued: from then on the window counts.
fn begun_early() -> Written {
    let mut story = alike("begun early", 4)?;
    story.policy.soak = Ms(0);
    story.policy.hours.windows = vec![window(25, 100_000)];
    story.words = vec![
        (1_500, Word::Begin),
        (2_600, Word::Pause),
        (8_000, Word::Continue),
    ];
    Ok(story)
}

/// While it is paused the wall clock leaps beyond the deadline of the pause, and back.
fn clock_leaps() -> Written {
    const LEAP_MS: i64 = 16 * 24 * 3_600_000;
    let mut story = alike("clock leaps", 3)?;
    story.policy.soak = Ms(0);
    story.words = vec![(2_000, Word::Pause), (4_000_000, Word::Continue)];
    story.happenings = vec![
        (60_000, Happening::WallJumps(LEAP_MS)),
        (3_000_000, Happening::WallJumps(-LEAP_MS)),
    ];
    Ok(story)
}

/// The catalog names first what a rule lets move only last.
fn against_the_order() -> Written {
    let mut facts = catalog(3, &[EDGE, CORE])?;
    facts.skew.extend(edge_follows());
    let cast = [
        members(1, 1, CORE, 1)?,
        members(2, 2, CORE, 0)?,
        members(4, 2, EDGE, 0)?,
    ];
    story("against the order", facts, cast.concat(), 2)
}

/// Somebody else restarts a member early in a long roll.
fn restarted_early() -> Written {
    let mut story = alike("restarted early", 12)?;
    story.policy.pace = pace(Ramp::Fixed, 1);
    story.policy.soak = Ms(0);
    story.lengths.well = Length {
        median_ms: 1_200,
        spread: 40,
    };
    story.happenings = vec![(3_000, Happening::Restarted("9".into()))];
    Ok(story)
}

/// Each second message takes its time, so that they arrive in another order than they left in.
fn slow_ways() -> Written {
    let mut story = alike("slow ways", 3)?;
    story.policy.pace = pace(Ramp::Fixed, 2);
    story.policy.soak = Ms(0);
    story.weather = Weather {
        late: 500,
        late_most_ms: 900,
        doubled: 100,
        clears_ms: 60_000,
        ..Weather::default()
    };
    Ok(story)
}

/// A path leads over two lines at once, but members so far apart may not stand side by side.
fn no_leap() -> Written {
    let mut facts = catalog(3, &[CORE])?;
    let range = |line: &str| Range::parse(line);
    let leap = Path::of(range("1.0")?, range("1.2")?, "a false maker".into());
    facts.paths.push(leap);
    facts
        .skew
        .push(rule("core-side-by-side", CORE, CORE, Skew::Lines(-1, 1)));
    let mut story = story("no leap", facts, members(1, 3, CORE, 0)?, 2)?;
    story.policy.soak = Ms(0);
    Ok(story)
}
