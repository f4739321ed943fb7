//! Levels: raised by the active controller, where all that is registered can live with it. The words are those
//! of real controllers (FeatureControlManager.java).
//!
//! A request says nothing of runs: whose deed it is stands in the notes of the process that sent it.
//! Must never know: when a level is due. Stories: `xtask/tests/it/wires.rs` of xtask.

use super::Shape;
use super::answer::{Question, Reply, text};
use super::hello;
use super::layout::Seat;
use kafka_protocol::messages::update_features_request::FeatureUpdateKey;
use kafka_protocol::messages::update_features_response::UpdatableFeatureResult;
use kafka_protocol::messages::{UpdateFeaturesRequest, UpdateFeaturesResponse};
use windlass_engine::catalog::Raising;
use windlass_engine::names::LevelName;

/// The level of the metadata log's format.
pub(super) const METADATA_VERSION: &str = "metadata.version";
/// `NOT_CONTROLLER`.
const NOT_CONTROLLER: i16 = 41;
/// `INVALID_UPDATE_VERSION`.
const INVALID: i16 = 95;
/// Upgrade type of UpdateFeatures (KIP-584).
const UPGRADE: i8 = 1;
/// From this version on an update is all or nothing, and answered as a whole.
const AS_A_WHOLE: i16 = 2;

/// Whether humans raise a level: no node knows it.
pub(super) fn is_by_humans(shape: &Shape, name: &LevelName) -> bool {
    let mut levels = shape.catalog.levels.iter();
    levels.any(|level| level.name == *name && level.raise == Raising::ByHumans)
}

pub(super) fn update(question: &mut Question<'_>, asked: &UpdateFeaturesRequest) -> Reply {
    let active = question.standing.active;
    if question.seat == Seat::Controller && active != Some(question.id) {
        let says = active.map(|id| format!("The active controller appears to be node {id}."));
        let answer = UpdateFeaturesResponse::default()
            .with_error_code(NOT_CONTROLLER)
            .with_error_message(says.as_deref().map(text));
        return question.answers(&answer);
    }
    let Some(active) = active else {
        return Reply::Never;
    };
    let mut results = Vec::new();
    let mut wrong = None;
    for update in &asked.feature_updates {
        let bars = bars(question, update, active);
        let result = UpdatableFeatureResult::default().with_feature(update.feature.clone());
        results.push(match &bars {
            Some(why) => result
                .with_error_code(INVALID)
                .with_error_message(Some(text(why))),
            None => result,
        });
        wrong = wrong.or(bars);
    }
    let mut answer = UpdateFeaturesResponse::default();
    match &wrong {
        Some(why) if question.version >= AS_A_WHOLE => {
            let whole =
                "The update failed for all features since the following feature had an error: ";
            answer = answer
                .with_error_code(INVALID)
                .with_error_message(Some(text(&format!("{whole}{why}"))));
        }
        Some(_) => answer = answer.with_results(results),
        None => {
            if question.version < AS_A_WHOLE {
                answer = answer.with_results(results);
            }
            if !asked.validate_only {
                for update in &asked.feature_updates {
                    raised(question, update);
                }
            }
        }
    }
    question.answers(&answer)
}

/// Why a level is not raised; none: it is.
fn bars(question: &Question<'_>, update: &FeatureUpdateKey, active: i32) -> Option<String> {
    let name = update.feature.to_string();
    let to = u16::try_from(update.max_version_level).unwrap_or(0);
    let invalid = |why: String| {
        Some(format!(
            "Invalid update version {to} for feature {name}. {why}"
        ))
    };
    if update.upgrade_type == UPGRADE && to < question.level(&name) {
        let why = "Can't downgrade the version of this feature without setting the upgrade type to either safe or unsafe downgrade.";
        return invalid(why.into());
    }
    let first = question.shape.seats.get_key_value(&active);
    let others = question.shape.seats.iter().filter(|(id, _)| **id != active);
    for (id, seats) in first.into_iter().chain(others) {
        let node = question.fleet.nodes.get(&seats.member)?;
        let release = node.tells()?;
        let all = hello::supported(question, release);
        let range = all.iter().find(|(level, _)| level.as_str() == name);
        let (low, high) = range.map_or((0, 0), |(_, range)| *range);
        if (low..=high).contains(&to) {
            continue;
        }
        let who = match seats.controller {
            true if *id == active => "Local controller",
            true => "Controller",
            false => "Broker",
        };
        return invalid(if range.is_some() {
            format!("{who} {id} only supports versions {low}-{high}")
        } else {
            format!("{who} {id} does not support this feature.")
        });
    }
    None
}

fn raised(question: &mut Question<'_>, update: &FeatureUpdateKey) {
    let level = LevelName::from(&*update.feature);
    let to = u16::try_from(update.max_version_level).unwrap_or(0);
    if question.level(level.as_str()) == to {
        return;
    }
    question.fleet.levels.insert(level.clone(), to);
    question.standing.raised += 1;
    if let Some((subject, attempt, epoch)) = question.notes.of_level(&level) {
        let (fleet, now) = (&*question.fleet, question.now);
        question.judge.touched(fleet, &subject, attempt, epoch, now);
    }
    question.judge.raised(question.fleet, &level, question.now);
}
