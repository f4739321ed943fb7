//! `step-overhead`: what windlass itself costs a member, when begin, outcome and gate are each durable.
//!
//! One run over a target that does nothing and answers each deed and each gate alone after 0 to 5 ms,
//! on a real disk, against a bare loop that asks the same target under the same pace and remembers
//! nothing. The difference, over the members, is the overhead; medians, the two by turns.
//! Must never know: how a run is decided or kept.
//! Tests: none but itself.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::{Notify, watch};
use windlass_engine::effect::{Effect, Ensure, Manner};
use windlass_engine::names::{ClusterName, Identity, MemberId, RunId};
use windlass_engine::pace::Limit;
use windlass_engine::plan::Goal;
use windlass_engine::policy::{Cap, Mode, Pace, Policy, Ramp};
use windlass_engine::run::event::{Approval, End};
use windlass_engine::time::Ms;
use windlass_engine::version::Version;
use windlass_runner::conformance::noop::{self, NoopTarget, Noops};
use windlass_runner::desk::{Asked, Desk};
use windlass_runner::drive::{Bell, Driven};
use windlass_runner::keeper;
use windlass_runner::ports::store::{Created, Registration};
use windlass_runner::ports::target::{Fence, Target};
use windlass_runner::system::SystemClock;
use windlass_runner::world::World;
use windlass_stores::sqlite::{Opening, SqliteStore};

use super::counted::{Counted, Inbox};
use super::{disk, release};
use crate::workspace::{NotSo, Trouble};

pub(super) const NAME: &str = "step-overhead";

/// What issue and documents promise it for.
const MEMBERS: u32 = 1_000;
/// Four times as many must not cost more than so much more each.
const MANY: u32 = 4_000;
const MANY_RATIO_MOST: f64 = 1.3;
/// Fewer commits than this would mean that the durability was batched away.
const COMMITS_LEAST: u64 = 100;
/// Runs of each size; the median counts.
const TURNS: usize = 7;
/// Never more at once.
const CAP: u32 = 1_000;

const PACE: Pace = Pace {
    ramp: Ramp::Double,
    cap: Cap::Members(CAP),
    mode: Mode::Sliding,
};

/// One run and one bare loop.
struct Turn {
    run_us: f64,
    bare_us: f64,
    commits: u64,
    commits_us: u64,
    events: u64,
}

impl Turn {
    fn each(&self, members: u32) -> f64 {
        (self.run_us - self.bare_us) / f64::from(members)
    }
}

pub(super) fn measure() -> Result<f64, Trouble> {
    if let Some(done) = release::again(NAME) {
        return done;
    }
    println!("load of the machine: {}", disk::load());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let (mut few, mut many) = (Vec::new(), Vec::new());
    for turn in 0..TURNS {
        few.push(runtime.block_on(once(MEMBERS, turn))?);
        many.push(runtime.block_on(once(MANY, turn))?);
    }
    let (each, each_of_many) = (told(MEMBERS, &few), told(MANY, &many));
    let ratio = each_of_many / each;
    println!("{MANY} members cost {ratio:.2} times as much each (goal: <= {MANY_RATIO_MOST})");
    let least = few
        .iter()
        .map(|turn| turn.commits)
        .min()
        .unwrap_or_default();
    if least < COMMITS_LEAST {
        return Err(NotSo(format!(
            "only {least} commits: at least {COMMITS_LEAST} are wanted"
        ))
        .into());
    }
    if ratio > MANY_RATIO_MOST {
        return Err(NotSo(format!("{MANY} members cost {ratio:.2} times as much each")).into());
    }
    Ok(each)
}

/// Prints the turns of one size, and returns the median overhead.
fn told(members: u32, turns: &[Turn]) -> f64 {
    let median = |value: &dyn Fn(&Turn) -> f64| {
        let mut all: Vec<f64> = turns.iter().map(value).collect();
        all.sort_by(f64::total_cmp);
        all[all.len() / 2]
    };
    let each = median(&|turn| turn.each(members));
    println!(
        "{members} members: run {:.0} ms, bare loop {:.0} ms, {:.0} commits of {:.1} events in {:.0} ms: {each:.1} us a member",
        median(&|turn| turn.run_us) / 1_000.0,
        median(&|turn| turn.bare_us) / 1_000.0,
        median(&|turn| number(turn.commits)),
        median(&|turn| number(turn.events) / number(turn.commits).max(1.0)),
        median(&|turn| number(turn.commits_us)) / 1_000.0,
    );
    each
}

