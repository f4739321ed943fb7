//! `windows-vs-dateutil`: random windows in all zones, their openings by our calendar and by
//! python-dateutil; counted are the windows of which one opening differs.
//!
//! Each rule goes the way of a user's file: its text is read by wire, its openings are reckoned by the
//! engine from a table of the zone. Half of the windows start at a local time that the clocks leave
//! out or show twice, or within an hour and a half of one.
//! Must never know: how either side reckons.
//! Tests: the figure itself; `--seed` is printed, so that what differs comes again.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use jiff::tz::TimeZoneDatabase;
use serde_json::{Value, json};
use windlass_engine::calendar::rule::Rule;
use windlass_engine::calendar::zone::{Moved, Zone};
use windlass_engine::time::Ms;
use windlass_sim::dice::Dice;
use windlass_wire::hours::{Start, rule, show, table};

use crate::peers::python;
use crate::workspace::{NotSo, Trouble};

pub(super) const NAME: &str = "windows-vs-dateutil";
/// The issue asks for at least a hundred thousand.
const WINDOWS: usize = 120_000;
/// Openings compared of each window.
const OPENINGS: usize = 12;
/// 1970-01-01 to 2100-01-01, in days: history's odd turns, and the rules of the far future.
const DAYS: (i64, i64) = (0, 47_482);
/// Rules are followed so far from their start, in days: the oracle walks every step of the way.
const FOLLOWED_DAYS: u64 = 500;
/// Where the oracle finds its zones, and so do we: two editions of the tz database differ.
const ZONEINFO: &str = "/usr/share/zoneinfo";
const DAY_SECONDS: i64 = 86_400;
const SEED: u64 = 2026;

const ORACLE: &str = include_str!("windows_vs_dateutil/oracle.py");

/// One window with what is asked of it, and our answer.
struct Asked {
    line: String,
    ours: Vec<i64>,
    moved: BTreeSet<&'static str>,
}

pub(super) fn measure() -> Result<f64, Trouble> {
    let python = python::dateutil()?;
    let began = Instant::now();
    let mut oracle = Command::new(python)
        .args(["-c", ORACLE])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let (Some(mut input), Some(output)) = (oracle.stdin.take(), oracle.stdout.take()) else {
        return Err(NotSo("the oracle has no pipes".into()).into());
    };
    let mut answers = BufReader::new(output).lines();
    let hello: Value = serde_json::from_str(&answers.next().unwrap_or_else(|| Ok(String::new()))?)?;
    let zones = zones(&hello)?;
    println!(
        "python-dateutil {}, {} zones of {ZONEINFO}, seed {SEED}",
        hello["dateutil"].as_str().unwrap_or("unknown"),
        zones.len()
    );
    let mut dice = Dice::new(SEED);
    let asked: Vec<Asked> = (0..WINDOWS).map(|_| ask(&mut dice, &zones)).collect();
    println!("ours in {:.1} s", began.elapsed().as_secs_f64());
    let lines: Vec<String> = asked.iter().map(|one| one.line.clone()).collect();
    let writer = std::thread::spawn(move || {
        for line in lines {
            writeln!(input, "{line}")?;
        }
        input.flush()
    });
    let (mut differ, mut openings) = (0_u32, 0);
    let mut met: BTreeMap<&str, u32> = BTreeMap::new();
    for one in &asked {
        let Some(line) = answers.next() else {
            return Err(NotSo(format!("the oracle broke off before {}", one.line)).into());
        };
        let theirs: Vec<i64> = serde_json::from_str(&line?)?;
        openings += theirs.len();
        for what in &one.moved {
            *met.entry(what).or_default() += 1;
        }
        if theirs != one.ours {
            differ += 1;
            if differ <= 5 {
                println!(
                    "differs: {}\n  ours   {:?}\n  theirs {theirs:?}",
                    one.line, one.ours
                );
            }
        }
    }
    writer
        .join()
        .map_err(|_| NotSo("the windows could not be written".into()))??;
    oracle.wait()?;
    println!(
        "{WINDOWS} windows, {openings} openings compared in {:.0} s; windows that met {met:?}",
        began.elapsed().as_secs_f64()
    );
    for what in ["a time left out", "a time that comes twice"] {
        if !met.contains_key(what) {
            return Err(NotSo(format!("no window met {what}: nothing was proven of it")).into());
        }
    }
    Ok(f64::from(differ))
}

/// Tables of all zones that both sides know.
fn zones(hello: &Value) -> Result<Vec<Zone>, Trouble> {
    let database = TimeZoneDatabase::from_dir(Path::new(ZONEINFO))?;
    let known = hello["zones"].as_array().into_iter().flatten();
    let tables: Vec<Zone> = known
        .filter_map(Value::as_str)
        .filter_map(|name| Some((name, database.get(name).ok()?)))
        .map(|(name, zone)| table(&zone, name.to_owned(), DAYS.0, DAYS.1))
        .collect();
    if tables.len() < 400 {
        return Err(NotSo(format!(
            "only {} zones in {ZONEINFO}: is tzdata whole?",
            tables.len()
        ))
        .into());
    }
    Ok(tables)
}

