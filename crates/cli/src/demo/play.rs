//! A run of the demo: begun on a fresh cluster, or gone on with, and attended as every run is.
//!
//! Must never know: how a run moves. Stories: `tests/it/demo.rs`.

use super::bill::{self, BILLS, Bill, Cast, FIRST};
use super::book::Head;
use super::stage::{OBJECT, Stage};
use super::{intro, place};
use crate::args::Global;
use crate::args::demo::DemoArgs;
use crate::context::{Bare, Context, beside, store_path};
use crate::exit::{Exit, Failed};
use crate::live::{self, Made};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use windlass_engine::names::Identity;
use windlass_engine::nearest::nearest;
use windlass_engine::plan::{Goal, Plan, Stage as Step, plan};
use windlass_engine::policy::Policy;
use windlass_engine::run::event::Approval;
use windlass_engine::time::Ms;
use windlass_runner::desk::Asked;
use windlass_runner::ports::store::{Created, Registration, RunRow};
use windlass_stores::sqlite::Opening;

/// Unless a speed is named, a run is forecast to take so long: long enough to be played with, short enough
/// to be watched.
const ABOUT_MS: Ms = Ms::seconds(50);
/// Healthy time, in life: shorter than the usual two minutes, so that what is watched are members that move.
const SOAK_MS: Ms = Ms::seconds(20);
/// A speed that shortens soaks below this shows none of them.
const SOAK_LEAST_MS: Ms = Ms(200);

/// A member that is slow is not given up before this: it takes five times as long, and comes back.
const PATIENCE_LEAST_MS: Ms = Ms::seconds(8);

/// One cluster that is played.
#[derive(Debug)]
pub struct Played {
    /// Its bill.
    pub bill: &'static Bill,
    /// Its run.
    pub row: RunRow,
    /// Whether the run was begun just now.
    pub made: Made,
    /// How the cluster began.
    pub head: Head,
    /// What is asked of it now.
    pub goal: Goal,
    /// What is planned for it.
    pub plan: Plan,
    /// A speed that was named, and is not the one that it has.
    pub passed_over: Option<u64>,
    /// Another process that carries it.
    pub carrier: Option<String>,
}

/// `windlass demo`
///
/// # Errors
/// Where there is no such system, the demo's folder cannot be used, or the run cannot be carried.
pub async fn play(global: &Global, args: &DemoArgs) -> Result<Exit, Failed> {
    let store = store_path(global)?;
    let bills: Vec<&'static Bill> = match &args.system {
        _ if args.all => BILLS.iter().collect(),
        named => vec![of(named.as_deref().unwrap_or(FIRST))?],
    };
    if args.fresh && store.is_file() {
        clear(global, &store).await?;
    }
    Stage::put_up(&beside(&store))?;
    let context = Context::open(global, Bare::new(global), Opening::Carry)?;
    let Some(stage) = context.stage.clone() else {
        return Err(Failed::says("the demo's folder is gone again"));
    };
    let mut played = Vec::new();
    for bill in bills {
        match begin(&context, &stage, bill, args.speed).await {
            Ok(one) => played.push(one),
            // Of all, those are played that can be.
            Err(Unplayed::Cannot(why)) if args.all => context.outlet.told(&why.to_string()),
            Err(Unplayed::Cannot(why) | Unplayed::Trouble(why)) => return Err(why),
        }
    }
    intro::tell(&context, &played);
    let exit = match played.as_slice() {
        [one] => live::play(&context, one.row.clone(), one.made).await?,
        [] | [_, ..] => live::play_all(&context).await?,
    };
    // Left to the background it is not over.
    if exit == Exit::Done && context.world.store.live().await?.is_empty() {
        intro::over(&context, &played);
    }
    Ok(exit)
}

fn of(named: &str) -> Result<&'static Bill, Failed> {
    bill::of(named).ok_or_else(|| {
        let hint = match nearest(named, BILLS.iter().map(|bill| bill.system)) {
            Some(near) => format!("did you mean `windlass demo {near}`? --list names them all"),
            None => "windlass demo --list names them all".into(),
        };
        Failed::hinted(format!("there is no false cluster of `{named}`"), hint)
    })
}

/// Nothing is left of what was played, unless somebody plays it.
async fn clear(global: &Global, store: &Path) -> Result<(), Failed> {
    // What cannot be opened is nobody's any more.
    if let Ok(context) = Context::open(global, Bare::new(global), Opening::Look) {
        for row in context.world.store.live().await? {
            if let Some(holder) = context.desk.carrier(&row.cluster).await? {
                return Err(Failed::hinted(
                    format!("{} is being played by {holder}", row.cluster),
                    format!(
                        "leave it there first (Ctrl-C), or end it: windlass demo cancel {}",
                        row.cluster
                    ),
                ));
            }
        }
    }
    place::clear(store)
}

/// Why a cluster is not played.
#[derive(Debug)]
enum Unplayed {
    /// No run could take its way.
    Cannot(Failed),
    /// The demo's folder, or its store.
    Trouble(Failed),
}

impl<E: Into<Failed>> From<E> for Unplayed {
    fn from(trouble: E) -> Self {
        Self::Trouble(trouble.into())
    }
}