fn number(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

async fn once(members: u32, turn: usize) -> Result<Turn, Trouble> {
    let seed = turn as u64;
    let bare_us = bare(Arc::new(NoopTarget::new("bare", members, seed)?)).await?;
    let folder = disk::folder()?;
    let store = SqliteStore::open(&folder.path().join("windlass.db"), Opening::Carry)?;
    let store = Arc::new(Counted::new(store, Inbox::Checked));
    let targets = Noops::default();
    let name = ClusterName::from("noop");
    targets.add(name.as_str(), NoopTarget::new("noop", members, seed)?);
    let world = World {
        store: store.clone(),
        clock: Arc::new(SystemClock::new()),
        targets: Arc::new(targets),
        news: Arc::new(|_run, _hint| {}),
        holder: NAME.into(),
    };
    let run = ask(&Desk::new(world.clone()), &name).await?;
    let before = store.appends();
    let began = Instant::now();
    let driven = carry(&world, &run).await?;
    let run_us = began.elapsed().as_secs_f64() * 1e6;
    if driven != Driven::Ended(End::Finished) {
        return Err(NotSo(format!("the run came to {driven:?}")).into());
    }
    let events = world.store.run(&run).await?.seq;
    Ok(Turn {
        run_us,
        bare_us,
        commits: store.appends() - before,
        commits_us: store.waited_us(),
        events,
    })
}

async fn ask(desk: &Desk, name: &ClusterName) -> Result<RunId, Trouble> {
    let registration = Registration {
        name: name.clone(),
        identity: None,
        object: "{}".into(),
        changed: desk.world().clock.now().wall,
    };
    desk.world().store.register(registration).await?;
    let asked = Asked {
        cluster: name.clone(),
        goal: Goal::Version(Version::parse(noop::NEW)?),
        policy: Policy {
            pace: PACE,
            soak: Ms(0),
            ..Policy::default()
        },
        approval: Approval::InAdvance,
        waivers: Vec::new(),
        by: NAME.into(),
        key: NAME.into(),
    };
    match desk.request(asked, &noop::facts()?).await? {
        Created::New(run) | Created::Known(run) | Created::Busy(run) => Ok(run),
    }
}

async fn carry(world: &World, run: &RunId) -> Result<Driven, Trouble> {
    let (_go_on, let_go) = watch::channel(false);
    let bell = Bell {
        ring: Arc::new(Notify::new()),
        let_go,
    };
    let held = keeper::take(world, run).await?;
    Ok(held.carry(world.clone(), bell).await?)
}

/// The same deeds and gates under the same pace, and nothing remembered: µs.
async fn bare(target: Arc<NoopTarget>) -> Result<f64, Trouble> {
    let members: Vec<MemberId> = target.cluster().members.keys().cloned().collect();
    let (old, new) = (Version::parse("1.0.0")?, Version::parse(noop::NEW)?);
    let found = BTreeSet::from([old, new.clone()]);
    let fence = Arc::new(Fence {
        store: "bare".into(),
        run: "0".into(),
        cluster: "bare".into(),
        identity: Identity::from("bare"),
        epoch: 1,
        holder: NAME.into(),
    });
    let ceiling = PACE.ceiling(members.len());
    let mut limit = Limit::default();
    let mut waiting = members.into_iter();
    let mut flying = FuturesUnordered::new();
    let began = Instant::now();
    loop {
        while flying.len() < limit.stands_at(PACE, ceiling) as usize {
            let Some(member) = waiting.next() else { break };
            let deed = Effect::Ensure(Ensure {
                member: member.clone(),
                component: "server".into(),
                attempt: 1,
                found: found.clone(),
                wanted: new.clone(),
                incarnation: None,
                manner: Manner::Gentle,
                leave: false,
            });
            let gate = Effect::Probe {
                member,
                attempt: 1,
                every: Ms(100),
            };
            let (target, fence) = (target.clone(), fence.clone());
            flying.push(tokio::spawn(async move {
                let hints: windlass_runner::ports::target::Hints = Arc::new(|_hint| {});
                target.perform(&deed, &fence, hints.clone()).await;
                target.perform(&gate, &fence, hints).await;
            }));
        }
        match flying.next().await {
            Some(done) => done?,
            None => return Ok(began.elapsed().as_secs_f64() * 1e6),
        }
        limit.settled(ceiling);
    }
}
