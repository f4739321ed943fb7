//! Worlds drawn by lot in which all that can bar is met: risks, blocked hops, levels, hops of single
//! components, patches, zones, members that carry several components, and what others move.
//!
//! Must never know: which of them have a way. Tests: one floor up.

use std::collections::BTreeMap;

use windlass_engine::catalog::{
    Blocked, Catalog, ComponentFacts, Edge, LevelFacts, Line, Matching, Moved, Pair, Path, Raising,
    Release, Risk, Skew, SkewRule, Within,
};
use windlass_engine::names::{Component, LevelName, MemberId, RiskName, Track};
use windlass_engine::snapshot::{Level, Member, Snapshot};
use windlass_engine::time::{Ms, Wall};
use windlass_engine::version::{Range, Version};
use windlass_sim::dice::Dice;

use crate::workspace::NotSo;

const LEVELS: [&str; 2] = ["form", "mode"];
const RISKS: [&str; 3] = ["heat", "frost", "rust"];
const ZONES: [&str; 2] = ["east", "west"];

/// What is drawn: a catalog, a cluster, and where it should go.
pub(super) struct Rich {
    pub catalog: Catalog,
    pub snapshot: Snapshot,
    pub goal: Version,
}

/// The world of a seed.
pub(super) fn world(seed: u64) -> Result<Rich, NotSo> {
    let mut lot = Lot(Dice::new(seed.wrapping_mul(0x2545_f491_4f6c_dd1d)));
    let lines = 3 + lot.few(3);
    let parts = 2 + lot.few(2);
    let mut catalog = Catalog {
        system: "rich".into(),
        as_of: "2026-11-20".into(),
        ..Catalog::default()
    };
    for part in 0..parts {
        catalog.components.push(component(part));
    }
    let mut ground = component(parts);
    ground.track = Track::from("ground");
    ground.moved = Moved::Elsewhere;
    catalog.components.push(ground);
    for line in 0..lines {
        for patch in 0..=lot.few(2) {
            let release = Release::of(version(line, patch)?, source());
            catalog.releases.push(release);
        }
    }
    for name in RISKS {
        catalog.risks.push(Risk {
            name: RiskName::from(name),
            message: "it may be so".into(),
            matching: vec![Matching::Promql("up".into())],
            source: source(),
        });
    }
    levels(&mut lot, &mut catalog, lines)?;
    hops(&mut lot, &mut catalog, lines, parts)?;
    rules(&mut lot, &mut catalog, lines, parts)?;
    let goal = catalog.releases[catalog.releases.len() - 1 - lot.few(2)]
        .version
        .clone();
    let snapshot = cluster(&mut lot, &catalog, &goal, parts)?;
    Ok(Rich {
        catalog,
        snapshot,
        goal,
    })
}

fn source() -> String {
    "drawn".into()
}

fn part(index: usize) -> Component {
    Component::from(format!("part-{index}"))
}

fn component(index: usize) -> ComponentFacts {
    ComponentFacts::of(part(index), Ms::seconds(1), "nobody".into(), source())
}

fn version(line: usize, patch: usize) -> Result<Version, NotSo> {
    read(&format!("1.{line}.{patch}"))
}

fn read(text: &str) -> Result<Version, NotSo> {
    Version::parse(text).map_err(|error| NotSo(error.to_string()))
}

fn line(at: usize) -> Result<Range, NotSo> {
    Range::parse(&format!("1.{at}")).map_err(|error| NotSo(error.to_string()))
}

/// The second counts only where the first is raised, and each line bears a little more than the last.
fn levels(lot: &mut Lot, catalog: &mut Catalog, lines: usize) -> Result<(), NotSo> {
    let raising = [Raising::OnFinalize, Raising::OnlyAsked];
    for name in LEVELS {
        let how = raising[lot.few(2)];
        catalog
            .levels
            .push(LevelFacts::of(LevelName::from(name), how, source()));
    }
    if lot.one_in(2) {
        catalog.levels[1].when = Some((LevelName::from(LEVELS[0]), 1));
    }
    if lot.one_in(3) {
        catalog.levels[0].brings = BTreeMap::from([(LevelName::from(LEVELS[1]), 1)]);
    }
    for at in 0..lines {
        let mut levels = BTreeMap::new();
        for name in LEVELS {
            let low = if lot.one_in(3) { at / 2 } else { 0 };
            levels.insert(LevelName::from(name), (small(low), small(at + 1)));
        }
        let named = read(&format!("1.{at}"))?;
        catalog.lines.push(Line::of(named, levels, source()));
    }
    Ok(())
}

