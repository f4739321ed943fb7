//! Stories written by hand: each is played with a death at every instant, and ends the same.
//!
//! Must never know: how they are played. Stories: `tests/it/scenes.rs`; the figure `crash-instants`.

use crate::clock::FIRST_WALL_US;
use crate::cluster::{CORE, EDGE, action, catalog, group, members, pace, rule, story};
use crate::play::{Outcome, play};
use crate::store::Fault;
use crate::story::{Boots, Fate, Happening, Remedy, Story, Word};
use std::collections::BTreeMap;
use windlass_engine::calendar::zone::Zone;
use windlass_engine::calendar::{Stretch, When};
use windlass_engine::catalog::{Repeat, Skew};
use windlass_engine::policy::{Finalize, Ramp};
use windlass_engine::run::event::Approval;
use windlass_engine::time::Ms;
use windlass_engine::version::VersionError;

/// A story that could not be written: none of these.
type Written = Result<Story, VersionError>;

/// All of them.
///
/// # Errors
/// None: what stands in them are versions.
pub fn all() -> Result<Vec<Story>, VersionError> {
    let scenes: [fn() -> Written; 14] = [
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
    ];
    scenes.iter().map(|scene| scene()).collect()
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

/// Three members over two hops.
fn straight() -> Written {
    story("straight", catalog(3, &[CORE])?, members(1, 3, CORE, 0)?, 2)
}

/// The edge never newer than the core, the core never two lines ahead; budgets on both.
fn two_components() -> Written {
    let mut facts = catalog(3, &[CORE, EDGE])?;
    facts
        .skew
        .push(rule("edge-not-newer", EDGE, CORE, Skew::NotNewer));
    facts
        .skew
        .push(rule("core-one-ahead", CORE, EDGE, Skew::Lines(0, 1)));
    let mut cast = members(1, 3, CORE, 0)?;
    cast.extend(members(4, 3, EDGE, 0)?);
    let mut story = story("two components", facts, cast, 2)?;
    story.groups = vec![group(&[1, 2, 3], 2), group(&[4, 5, 6], 1)];
    Ok(story)
}

/// Paused in mid roll, and continued.
fn paused() -> Written {
    let mut story = story("paused", catalog(2, &[CORE])?, members(1, 4, CORE, 0)?, 1)?;
    story.words = vec![(2_500, Word::Pause), (12_000, Word::Continue)];
    story.boots = Boots::Anew;
    Ok(story)
}

/// Asked for a human's word, then cancelled before it was given.
fn cancelled() -> Written {
    let mut story = story(
        "cancelled",
        catalog(2, &[CORE])?,
        members(1, 3, CORE, 0)?,
        1,
    )?;
    story.words = vec![(1_900, Word::Pause), (9_000, Word::Cancel)];
    Ok(story)
}

/// Stopped before anything began.
fn stopped() -> Written {
    let mut story = story("stopped", catalog(2, &[CORE])?, members(1, 3, CORE, 0)?, 1)?;
    story.approval = Approval::Asked;
    story.words = vec![(100, Word::Stop)];
    Ok(story)
}

/// A member cannot be started the first time.
fn cannot_start() -> Written {
    let mut story = story(
        "cannot start",
        catalog(2, &[CORE])?,
        members(1, 3, CORE, 0)?,
        1,
    )?;
    story.fates = BTreeMap::from([(("2".into(), 1), Fate::CannotStart)]);
    Ok(story)
}

/// A member ends a moment after each of its first two starts.
fn does_not_stay() -> Written {
    let mut story = story(
        "does not stay",
        catalog(2, &[CORE])?,
        members(1, 3, CORE, 0)?,
        1,
    )?;
    let fate = |touch| (("1".into(), touch), Fate::DoesNotStay);
    story.fates = BTreeMap::from([fate(1), fate(2)]);
    Ok(story)
}

/// A member does not end for a gentle word, and is killed by a human's.
fn does_not_stop() -> Written {
    let mut story = story(
        "does not stop",
        catalog(2, &[CORE])?,
        members(1, 3, CORE, 0)?,
        1,
    )?;
    story.fates = BTreeMap::from([(("3".into(), 1), Fate::DoesNotStop)]);
    story.remedy = Remedy::Retry;
    Ok(story)
}

/// A window that closes in mid roll, and another.
fn windowed() -> Written {
    let mut story = story("windowed", catalog(2, &[CORE])?, members(1, 4, CORE, 0)?, 1)?;
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
    let mut story = story("raised", catalog(2, &[CORE])?, members(1, 3, CORE, 0)?, 1)?;
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
    let mut story = story(
        "someone else",
        catalog(2, &[CORE])?,
        members(1, 4, CORE, 0)?,
        1,
    )?;
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
    let mut story = story(
        "failing store",
        catalog(2, &[CORE])?,
        members(1, 3, CORE, 0)?,
        1,
    )?;
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
