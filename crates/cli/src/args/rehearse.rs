//! `windlass rehearse` as it is typed.
//!
//! Must never know: how it is played. Stories: `tests/it/help.rs`, `tests/it/rehearse.rs`.

use super::reach::Reach;
use super::value;
use clap::Args;
use std::path::PathBuf;
use windlass_engine::ask::Ask;
use windlass_engine::names::{MemberId, RiskName};
use windlass_engine::policy::Finalize;
use windlass_engine::version::Version;
use windlass_wire::read::story::{Attended, Fails, Said, WEATHERS, Weather, said};
use windlass_wire::value::{Address, choice};

/// `windlass rehearse`
#[derive(Args, Clone, Debug)]
#[command(override_usage = "windlass rehearse [OPTIONS] <CLUSTER|STORY|-f FILE> --to <GOAL>")]
#[command(after_help = "\
The upgrade is played in false time on a model of the cluster, by the same engine
that upgrades the real one: nothing real is touched. Members take as long as in
past runs of the cluster, else as its catalog says; each seed throws their times
anew. Findings that bar the real one are told, and rehearsed as if mended.

Each failure that is found prints the line that plays it again.

Examples:
  windlass rehearse orders --to 4.1
  windlass rehearse orders --to 4.1 --fail 2:start --weather rough
  windlass rehearse orders --to 4.1 --pace 1 --pace 2,fixed --pace 50%
  windlass rehearse orders --to 4.1 --kill --runs 1000
  windlass rehearse -f snapshot.yaml --to newest -o svg > rehearsal.svg
  windlass rehearse scenarios/rehearse/pause.txt
  windlass rehearse --from-run 12 > story.yaml")]
#[command(group(clap::ArgGroup::new("played").required(true).multiple(false).args(["of", "bootstrap", "file", "from_run"])))]
pub struct RehearseArgs {
    /// A registered cluster; or a story in a file, as docs/scenarios.md teaches
    #[arg(value_name = "CLUSTER|STORY")]
    pub of: Option<String>,
    /// Addresses of a Kafka cluster that is not registered
    #[arg(long, value_parser = value::address, value_delimiter = ',', value_name = "HOST:PORT")]
    pub bootstrap: Vec<Address>,
    /// A snapshot in a file, of any system; no cluster is asked
    #[arg(short = 'f', long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Print the story of a run that was: its cluster, its times, what happened
    #[arg(long, value_name = "RUN")]
    pub from_run: Option<String>,
    /// As of plan; a story says it itself
    #[arg(long, value_parser = value::ask, value_name = "GOAL")]
    pub to: Option<Ask>,
    /// Releases or lines to stop at on the way
    #[arg(long, value_parser = value::release, value_delimiter = ',', value_name = "RELEASE")]
    pub via: Vec<Version>,
    /// Risks of hops that are taken with open eyes
    #[arg(long, value_parser = value::risk, value_delimiter = ',', value_name = "NAME")]
    pub accept_risk: Vec<RiskName>,
    /// Raise the feature levels, too
    #[arg(long)]
    pub finalize: bool,
    /// A member whose move goes wrong, and where: start, stay, stop, or slow
    #[arg(long, value_parser = fail, value_name = "MEMBER:HOW")]
    pub fail: Vec<Broken>,
    /// fair, rough (answers lost and late, members that flap) or storm
    #[arg(long, value_parser = weather, value_name = "WEATHER")]
    pub weather: Option<Weather>,
    /// Kill windlass, too, three times a run at any instant
    #[arg(long)]
    pub kill: bool,
    /// What times and troubles are thrown from
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// So many seeds, for the spread; a story is played once, a cluster up to
    /// 200 times
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub runs: Option<u64>,
    /// A pace instead of the policy's: cap, ramp and mode, as 2,fixed; several
    /// are laid side by side
    #[arg(long, value_parser = pace, value_name = "PACE")]
    pub pace: Vec<Said>,
    /// Within what time somebody does what a standing run asks for; or never
    #[arg(long, value_parser = attended, value_name = "TIME")]
    pub attended: Option<Attended>,
    /// Play one seed again, killed at these instants
    #[arg(long, value_parser = replay, value_name = "SEED[:INSTANT…]")]
    pub replay: Option<Replay>,
    /// All that is told, instead of the picture
    #[arg(long)]
    pub events: bool,
    /// TLS and login.
    #[command(flatten)]
    pub reach: Reach,
}

