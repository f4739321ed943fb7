//! `mix-checks`: how many mixes are held against all rules of a catalog in a second, on one core: eight
//! components at two versions each in two zones, all mixes different, nothing remembered between them.
//!
//! Must never know: how a mix is checked. Tests: the figure, which holds some of the mixes against
//! `Mix::check` as well.

use std::collections::BTreeSet;
use std::hint::black_box;
use std::time::Instant;

use windlass_engine::catalog::{Catalog, ComponentFacts, Pair, Release, Skew, SkewRule, Within};
use windlass_engine::mix::{Board, Found, Mix, Place, Seats};
use windlass_engine::names::Component;
use windlass_engine::time::Ms;
use windlass_engine::version::{Range, Version};
use windlass_sim::dice::Dice;

use crate::figure::disk;
use crate::workspace::{NotSo, Trouble};

const COMPONENTS: usize = 8;
const ZONES: [&str; 2] = ["a", "b"];
const RULES_MIN: usize = 20;
const MIXES: usize = 1_000_000;
/// Mixes that are checked a second way as well.
const PROVEN: usize = 2_000;
/// Times: the best is told.
const TIMES: usize = 5;

pub(crate) fn measure() -> Result<f64, Trouble> {
    let catalog = catalog()?;
    let versions = [Version::parse("1.0.0")?, Version::parse("1.1.0")?];
    let board = Board::of(&catalog, &mix(&versions, &[BOTH; COMPONENTS * ZONES.len()]));
    let drawn = drawn();
    let mut mixes = Vec::with_capacity(MIXES);
    for stands in &drawn {
        mixes.push(seats(&board, &versions, stands)?);
    }
    let mut best: f64 = 0.0;
    let mut faults = 0;
    for _ in 0..TIMES {
        let mut found = Found::default();
        faults = 0_u64;
        let begun = Instant::now();
        for seats in &mixes {
            board.check(black_box(seats), &mut found);
            faults += u64::from(black_box(&found).count());
        }
        let took = begun.elapsed().as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "a million is exact")]
        let rate = mixes.len() as f64 / took;
        println!("{rate:.0} a second; load {}", disk::load());
        best = best.max(rate);
    }
    let mut clean = 0;
    for (stands, seats) in drawn.iter().zip(&mixes).take(PROVEN) {
        let mix = mix(&versions, stands);
        let mut found = Found::default();
        board.check(seats, &mut found);
        if board.seats(&mix).is_none() || board.breaches(&found) != mix.check(&catalog) {
            return Err(NotSo(format!("checked two ways, {stands:?} differs")).into());
        }
        clean += usize::from(found.is_empty());
    }
    println!(
        "{} rules, {} mixes, all different, {faults} faults found; {PROVEN} of them checked by \
         themselves break the same ({clean} nothing)",
        catalog.skew.len(),
        mixes.len(),
    );
    Ok(best)
}

/// What of a component stands in a zone: the older version, the newer, or both.
type Stands = [u8; COMPONENTS * ZONES.len()];
const BOTH: u8 = 3;

/// Different ones.
fn drawn() -> Vec<Stands> {
    let mut dice = Dice::new(5);
    let mut known = BTreeSet::new();
    let mut all = Vec::with_capacity(MIXES);
    while all.len() < MIXES {
        let mut stands = Stands::default();
        for one in &mut stands {
            *one = u8::try_from(1 + dice.below(3)).unwrap_or(BOTH);
        }
        if known.insert(stands) {
            all.push(stands);
        }
    }
    all
}

fn name(index: usize) -> Component {
    format!("part-{index}").as_str().into()
}

fn place(index: usize) -> Place {
    Place {
        kind: [name(index % COMPONENTS)].into(),
        zone: Some(ZONES[index / COMPONENTS].into()),
    }
}

fn taken(stands: u8, versions: &[Version; 2]) -> impl Iterator<Item = &Version> {
    let each = versions.iter().enumerate();
    each.filter(move |(at, _)| stands >> at & 1 == 1)
        .map(|(_, version)| version)
}

fn seats(board: &Board, versions: &[Version; 2], stands: &Stands) -> Result<Seats, Trouble> {
    let mut seats = Seats::default();
    for (index, stands) in stands.iter().enumerate() {
        for version in taken(*stands, versions) {
            let seat = board.seat(&place(index), &name(index % COMPONENTS), version);
            seats.take(seat.ok_or_else(|| NotSo(format!("no seat for {version}")))?);
        }
    }
    Ok(seats)
}

fn mix(versions: &[Version; 2], stands: &Stands) -> Mix {
    let mut mix = Mix::default();
    for (index, stands) in stands.iter().enumerate() {
        let all = taken(*stands, versions).cloned().collect();
        let of_place = mix.stands.entry(place(index)).or_default();
        of_place.insert(name(index % COMPONENTS), all);
    }
    mix
}

/// Each component follows the one before it, in its zone or in the cluster, by release and by line; each
/// is within a line of itself, and every second is bound to the first by a table.
fn catalog() -> Result<Catalog, Trouble> {
    let source = || String::from("drawn");
    let mut catalog = Catalog {
        system: "mixed".into(),
        as_of: "2026-11-20".into(),
        ..Catalog::default()
    };
    for index in 0..COMPONENTS {
        let facts = ComponentFacts::of(name(index), Ms::seconds(1), "nobody".into(), source());
        catalog.components.push(facts);
    }
    for text in ["1.0.0", "1.1.0"] {
        let release = Release::of(Version::parse(text)?, source());
        catalog.releases.push(release);
    }
    let mut rule = |of: usize, from: usize, within: Within, allow: Skew| {
        catalog.skew.push(SkewRule {
            id: format!("rule-{}", catalog.skew.len()),
            of: name(of),
            from: name(from),
            within,
            allow,
            why: "they are apart".into(),
            source: source(),
        });
    };
    let pair = |of: &str, from: &str| -> Result<Pair, Trouble> {
        Ok(Pair {
            of: Range::parse(of)?,
            from: Range::parse(from)?,
        })
    };
    for index in 1..COMPONENTS {
        let within = if index % 2 == 0 {
            Within::Cluster
        } else {
            Within::Zone
        };
        rule(index, index - 1, within, Skew::NotNewer);
        rule(index, index - 1, Within::Cluster, Skew::Lines(-1, 0));
        rule(index, index, Within::Zone, Skew::Minors(-1, 1));
        if index % 2 == 0 {
            let pairs = vec![pair("1.0", "1.0"), pair("1.1", "1.1")];
            let pairs = pairs.into_iter().collect::<Result<Vec<Pair>, Trouble>>()?;
            rule(index, 0, Within::Zone, Skew::Pairs(pairs));
        }
    }
    if catalog.skew.len() < RULES_MIN {
        return Err(NotSo(format!("{} rules are too few", catalog.skew.len())).into());
    }
    Ok(catalog)
}
