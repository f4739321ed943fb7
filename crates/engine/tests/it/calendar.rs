//! Stories of the calendar: rules, turns of clocks, windows joined and cut.

use windlass_engine::calendar::hours::{Answer, Bar, Hours, Keep, Why};
use windlass_engine::calendar::rule::{Ends, Every, Rule, Weekday};
use windlass_engine::calendar::zone::{Moved, Zone};
use windlass_engine::calendar::{Stretch, When, wall};
use windlass_engine::time::Ms;

const DAY: i64 = 86_400;
/// 2026-03-29 01:00 UTC: Berlin goes from +1 to +2.
const SPRING: i64 = 1_774_746_000;
/// 2026-10-25 01:00 UTC: Berlin goes back.
const AUTUMN: i64 = 1_792_890_000;

fn berlin() -> Zone {
    Zone {
        name: "Europe/Berlin".into(),
        first: 3_600,
        turns: vec![(SPRING, 7_200), (AUTUMN, 3_600)],
    }
}

/// Each day at a local time, from the day before a turn.
fn daily(zone: Zone, local: i64, hours: u64) -> Rule {
    Rule {
        zone,
        start: local,
        every: Every::Day,
        interval: 1,
        week_start: 0,
        months: Vec::new(),
        month_days: Vec::new(),
        days: Vec::new(),
        ends: Ends::Never,
        length: Ms::minutes(60 * hours),
    }
}

fn named(name: &str, when: When) -> Stretch {
    Stretch {
        name: name.into(),
        when,
    }
}

#[test]
fn a_time_left_out_comes_by_the_offset_before_and_one_that_comes_twice_is_the_first() {
    let half_past_two = SPRING + 3_600 + 1_800;
    let rule = daily(berlin(), half_past_two - DAY, 1);
    let found: Vec<_> = rule
        .openings(0)
        .take(3)
        .map(|o| (o.at - SPRING, o.moved))
        .collect();
    assert_eq!(
        found,
        [
            (1_800 - DAY, Moved::No),
            (1_800, Moved::LeftOut),
            (DAY - 1_800, Moved::No)
        ]
    );
    assert_eq!(
        berlin().text(SPRING + 1_800),
        "Sun 2026-03-29 03:30 Europe/Berlin"
    );
    let half_past_two = AUTUMN + 3_600 + 1_800;
    let rule = daily(berlin(), half_past_two - DAY, 1);
    let found: Vec<_> = rule
        .openings(0)
        .take(3)
        .map(|o| (o.at - AUTUMN, o.moved))
        .collect();
    assert_eq!(
        found,
        [
            (-DAY - 1_800, Moved::No),
            (-1_800, Moved::Twice),
            (DAY + 1_800, Moved::No)
        ]
    );
}

#[test]
fn a_day_that_a_zone_leaves_out_is_no_second_opening() {
    // Samoa had no 30 December 2011: from -10 to +14 at its first second.
    let turn = 1_325_239_200;
    let zone = Zone {
        name: "Pacific/Apia".into(),
        first: -36_000,
        turns: vec![(turn, 50_400)],
    };
    let rule = daily(zone, turn - 36_000 - DAY + 43_200, 1);
    let found: Vec<i64> = rule.openings(0).take(3).map(|o| o.at - turn).collect();
    assert_eq!(found, [43_200 - DAY, 43_200, 43_200 + DAY]);
}

#[test]
fn far_openings_are_found_without_walking_there_and_the_end_is_kept() {
    let last_friday = |ends| Rule {
        every: Every::Month,
        days: vec![Weekday {
            nth: Some(-1),
            day: 4,
        }],
        ends,
        ..daily(Zone::utc(), 20_454 * DAY, 1)
    };
    // 2119-12-29 is the last Friday that the tables hold.
    let last = last_friday(Ends::Never).openings(54_750 * DAY).next();
    assert_eq!(last.map(|o| o.at / DAY), Some(54_783));
    let thrice: Vec<i64> = last_friday(Ends::Count(3))
        .openings(0)
        .map(|o| o.at / DAY)
        .collect();
    assert_eq!(thrice, [20_483, 20_511, 20_539]);
    assert_eq!(
        last_friday(Ends::Count(3)).openings(20_512 * DAY).count(),
        1
    );
    let until = last_friday(Ends::Until(20_511 * DAY));
    assert_eq!(until.openings(0).count(), 2);
}

fn ask(hours: &Hours, at: i64, minutes: u64) -> Answer {
    hours.ask(wall(at), Ms::minutes(minutes), Keep::All)
}

#[test]
fn windows_that_touch_are_one_and_a_freeze_cuts_them() {
    let nights = daily(Zone::utc(), 22 * 3_600, 2);
    let mornings = daily(Zone::utc(), 0, 3);
    let mut hours = Hours {
        windows: vec![
            named("nights", When::Rule(nights)),
            named("mornings", When::Rule(mornings)),
        ],
        ..Hours::default()
    };
    // From 22:00 to 03:00 there are five hours, and nothing of six fits.
    let open = |hours: &Hours, at, minutes| match ask(hours, at, minutes) {
        Answer::Open { until, .. } => until.map(|until| until - at),
        Answer::Shut(_) => None,
    };
    let ten = 10 * DAY + 22 * 3_600;
    assert_eq!(open(&hours, ten, 300), Some(5 * 3_600));
    let Answer::Shut(bar) = ask(&hours, ten, 360) else {
        panic!("it does not fit");
    };
    assert_eq!((bar.opens, bar.longest), (None, Some(Ms::minutes(300))));
    let once = When::Once {
        from: ten + 3_600,
        to: ten + 2 * 3_600,
        zone: Zone::utc(),
    };
    hours.freezes = vec![named("audit", once)];
    assert_eq!(open(&hours, ten, 60), Some(3_600));
    assert_eq!(
        ask(&hours, ten, 120),
        Answer::Shut(Bar {
            why: Why::TooShort {
                closes: wall(ten + 3_600),
                takes: Ms::minutes(120)
            },
            opens: Some(wall(ten + 2 * 3_600)),
            window: Some("mornings".into()),
            freezes: vec!["audit".into()],
            longest: None
        })
    );
    let all: Vec<(String, usize)> = hours
        .openings(wall(ten), 2)
        .iter()
        .map(|shown| (shown.takes.join(" "), shown.rest.len()))
        .collect();
    assert_eq!(all, [("audit".into(), 1), (String::new(), 1)]);
}

#[test]
fn a_window_that_is_always_open_has_no_end_in_sight() {
    let hours = Hours {
        windows: vec![named("always", When::Rule(daily(Zone::utc(), 0, 24)))],
        ..Hours::default()
    };
    assert_eq!(
        ask(&hours, 20_000 * DAY, 60),
        Answer::Open {
            until: None,
            window: Some("always".into())
        }
    );
}
