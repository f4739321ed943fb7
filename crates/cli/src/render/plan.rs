//! A plan: what moves, in which order, what it disturbs, until when there is a way back.
//!
//! Must never know: how it was found. Stories: `stories`.

mod back;

use super::table::{Cell, Table};
use super::{count, flowing, labelled, names, until_done};
use crate::outlet::style::Tone;
use crate::outlet::{Outlet, spoken};
use std::collections::BTreeSet;
use windlass_engine::catalog::{Catalog, Moved};
use windlass_engine::forecast::of_plan;
use windlass_engine::names::{Component, MemberId};
use windlass_engine::plan::order::Times;
use windlass_engine::plan::{Goal, Move, Plan, Stage, Start, batches, name};
use windlass_engine::policy::{Cap, Mode, Policy, Ramp};
use windlass_engine::snapshot::Snapshot;
use windlass_engine::time::Ms;
use windlass_engine::version::Version;
use windlass_wire::duration::short;
use windlass_wire::value::cap_text;

/// Columns of the labels.
const LABEL: usize = 11;

/// More batches than these say nothing more to a reader.
const BATCHES_MAX: usize = 6;

/// Whether each mix that will stand is shown, or only counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mixes {
    /// Only counted.
    Counted,
    /// One by one.
    Shown,
}

/// Whose plan it is: what it was made of, and what the user calls it.
#[derive(Clone, Copy, Debug)]
pub struct Whose<'a> {
    /// The name as it is shown.
    pub shown: &'a str,
    /// The name as it is typed.
    pub typed: &'a str,
    /// What was seen.
    pub snapshot: &'a Snapshot,
    /// The user's will.
    pub policy: &'a Policy,
    /// The maker's facts.
    pub catalog: &'a Catalog,
    /// What its members took before, where that is known.
    pub took: &'a Times,
}

/// All of a plan that has something to do.
#[must_use]
pub fn lines(outlet: &Outlet, whose: &Whose<'_>, plan: &Plan, mixes: Mixes) -> Vec<String> {
    let Whose {
        shown,
        typed,
        snapshot,
        policy,
        catalog,
        took,
    } = *whose;
    let mut lines = flowing(outlet, "", &head(outlet, shown, plan, catalog));
    let several = plan.hops.len() > 1;
    let mut number = 0;
    for (index, hop) in plan.hops.iter().enumerate() {
        if several {
            let text = format!("hop {}  to {}", index + 1, hop.to);
            lines.push(format!(" {}", outlet.style.bold(&text)));
        }
        let mut table = Table::new(&["", "", "", ""]);
        for (at, stage) in hop.stages.iter().enumerate() {
            number += 1;
            let no_return = plan
                .point_of_no_return()
                .filter(|first| *first == (index, at));
            table.row(stage_row(outlet, number, stage, snapshot, no_return));
        }
        // Heads would say less than what stands there.
        lines.extend(table.lines(outlet).into_iter().skip(1));
    }
    let mut say = |label: &str, text: &str| {
        lines.extend(labelled(outlet, label, LABEL, &spoken(text, typed)));
    };
    say("takes", &takes(plan, policy, snapshot, took));
    if plan.touched() > 0 {
        say("pace", &pace(plan, policy));
    }
    for (index, text) in together(plan, policy, snapshot).iter().enumerate() {
        say(if index == 0 { "together" } else { "" }, text);
    }
    for (index, disturbs) in disturbances(plan).iter().enumerate() {
        say(if index == 0 { "disturbs" } else { "" }, disturbs);
    }
    match mixes {
        Mixes::Counted => {
            let mixes = plan.mixes.len();
            if mixes > 0 {
                say(
                    "mixes",
                    &format!("{mixes} on the way, all allowed: --explain shows them"),
                );
            }
        }
        Mixes::Shown => {
            for (index, mix) in plan.mixes.iter().enumerate() {
                say(if index == 0 { "mixes" } else { "" }, &mix_text(mix));
            }
        }
    }
    for (index, hazard) in plan.hazards.iter().enumerate() {
        let applies = hazard
            .applies_if
            .as_ref()
            .map(|when| format!(", if {when}"));
        let text = format!(
            "{} at {}{}: {} ({})",
            hazard.id,
            hazard.release,
            applies.unwrap_or_default(),
            hazard.what,
            hazard.source
        );
        say(if index == 0 { "hazards" } else { "" }, &text);
    }
    if let Goal::Back(_) = plan.goal {
        say(
            "way on",
            "up again: windlass plan {cluster} --to RELEASE; levels stay as they are",
        );
        return lines;
    }
    say("way back", &back::words(plan, catalog));
    for (index, left) in plan
        .left
        .iter()
        .filter(|left| left.could.is_some())
        .enumerate()
    {
        let could = left.could.as_deref().unwrap_or_default();
        let bars = left
            .bars
            .as_ref()
            .map(|line| format!("; after it {line} cannot come back"));
        let text = format!(
            "{} {} → {could}{}",
            left.level,
            left.at,
            bars.unwrap_or_default()
        );
        say(if index == 0 { "not here" } else { "" }, &text);
    }
    if plan.left.iter().any(|left| left.could.is_some()) {
        let once = if typed.starts_with('-') {
            ", once it is registered"
        } else {
            " {cluster}"
        };
        say("", &format!("when you are sure: windlass finalize{once}"));
    }
    lines
}