async fn begin(
    context: &Context,
    stage: &Arc<Stage>,
    bill: &'static Bill,
    speed: Option<u64>,
) -> Result<Played, Unplayed> {
    let cluster = bill.cluster();
    let live = context.world.store.live().await?;
    if let Some(row) = live.into_iter().find(|row| row.cluster == cluster) {
        let head = stage.book(&cluster).map_err(in_words)?.head.clone();
        let run = context.desk.open(&row.run, None).await?.run;
        let plan = match run.plan() {
            Some((_, plan)) => plan.clone(),
            None => planned(&head).map_err(|why| unplayable(bill, &why))?,
        };
        return Ok(Played {
            bill,
            goal: run.goal().clone(),
            passed_over: speed.filter(|speed| *speed != head.speed),
            carrier: context.desk.carrier(&cluster).await?,
            row,
            made: Made::Before,
            head,
            plan,
        });
    }
    let cast = bill.cast(&context.catalogs)?;
    let (mut head, plan) = forecast(&cast, speed).map_err(|why| unplayable(bill, &why))?;
    let now = context.now().wall;
    head.born = now;
    // Each cluster is one of its own, also the next of the same name.
    head.snapshot.identity = Some(Identity::from(format!("{cluster}-{}", now.0)));
    stage.begin(&cluster, &head).map_err(in_words)?;
    let registration = Registration {
        name: cluster.clone(),
        identity: None,
        object: OBJECT.into(),
        changed: now,
    };
    context.world.store.register(registration).await?;
    let asked = Asked {
        cluster,
        goal: head.goal.clone(),
        policy: head.policy.clone(),
        approval: Approval::InAdvance,
        waivers: Vec::new(),
        by: context.user.clone(),
        key: format!("demo-{}", now.0),
    };
    let (run, made) = match context.desk.request(asked, &head.catalog).await? {
        Created::New(run) => (run, Made::Here),
        Created::Known(run) | Created::Busy(run) => (run, Made::Before),
    };
    let row = context.world.store.run(&run).await?;
    Ok(Played {
        bill,
        goal: head.goal.clone(),
        passed_over: None,
        row,
        made,
        head,
        plan,
        carrier: None,
    })
}

fn in_words(why: impl std::fmt::Display) -> Failed {
    Failed::hinted(why.to_string(), "windlass demo --fresh begins anew")
}

fn unplayable(bill: &Bill, why: &str) -> Unplayed {
    Unplayed::Cannot(Failed::hinted(
        format!("{} cannot be played: {why}", bill.cluster()),
        "windlass demo --list says which can",
    ))
}

/// The plan of a cluster at its beginning; in words, why no run could take it.
fn planned(head: &Head) -> Result<Plan, String> {
    let Head {
        catalog,
        policy,
        snapshot,
        goal,
        ..
    } = head;
    let left = BTreeSet::new();
    let plan = plan(catalog, policy, snapshot, goal, &left, None).map_err(|no| no.says)?;
    let by_hand = |stage: &Step| match stage {
        Step::Act(act) => act.by_hand.as_ref().map(|_| act.action.to_string()),
        Step::Hold(hold) => Some(hold.title.clone()),
        Step::Move(_) | Step::Raise(_) => None,
    };
    let by_hand: BTreeSet<String> = plan.stages().filter_map(|(_, _, s)| by_hand(s)).collect();
    if by_hand.is_empty() {
        return Ok(plan);
    }
    let names: Vec<String> = by_hand.into_iter().collect();
    Err(format!(
        "humans do steps of it, which no run takes: {}",
        names.join(", ")
    ))
}

/// How a cluster begins: at the speed that is named, or at one by which it is done in about a minute.
///
/// # Errors
/// Where there is no way that a run could take, in words.
pub fn forecast(cast: &Cast, speed: Option<u64>) -> Result<(Head, Plan), String> {
    let mut policy = Policy {
        via: cast.via.clone(),
        soak: SOAK_MS,
        ..Policy::default()
    };
    if let Some(pace) = &cast.catalog.pace {
        policy.pace = pace.limit;
    }
    let mut head = Head {
        cluster: cast.cluster.clone(),
        speed: 1,
        born: cast.snapshot.seen,
        snapshot: cast.snapshot.clone(),
        goal: cast.goal.clone(),
        policy,
        catalog: cast.catalog.clone(),
    };
    let in_life = planned(&head)?.expected;
    let fit = in_life.0.div_ceil(ABOUT_MS.0).max(1);
    let speed = speed.unwrap_or(fit).max(1);
    let faster = |length: Ms, least: Ms| Ms((length.0 / speed).max(least.0));
    let mut catalog = (*head.catalog).clone();
    for facts in &mut catalog.components {
        facts.restart_ms = faster(facts.restart_ms, Ms(1));
    }
    head.speed = speed;
    head.policy.soak = faster(head.policy.soak, SOAK_LEAST_MS);
    head.policy.patience = faster(head.policy.patience, PATIENCE_LEAST_MS);
    head.catalog = Arc::new(catalog);
    let plan = planned(&head)?;
    Ok((head, plan))
}
