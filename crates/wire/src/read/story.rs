//! Reads `kind: Story`: a cluster as a snapshot file tells it, where it is to go, and what happens to it.
//!
//! Must never know: how a story is played. Stories: `crates/cli/tests/it/rehearse.rs`; the form: docs/scenarios.md.

mod then;

pub use then::{Fails, Said, Then, What, said};

use super::Only;
use super::snapshot::{self, SnapshotFile};
use super::upgrade::given;
use crate::diagnostic::{Diagnostic, Report};
use crate::field::Field;
use crate::node::Value;
use crate::stamp;
use crate::value::{self, Wrong, choice};
use std::collections::BTreeMap;
use windlass_engine::ask::Ask;
use windlass_engine::catalog::Catalog;
use windlass_engine::names::Component;
use windlass_engine::policy::Policy;
use windlass_engine::time::{Ms, Wall};

/// How the weather is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Weather {
    /// Nothing goes wrong that the story does not say.
    #[default]
    Fair,
    /// Answers are lost and late, members fail now and then.
    Rough,
    /// More of it.
    Storm,
}

/// The words for it.
pub const WEATHERS: &[(&str, Weather)] = &[
    ("fair", Weather::Fair),
    ("rough", Weather::Rough),
    ("storm", Weather::Storm),
];

/// Who does what a standing run asks for, besides what the story says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attended {
    /// Somebody, within so long.
    Within(Ms),
    /// Nobody.
    Never,
}

/// A story as it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct StoryFile {
    /// The cluster at the beginning.
    pub begins: SnapshotFile,
    /// Where it is to go.
    pub to: Ask,
    /// The user's will; the pace is the maker's where the file says none.
    pub policy: Policy,
    /// Whether the plan waits for a human's word.
    pub asks: Asks,
    /// Wall time at the beginning; none: that of every play.
    pub at: Option<Wall>,
    /// Whether anybody attends.
    pub attended: Option<Attended>,
    /// How long a run that stands is looked on where nobody attends; none: an hour.
    pub until: Option<Ms>,
    /// How long members of a component take.
    pub takes: BTreeMap<Component, Ms>,
    /// How the weather is.
    pub weather: Weather,
    /// What the lengths are thrown from.
    pub seed: Option<u64>,
    /// What happens, in the order written.
    pub then: Vec<Then>,
}

/// Whether a plan waits for a human's word before it runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Asks {
    /// It was approved in advance.
    #[default]
    Nobody,
    /// It does.
    First,
}

/// Reads the one story of a file, of a system among those that are known, whose catalog is given.
///
/// # Errors
/// All that is wrong, by line.
pub fn story(
    file: &str,
    text: &str,
    systems: &[&str],
    catalog: Option<&Catalog>,
) -> Result<StoryFile, Vec<Diagnostic>> {
    super::only(file, text, &STORY, |field, report| {
        document(field, systems, catalog, report)
    })
}

const STORY: Only = Only {
    holds: "a story file holds one story",
    written_by: "windlass rehearse --from-run RUN writes a story; docs/scenarios.md",
};

fn document(
    document: &Field<'_>,
    systems: &[&str],
    catalog: Option<&Catalog>,
    report: &mut Report<'_>,
) -> Option<StoryFile> {
    let mut fields = document.fields(report)?;
    let head = super::head(&mut fields, "Story", report);
    let to = fields
        .need("to", "a release, newest, or parts as kernel=newest")
        .and_then(|field| field.value(value::ask, report));
    let policy = fields.get("policy");
    let paced = policy.as_ref().is_some_and(|field| names(field, "pace"));
    let policy = policy.map(|field| super::policy::policy(&field, report));
    let asks = fields.get("approve").map(|field| {
        let words = [("asked", Asks::First), ("in-advance", Asks::Nobody)];
        field.choice(&words, report)
    });
    let at = fields
        .get("begins")
        .map(|field| field.value(stamp::parse, report));
    let attended = fields
        .get("attended")
        .map(|field| field.value(self::attended, report));
    let until = fields
        .get("until")
        .map(|field| field.value(value::positive_length, report));
    let takes = fields.get("takes");
    let weather = fields
        .get("weather")
        .map(|field| field.choice(WEATHERS, report));
    let seed = fields
        .get("seed")
        .map(|field| field.value(snapshot::whole::<u64>, report));
    let then = fields.get("then");
    let begins = snapshot::told(&mut fields, systems, catalog, report);
    fields.end(report);
    head?;
    let (begins, catalog) = (begins?, catalog?);
    let takes = takes.map(|field| self::takes(&field, catalog, report));
    let then = then.map(|field| then::all(&field, &begins.snapshot, report));
    let mut policy = given(policy)?.unwrap_or_default();
    if let (false, Some(pace)) = (paced, &catalog.pace) {
        policy.pace = pace.limit;
    }
    Some(StoryFile {
        begins,
        to: to?,
        policy,
        asks: given(asks)?.unwrap_or_default(),
        at: given(at)?,
        attended: given(attended)?,
        until: given(until)?,
        takes: given(takes)?.unwrap_or_default(),
        weather: given(weather)?.unwrap_or_default(),
        seed: given(seed)?,
        then: given(then)?.unwrap_or_default(),
    })
}

fn names(field: &Field<'_>, name: &str) -> bool {
    match &field.node.value {
        Value::Map(entries) => entries.iter().any(|entry| entry.key == name),
        Value::Empty | Value::Text(_) | Value::List(_) => false,
    }
}

/// Within what time somebody attends: `5m`, or `never`.
///
/// # Errors
/// [`Wrong`] where it is neither.
pub fn attended(text: &str) -> Result<Attended, Wrong> {
    if text == "never" {
        return Ok(Attended::Never);
    }
    value::positive_length(text)
        .map(Attended::Within)
        .map_err(|_| Wrong::new(format!("`{text}` is no length of time"), "as 5m, or never"))
}

fn takes(
    field: &Field<'_>,
    catalog: &Catalog,
    report: &mut Report<'_>,
) -> Option<BTreeMap<Component, Ms>> {
    let all = catalog.components.iter();
    let known: Vec<(&str, &Component)> = all.map(|c| (c.name.as_str(), &c.name)).collect();
    let mut takes = BTreeMap::new();
    let mut is_whole = true;
    for (entry, value) in field.pairs(report)? {
        let Ok(name) = choice(&entry.key, &known) else {
            let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
            let label = format!("expected {}", crate::field::one_of(&names));
            let message = format!("{} has no component `{}`", catalog.system, entry.key);
            value.say_of_name(report, message, label);
            is_whole = false;
            continue;
        };
        match value.value(value::positive_length, report) {
            Some(length) => {
                takes.insert(name.clone(), length);
            }
            None => is_whole = false,
        }
    }
    is_whole.then_some(takes)
}