/// The releases that what plans of this catalog move starts from: not those of what others move.
#[must_use]
pub fn starts<'p>(plan: &'p Plan, catalog: &Catalog) -> BTreeSet<&'p Version> {
    let own = plan.start.iter().filter(|(name, _)| {
        let facts = catalog.component(name);
        facts.is_some_and(|facts| facts.track.is_main() && facts.moved == Moved::Here)
    });
    let own: BTreeSet<&Version> = own.flat_map(|(_, versions)| versions).collect();
    if own.is_empty() {
        return plan.start.values().flatten().collect();
    }
    own
}

/// From where to where: `kafka 3.9.1 → 4.1.2`.
#[must_use]
pub fn way(outlet: &Outlet, plan: &Plan, catalog: &Catalog) -> String {
    let (style, system) = (&outlet.style, &catalog.system);
    let start: Vec<String> = starts(plan, catalog)
        .into_iter()
        .map(ToString::to_string)
        .collect();
    let to = plan
        .hops
        .last()
        .map(|hop| hop.to.to_string())
        .unwrap_or_default();
    let way = match &plan.goal {
        Goal::Of(ends) => {
            let ends = ends
                .iter()
                .map(|(name, version)| format!("{name} → {version}"));
            style.text(&ends.collect::<Vec<_>>().join(", "))
        }
        Goal::Version(_) | Goal::Back(_) => style.text(&format!("{} → {to}", start.join(" and "))),
        Goal::Finalize => format!("{to}, levels raised"),
    };
    format!("{system} {way}")
}

fn head(outlet: &Outlet, shown: &str, plan: &Plan, catalog: &Catalog) -> String {
    let style = &outlet.style;
    let way = way(outlet, plan, catalog);
    let mut facts = Vec::new();
    if plan.moves() > 0 {
        facts.push(count(plan.hops.len(), "hop"));
        facts.push(count(plan.moves(), "restart"));
    }
    format!(
        "Plan {}  {}  {way}  {}",
        style.typed(&name(plan).short()),
        style.bold(shown),
        style.dim(&facts.join(", "))
    )
}

/// How long it will take, and what that rests on.
fn takes(plan: &Plan, policy: &Policy, snapshot: &Snapshot, took: &Times) -> String {
    let left = of_plan(plan, policy, snapshot, took);
    let mut says = until_done(&left);
    if plan.one_by_one > plan.expected {
        says = format!("{says}; one by one {}", short(round(plan.one_by_one)));
    }
    match left.grounds.lacks() {
        Some(lacks) => format!("{says}; {lacks}"),
        None => says,
    }
}

/// An estimate is not known to the tenth of a second.
fn round(length: Ms) -> Ms {
    Ms(length.0.div_ceil(1_000) * 1_000)
}