fn ask(dice: &mut Dice, zones: &[Zone]) -> Asked {
    loop {
        if let Some(asked) = one(dice, zones) {
            return asked;
        }
    }
}

/// One window; none where its rule never comes, which wire refuses.
fn one(dice: &mut Dice, zones: &[Zone]) -> Option<Asked> {
    let zone = pick(dice, zones)?;
    let turn = pick(dice, &zone.turns).filter(|_| dice.below(2) == 0);
    let (start, since) = match turn {
        Some((turn, _)) => near(dice, zone, *turn),
        None => {
            let day = DAYS.0 + 400 + below(dice, DAYS.1 - DAYS.0 - 1_200);
            let start = day * DAY_SECONDS + below(dice, 24 * 60) * 60;
            let since = start + below(dice, i64::try_from(FOLLOWED_DAYS).ok()?) * DAY_SECONDS;
            (start, since)
        }
    };
    let text = rule_text(dice, start);
    let rule: Rule = rule::parts(&text)
        .ok()?
        .rule(zone.clone(), Start::At(start), Ms::minutes(60))
        .ok()?;
    let horizon = DAYS.1 * DAY_SECONDS;
    let found: Vec<_> = rule
        .openings(since)
        .take_while(|opening| opening.at < horizon)
        .take(OPENINGS)
        .collect();
    let moved = found.iter().filter_map(|opening| match opening.moved {
        Moved::No => None,
        Moved::LeftOut => Some("a time left out"),
        Moved::Twice => Some("a time that comes twice"),
    });
    let line = json!({
        "zone": zone.name, "rule": text, "start": show::local(start), "since": since,
        "count": OPENINGS, "horizon": horizon,
    });
    Some(Asked {
        line: line.to_string(),
        moved: moved.collect(),
        ours: found.iter().map(|opening| opening.at).collect(),
    })
}

/// A start some days before a turn, at a time of day beside it.
fn near(dice: &mut Dice, zone: &Zone, turn: i64) -> (i64, i64) {
    let local = turn + zone.offset(turn - 1);
    let beside = local + (below(dice, 36) - 18) * 300;
    let start = beside - below(dice, 60) * DAY_SECONDS;
    (start, turn - below(dice, 20) * DAY_SECONDS)
}

/// A rule of the subset, in its text.
fn rule_text(dice: &mut Dice, start: i64) -> String {
    let every = *pick(
        dice,
        &["DAILY", "DAILY", "WEEKLY", "WEEKLY", "MONTHLY", "YEARLY"],
    )
    .unwrap_or(&"DAILY");
    let mut parts = vec![format!("FREQ={every}")];
    let mut some = |dice: &mut Dice, one_in: u64, part: &dyn Fn(&mut Dice) -> String| {
        if dice.below(one_in) == 0 {
            parts.push(part(dice));
        }
    };
    some(dice, 3, &|dice| format!("INTERVAL={}", 1 + dice.below(4)));
    some(dice, 4, &|dice| {
        format!(
            "BYMONTH={}",
            list(dice, 5, &|dice| (1 + dice.below(12)).to_string())
        )
    });
    if every != "WEEKLY" {
        some(dice, 4, &|dice| {
            let day = |dice: &mut Dice| {
                let sign = if dice.below(3) == 0 { "-" } else { "" };
                format!("{sign}{}", 1 + dice.below(31))
            };
            format!("BYMONTHDAY={}", list(dice, 4, &day))
        });
    }
    let days = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
    let numbered = matches!(every, "MONTHLY" | "YEARLY") && dice.below(2) == 0;
    some(dice, 2, &|dice| {
        let day = |dice: &mut Dice| {
            let name = pick(dice, &days).copied().unwrap_or("MO");
            let sign = if dice.below(3) == 0 { "-" } else { "" };
            if numbered {
                format!("{sign}{}{name}", 1 + dice.below(5))
            } else {
                name.to_owned()
            }
        };
        format!("BYDAY={}", list(dice, 3, &day))
    });
    some(dice, 5, &|dice| {
        format!("WKST={}", pick(dice, &days).copied().unwrap_or("MO"))
    });
    match dice.below(6) {
        0 => parts.push(format!("COUNT={}", 1 + dice.below(200))),
        1 => {
            let until = start + below(dice, 700 * 24) * 3_600;
            let text = show::local(until).replace(['-', ':'], "");
            // Whole minutes are shown without their seconds.
            let seconds = if text.len() == 13 { "00" } else { "" };
            parts.push(format!("UNTIL={text}{seconds}Z"));
        }
        _ => {}
    }
    parts.join(";")
}

fn list(dice: &mut Dice, most: u64, one: &dyn Fn(&mut Dice) -> String) -> String {
    let items: BTreeSet<String> = (0..=dice.below(most)).map(|_| one(dice)).collect();
    items.into_iter().collect::<Vec<_>>().join(",")
}

fn pick<'a, T>(dice: &mut Dice, all: &'a [T]) -> Option<&'a T> {
    let at = dice.below(u64::try_from(all.len()).ok()?);
    all.get(usize::try_from(at).ok()?)
}

fn below(dice: &mut Dice, sides: i64) -> i64 {
    let sides = u64::try_from(sides).unwrap_or(1);
    i64::try_from(dice.below(sides)).unwrap_or(0)
}
