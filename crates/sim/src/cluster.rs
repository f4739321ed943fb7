//! The makings of a story: a small catalog, members, lengths that are short enough for many plays.
//!
//! Must never know: what happens in the story. Stories: `scenes`, `seed`.

use crate::fleet::IDENTITY;
use crate::story::{Boots, Carriers, Group, Length, Lengths, Remedy, Story, Weather};
use std::collections::BTreeMap;
use std::sync::Arc;
use windlass_engine::catalog::{
    ActionFacts, Binds, Catalog, Check, ComponentFacts, LevelFacts, Line, Must, Path, Raising,
    Release, Repeat, Severity, Skew, SkewRule, Turn, Within,
};
use windlass_engine::names::{Component, MemberId};
use windlass_engine::plan::Goal;
use windlass_engine::policy::{Cap, Finalize, Mode, Pace, Policy, Ramp};
use windlass_engine::run::event::Approval;
use windlass_engine::snapshot::{Fact, Member};
use windlass_engine::time::Ms;
use windlass_engine::version::{Range, Version, VersionError};

/// The kind of thing.
pub const SYSTEM: &str = "false";
/// What is moved first in each hop.
pub const CORE: &str = "core";
/// What is moved after it.
pub const EDGE: &str = "edge";
/// The name of the only cluster.
const CLUSTER: &str = "false";
/// A level of the whole cluster.
pub const LEVEL: &str = "format";
/// A fact that must be true before anything begins, where a story asks for it.
pub const ROOM: &str = "room";
/// One member takes about so long.
const MEMBER_MS: Ms = Ms(2_000);
/// Whoever attends looks so often whether they are wanted.
const LOOKS_MS: u64 = 2_000;
/// No play takes longer, in false time.
const LIMIT_MS: u64 = 24 * 3_600_000;

/// The release of a line: 0 is `1.0.0`.
///
/// # Errors
/// None: it is a version.
pub fn release(line: u32) -> Result<Version, VersionError> {
    Version::parse(&format!("1.{line}.0"))
}

fn source() -> String {
    "a false maker".into()
}

/// So many lines, each reached from the one before; levels grow with them.
///
/// # Errors
/// None: they are versions.
pub fn catalog(lines: u32, components: &[&str]) -> Result<Catalog, VersionError> {
    let range = |line: u32| Range::parse(&format!("1.{line}"));
    let mut all = Catalog {
        system: SYSTEM.into(),
        as_of: "2026-11-21".into(),
        ..Catalog::default()
    };
    for name in components {
        let name = Component::from(*name);
        let facts = ComponentFacts::of(name, MEMBER_MS, "nobody".into(), source());
        all.components.push(facts);
    }
    for line in 0..lines {
        all.releases.push(Release::of(release(line)?, source()));
        let most = u16::try_from(line + 1).unwrap_or(u16::MAX);
        let levels = BTreeMap::from([(LEVEL.into(), (1, most))]);
        all.lines
            .push(Line::of(release(line)?.line(), levels, source()));
        if line > 0 {
            all.paths
                .push(Path::of(range(line - 1)?, range(line)?, source()));
        }
    }
    let level = LevelFacts::of(LEVEL.into(), Raising::OnFinalize, source());
    all.levels.push(level);
    Ok(all)
}

/// A rule between two components.
#[must_use]
pub fn rule(id: &str, of: &str, from: &str, allow: Skew) -> SkewRule {
    SkewRule {
        id: id.into(),
        of: of.into(),
        from: from.into(),
        within: Within::Cluster,
        allow,
        why: "they would not understand each other".into(),
        source: source(),
    }
}

/// The edge never newer than the core, the core never two lines ahead.
#[must_use]
pub fn edge_follows() -> [SkewRule; 2] {
    [
        rule("edge-not-newer", EDGE, CORE, Skew::NotNewer),
        rule("core-one-ahead", CORE, EDGE, Skew::Lines(0, 1)),
    ]
}