/// `no_return`: the stage is the first after which the old release cannot come back.
fn stage_row(
    outlet: &Outlet,
    number: usize,
    stage: &Stage,
    snapshot: &Snapshot,
    no_return: Option<(usize, usize)>,
) -> Vec<Cell> {
    let number = Cell::toned(number.to_string(), Tone::Dim);
    match stage {
        Stage::Move(step) => {
            let from: Vec<String> = step.from.iter().map(ToString::to_string).collect();
            let members = if outlet.is_wide() {
                step.members.iter().map(ToString::to_string).collect()
            } else {
                rows(&step.members)
            };
            vec![
                number,
                Cell::toned(movers(step, snapshot), Tone::Bold),
                Cell::plain(format!("{} → {}", from.join(", "), step.to)),
                Cell::plain(names(outlet, &members, " ")),
            ]
        }
        Stage::Raise(raise) => vec![
            number,
            Cell::toned("raise", Tone::Warn),
            Cell::plain(format!(
                "{} {} → {}",
                raise.level, raise.named.0, raise.named.1
            )),
            Cell::plain(no_return.map_or_else(String::new, |_| {
                format!("no way back from here; {}", raise.why)
            })),
        ],
        Stage::Act(act) => vec![
            number,
            match act.by_hand {
                Some(_) => Cell::toned("by hand", Tone::Warn),
                None => Cell::toned("then", Tone::Bold),
            },
            Cell::plain(act.action.to_string()),
            Cell::plain(match &act.by_hand {
                Some(proof) => format!("{}; proven by {proof}", act.what),
                None => act.what.clone(),
            }),
        ],
        Stage::Hold(hold) => vec![
            number,
            Cell::toned("by hand", Tone::Warn),
            Cell::plain(hold.title.clone()),
            Cell::plain(if hold.no_return {
                format!(
                    "no way back from here; {}; proven by {}",
                    hold.what, hold.proof
                )
            } else {
                format!("{}; proven by {}", hold.what, hold.proof)
            }),
        ],
    }
}

/// Who moves, by the components they carry: `brokers`, `controllers+brokers` where members carry both.
#[must_use]
pub fn movers(step: &Move, snapshot: &Snapshot) -> String {
    let members = step
        .members
        .iter()
        .filter_map(|id| snapshot.members.get(id));
    // A member may carry what keeps its version meanwhile: another scheme of its own.
    let carried: BTreeSet<&Component> = members
        .flat_map(|member| member.carries())
        .filter(|name| leaves(step, name, snapshot))
        .collect();
    let others = carried.iter().filter(|one| **one != &step.component);
    let named = std::iter::once(&step.component).chain(others.copied());
    let named: Vec<String> = named
        .map(|component| {
            let carry = snapshot.members.values();
            let many = carry.filter(|member| member.components.contains_key(component));
            if many.count() == 1 {
                component.to_string()
            } else {
                plural(component.as_str())
            }
        })
        .collect();
    in_a_row(&named)
}

/// Names of components that move together: `kubelets+kube-proxies`, `kube-apiservers and 2 more`.
#[must_use]
pub fn in_a_row(named: &[String]) -> String {
    match named {
        [first, rest @ ..] if rest.len() > TOGETHER_MAX => {
            format!("{first} and {} more", rest.len())
        }
        few => few.join("+"),
    }
}

/// More components than these beside the first make a name that leaves no room for anything else.
const TOGETHER_MAX: usize = 1;

/// Whether a component of members that move leaves a release that the stage leaves.
fn leaves(step: &Move, name: &Component, snapshot: &Snapshot) -> bool {
    let members = step
        .members
        .iter()
        .filter_map(|id| snapshot.members.get(id));
    let mut runs = members
        .filter_map(|member| member.components.get(name))
        .peekable();
    runs.peek().is_none() || runs.any(|version| step.from.contains(version) || version == &step.to)
}

/// `brokers`, `kube-proxies`.
#[must_use]
pub fn plural(one: &str) -> String {
    match one.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        Some(_) | None => format!("{one}s"),
    }
}