fn hops(lot: &mut Lot, catalog: &mut Catalog, lines: usize, parts: usize) -> Result<(), NotSo> {
    for from in 0..lines {
        for to in from..lines {
            let often = [1, 1, 4];
            if to - from >= often.len() || !lot.one_in(often[to - from]) {
                continue;
            }
            if lot.one_in(6) {
                continue;
            }
            let mut path = Path::of(line(from)?, line(to)?, source());
            path.from_newest = lot.one_in(5);
            if lot.one_in(4) {
                path.of = vec![part(lot.few(parts))];
            }
            if lot.one_in(3) {
                path.risks = vec![RiskName::from(RISKS[lot.few(RISKS.len())])];
            }
            if lot.one_in(4) {
                let name = LevelName::from(LEVELS[lot.few(2)]);
                path.needs.insert(name, small(1 + lot.few(2)));
            }
            catalog.paths.push(path);
            if lot.one_in(6) {
                let of = lot.one_in(2).then(|| part(lot.few(parts)));
                catalog.blocked.push(Blocked {
                    of: of.into_iter().collect(),
                    track: Track::default(),
                    from: line(from)?,
                    to: line(to)?,
                    why: "it is so".into(),
                    mend: "wait".into(),
                    source: source(),
                });
            }
        }
    }
    let known = catalog.releases.len();
    for _ in 0..lot.few(4) {
        let (one, other) = (lot.few(known), lot.few(known));
        let (from, to) = (one.min(other), one.max(other));
        if from < to {
            catalog.edges.push(Edge {
                from: catalog.releases[from].version.clone(),
                to: catalog.releases[to].version.clone(),
                risks: vec![RiskName::from(RISKS[lot.few(RISKS.len())])],
            });
        }
    }
    Ok(())
}

fn rules(lot: &mut Lot, catalog: &mut Catalog, lines: usize, parts: usize) -> Result<(), NotSo> {
    for index in 0..lot.few(5) {
        let within = [Within::Cluster, Within::Zone, Within::Node][lot.few(3)];
        let allow = match lot.few(5) {
            0 => Skew::NotNewer,
            1 => Skew::Equal,
            2 => Skew::Lines(-2, 0),
            3 => Skew::Minors(-1, 1),
            _ => Skew::Lines(-1, 1),
        };
        catalog.skew.push(SkewRule {
            id: format!("rule-{index}"),
            of: part(lot.few(parts)),
            from: part(lot.few(parts)),
            within,
            allow,
            why: "it is so".into(),
            source: source(),
        });
    }
    if lot.one_in(2) {
        let least = 1 + lot.few(lines);
        let pair = |of: String, from: &str| {
            let range = |text: &str| Range::parse(text).map_err(|error| NotSo(error.to_string()));
            Ok::<_, NotSo>(Pair {
                of: range(&of)?,
                from: range(from)?,
            })
        };
        catalog.skew.push(SkewRule {
            id: "ground".into(),
            of: part(0),
            from: part(parts),
            within: Within::Cluster,
            allow: Skew::Pairs(vec![
                pair(format!("..1.{least}"), "7.0..7.1")?,
                pair("1.0..".into(), "7.1..")?,
            ]),
            why: "it is so".into(),
            source: source(),
        });
    }
    Ok(())
}

fn cluster(
    lot: &mut Lot,
    catalog: &Catalog,
    goal: &Version,
    parts: usize,
) -> Result<Snapshot, NotSo> {
    let mut snapshot = Snapshot::empty("rich", Wall(0));
    snapshot.identity = Some("drawn".into());
    let known = catalog.releases.iter().map(|release| &release.version);
    let known: Vec<&Version> = known.filter(|version| *version <= goal).collect();
    let base = lot.few(known.len());
    for _ in 0..2 + lot.few(4) {
        let at = if lot.one_in(3) {
            base + lot.few(known.len() - base)
        } else {
            base
        };
        let mut components = BTreeMap::from([(part(lot.few(parts)), known[at].clone())]);
        if lot.one_in(4) {
            components.insert(part(lot.few(parts)), known[at].clone());
        }
        let zone = ZONES[lot.few(2)];
        stands(&mut snapshot, components, Some(zone));
    }
    let ground = BTreeMap::from([(part(parts), read(&format!("7.{}.0", lot.few(3)))?)]);
    stands(&mut snapshot, ground, None);
    for name in LEVELS {
        let finalized = small(lot.few(3));
        let supported = None;
        let level = Level {
            finalized,
            supported,
        };
        snapshot.levels.insert(LevelName::from(name), level);
    }
    Ok(snapshot)
}

fn stands(snapshot: &mut Snapshot, components: BTreeMap<Component, Version>, zone: Option<&str>) {
    let id = MemberId::from(snapshot.members.len().to_string());
    let member = Member {
        components,
        zone: zone.map(str::to_owned),
        ..Member::named(id.clone(), format!("member {id}"))
    };
    snapshot.members.insert(id, member.into());
}

fn small(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

struct Lot(Dice);

impl Lot {
    fn few(&mut self, sides: usize) -> usize {
        usize::try_from(self.0.below(sides as u64)).unwrap_or_default()
    }

    fn one_in(&mut self, times: usize) -> bool {
        self.few(times) == 0
    }
}