impl RehearseArgs {
    /// What is done about levels, where it was said.
    #[must_use]
    pub fn finalize(&self) -> Option<Finalize> {
        self.finalize.then_some(Finalize::Soon)
    }

    /// Whether anything is said of how it is played, besides what.
    #[must_use]
    pub fn says_how(&self) -> bool {
        let lists = self.via.len() + self.accept_risk.len() + self.fail.len() + self.pace.len();
        let one = self.to.is_some() || self.weather.is_some() || self.seed.is_some();
        let other = self.runs.is_some() || self.attended.is_some() || self.replay.is_some();
        lists > 0 || one || other || self.kill || self.finalize || self.events
    }

    /// The same, with what somebody else says of how it is played: what both say is theirs.
    #[must_use]
    pub fn over(self, said: &Self) -> Self {
        fn either<T: Clone>(own: Vec<T>, said: &[T]) -> Vec<T> {
            if said.is_empty() { own } else { said.to_vec() }
        }
        Self {
            to: said.to.clone().or(self.to),
            via: either(self.via, &said.via),
            accept_risk: either(self.accept_risk, &said.accept_risk),
            finalize: self.finalize || said.finalize,
            fail: either(self.fail, &said.fail),
            weather: said.weather.or(self.weather),
            kill: self.kill || said.kill,
            seed: said.seed.or(self.seed),
            runs: said.runs.or(self.runs),
            pace: either(self.pace, &said.pace),
            attended: said.attended.or(self.attended),
            replay: said.replay.clone().or(self.replay),
            events: self.events || said.events,
            ..self
        }
    }
}

/// A member whose first move goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Who.
    pub member: MemberId,
    /// Where.
    pub how: Fails,
}

/// A seed, and instants at which windlass is killed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replay {
    /// The seed.
    pub seed: u64,
    /// The instants.
    pub deaths: Vec<u64>,
}

/// What slow means where no number is given.
const SLOW_TIMES: u64 = 5;

fn fail(text: &str) -> Result<Broken, String> {
    let expected = "expected MEMBER:HOW, as 2:start; HOW is start, stay, stop or slow";
    let (member, how) = text.rsplit_once(':').ok_or(expected)?;
    let words = [
        ("start", Fails::Start),
        ("stay", Fails::Stay),
        ("stop", Fails::Stop),
        ("slow", Fails::Slow(SLOW_TIMES)),
    ];
    let how = choice(how, &words).map_err(|wrong| wrong.to_string())?;
    Ok(Broken {
        member: member.into(),
        how,
    })
}

fn weather(text: &str) -> Result<Weather, windlass_wire::value::Wrong> {
    choice(text, WEATHERS)
}

fn pace(text: &str) -> Result<Said, windlass_wire::value::Wrong> {
    said(&format!("pace {}", text.replace(',', " ")))
}

fn attended(text: &str) -> Result<Attended, windlass_wire::value::Wrong> {
    windlass_wire::read::story::attended(text)
}

fn replay(text: &str) -> Result<Replay, String> {
    let numbers: Result<Vec<u64>, _> = text.split(':').map(str::parse).collect();
    let numbers = numbers.map_err(|_| "expected numbers, as 17 or 17:120".to_owned())?;
    let (seed, deaths) = numbers
        .split_first()
        .ok_or_else(|| "expected a seed".to_owned())?;
    Ok(Replay {
        seed: *seed,
        deaths: deaths.to_vec(),
    })
}