/// Names in a row; numbered ones that follow each other are joined: `node-01 … node-12`.
fn rows(members: &[MemberId]) -> Vec<String> {
    let split = |id: &MemberId| {
        let (stem, number) = id.as_str().rsplit_once('-')?;
        Some((stem.to_owned(), number.parse::<u32>().ok()?))
    };
    let mut said: Vec<String> = Vec::new();
    let mut at = 0;
    while let Some(first) = members.get(at) {
        let follows = |far: usize| {
            let next = members.get(at + far).and_then(split);
            split(first)
                .zip(next)
                .is_some_and(|((stem, one), (other, two))| {
                    stem == other && usize::try_from(two.saturating_sub(one)).ok() == Some(far)
                })
        };
        let mut far = 0;
        while follows(far + 1) {
            far += 1;
        }
        match members.get(at + far) {
            Some(last) if far >= JOINED_LEAST => said.push(format!("{first} … {last}")),
            Some(_) | None => {
                said.push(first.to_string());
                far = 0;
            }
        }
        at += far + 1;
    }
    said
}

/// So many that follow the first are joined with it; fewer are quicker read one by one.
const JOINED_LEAST: usize = 3;

/// Where the limit on members down at once begins and ends, in words.
#[must_use]
pub fn pace(plan: &Plan, policy: &Policy) -> String {
    let ceiling = plan.ceiling(policy);
    let cap = match policy.pace.cap {
        Cap::Members(_) => String::new(),
        Cap::Percent(_) => format!(" ({} of {})", cap_text(policy.pace.cap), plan.touched()),
    };
    let limit = match (policy.pace.ramp, ceiling) {
        (_, 1) => format!("one at a time{cap}"),
        (Ramp::Double, most) => format!("1, 2, 4 … at once, at most {most}{cap}"),
        (Ramp::Fixed, most) => format!("at most {most} at once{cap}"),
    };
    let mode = match policy.pace.mode {
        Mode::Sliding => "",
        Mode::Barrier => ", the next batch when all of one are whole",
    };
    let soak = match policy.soak {
        Ms(0) => String::new(),
        soak => format!(
            "; {} of health watched after the first and after each stage",
            short(soak)
        ),
    };
    format!("{limit}{mode}; budgets may hold it lower{soak}")
}

/// Who is likely to be down at once, stage by stage, where the pace would allow more than one.
fn together(plan: &Plan, policy: &Policy, snapshot: &Snapshot) -> Vec<String> {
    let most = plan.ceiling(policy);
    let mut said = Vec::new();
    for (h, s, stage) in plan.stages() {
        let Stage::Move(step) = stage else { continue };
        if most < 2 || step.members.len() < 2 {
            continue;
        }
        let start = Start::of(plan, h, s, policy);
        let all = batches(step, policy, snapshot, most, start);
        let who = movers(step, snapshot);
        if all.iter().all(|batch| batch.len() == 1) {
            said.push(format!("{who} one by one: budgets let no two down at once"));
            continue;
        }
        let mut shown: Vec<String> = all
            .iter()
            .take(BATCHES_MAX)
            .map(|batch| {
                let ids: Vec<&str> = batch.iter().map(|id| id.as_str()).collect();
                ids.join(" ")
            })
            .collect();
        if all.len() > BATCHES_MAX {
            shown.push("…".into());
        }
        said.push(format!("{who} {}", shown.join(", then ")));
    }
    said
}

/// What restarts do to clients, each said once.
fn disturbances(plan: &Plan) -> Vec<String> {
    let mut said: Vec<String> = Vec::new();
    for (_, _, stage) in plan.stages() {
        if let Stage::Move(step) = stage {
            let text = format!("each {}: {}", step.component, step.disturbs);
            if !step.disturbs.is_empty() && !said.contains(&text) {
                said.push(text);
            }
        }
    }
    said
}

fn mix_text(mix: &windlass_engine::plan::MixShown) -> String {
    let runs: Vec<String> = mix
        .runs
        .iter()
        .map(|(component, versions)| {
            let versions: Vec<String> = versions.iter().map(ToString::to_string).collect();
            format!("{component} {}", versions.join(" and "))
        })
        .collect();
    format!("{}: {}", mix.step, runs.join(", "))
}