/// A story of so many alike that go one line up, in which nothing goes wrong.
///
/// # Errors
/// None: they are versions.
pub fn alike(name: &str, count: u32) -> Result<Story, VersionError> {
    story(name, catalog(2, &[CORE])?, members(1, count, CORE, 0)?, 1)
}

/// A condition of the maker, which holds.
pub fn with_room(story: &mut Story) {
    let check = Check {
        id: ROOM.into(),
        title: "there is room".into(),
        fact: ROOM.into(),
        must: Must::BeTrue,
        severity: Severity::Fail,
        binds: Binds::Now,
        from: None,
        to: None,
        when: None,
        mend: "make room".into(),
        source: source(),
    };
    let catalog = Arc::make_mut(&mut story.catalog);
    catalog.checks.push(check);
    story.facts.insert(ROOM.into(), Fact::Truth(true));
}

/// An action after a component's members.
#[must_use]
pub fn action(after: &str, repeat: Repeat) -> ActionFacts {
    ActionFacts {
        name: "rebalance".into(),
        after: after.into(),
        turn: Turn::After,
        from: None,
        to: None,
        by_hand: None,
        what: "work is spread again".into(),
        repeat,
        source: source(),
    }
}

/// So many members of a component at a line, numbered from a first id.
///
/// # Errors
/// None: it is a version.
pub fn members(
    first: u32,
    count: u32,
    component: &str,
    line: u32,
) -> Result<Vec<Member>, VersionError> {
    let runs = release(line)?;
    let one = |id: u32| Member {
        components: BTreeMap::from([(component.into(), runs.clone())]),
        ..Member::named(id.to_string().into(), format!("{component} {id}"))
    };
    Ok((first..first + count).map(one).collect())
}

/// Members by number of which so many must stay up.
#[must_use]
pub fn group(members: &[u32], need: u32) -> Group {
    let ids = members.iter().map(|id| MemberId::from(id.to_string()));
    Group {
        members: ids.collect(),
        need,
        reason: format!("{need} of these must stay up"),
    }
}

/// A pace that slides.
#[must_use]
pub fn pace(ramp: Ramp, most: u32) -> Pace {
    Pace {
        ramp,
        cap: Cap::Members(most),
        mode: Mode::Sliding,
    }
}

/// A story in which nothing goes wrong: these members, to this line.
///
/// # Errors
/// None: they are versions.
pub fn story(
    name: &str,
    catalog: Catalog,
    cast: Vec<Member>,
    to: u32,
) -> Result<Story, VersionError> {
    let length = |median_ms| Length {
        median_ms,
        spread: 40,
    };
    Ok(Story {
        name: name.into(),
        cluster: CLUSTER.into(),
        identity: IDENTITY.into(),
        seed: 1,
        catalog: Arc::new(catalog),
        policy: Policy {
            pace: pace(Ramp::Double, 2),
            soak: Ms(1_000),
            finalize: Finalize::Never,
            patience: Ms::seconds(10),
            ..Policy::default()
        },
        goal: Goal::Version(release(to)?),
        approval: Approval::InAdvance,
        cast,
        facts: BTreeMap::new(),
        groups: Vec::new(),
        levels: BTreeMap::from([(LEVEL.into(), 1)]),
        lengths: Lengths {
            stop: length(200),
            start: length(300),
            well: length(400),
        },
        own_lengths: BTreeMap::new(),
        fates: BTreeMap::new(),
        happenings: Vec::new(),
        weather: Weather::default(),
        faults: BTreeMap::new(),
        posts: BTreeMap::new(),
        words: Vec::new(),
        remedy: Remedy::Retry,
        attends_ms: LOOKS_MS,
        stands_ms: LIMIT_MS,
        relief_ms: (500, 3_000),
        carriers: Carriers::default(),
        boots: Boots::Same,
        begins: None,
        limit_ms: LIMIT_MS,
    })
}
