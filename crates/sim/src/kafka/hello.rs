//! Hello: which requests and levels the release of a node offers (ApiVersions).
//!
//! Versions of requests are those that real brokers of 3.7 to 4.3 answered on both listeners. Only what is
//! asked here is told.
//! Must never know: what a request is about. Stories: in this file; `xtask/tests/it/wires.rs` of xtask.

use super::answer::{Question, Reply, text};
use super::layout::Seat;
use super::levels::is_by_humans;
use kafka_protocol::messages::api_versions_response::{
    ApiVersion, FinalizedFeatureKey, SupportedFeatureKey,
};
use kafka_protocol::messages::{ApiKey, ApiVersionsResponse};
use windlass_engine::names::LevelName;
use windlass_engine::version::Version;

/// `UNSUPPORTED_VERSION`.
const UNSUPPORTED: i16 = 35;
/// ApiVersions up to this one hides features whose lowest level is 0.
const HIDES_ZERO: i16 = 3;
/// Features are told from this version on.
const WITH_FEATURES: i16 = 3;

/// A request with its versions: up to 3.8, in 3.9, from 4.0 on; and whether controllers offer it.
struct Offer {
    key: ApiKey,
    up_to_3_8: (i16, i16),
    in_3_9: (i16, i16),
    from_4_0: (i16, i16),
    controllers: Has,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Has {
    It,
    ItNot,
}

const fn offer(
    key: ApiKey,
    up_to_3_8: (i16, i16),
    in_3_9: (i16, i16),
    from_4_0: (i16, i16),
    controllers: Has,
) -> Offer {
    Offer {
        key,
        up_to_3_8,
        in_3_9,
        from_4_0,
        controllers,
    }
}

const OFFERS: [Offer; 11] = [
    offer(ApiKey::SaslHandshake, (0, 1), (0, 1), (0, 1), Has::It),
    offer(ApiKey::SaslAuthenticate, (0, 2), (0, 2), (0, 2), Has::It),
    offer(ApiKey::ApiVersions, (0, 3), (0, 4), (0, 4), Has::It),
    offer(ApiKey::Metadata, (0, 12), (0, 12), (0, 13), Has::ItNot),
    offer(ApiKey::DescribeCluster, (0, 1), (0, 1), (0, 2), Has::It),
    offer(ApiKey::DescribeQuorum, (0, 1), (0, 2), (0, 2), Has::It),
    offer(ApiKey::DescribeConfigs, (0, 4), (0, 4), (1, 4), Has::It),
    offer(ApiKey::DescribeLogDirs, (0, 4), (0, 4), (1, 4), Has::ItNot),
    offer(
        ApiKey::ListPartitionReassignments,
        (0, 0),
        (0, 0),
        (0, 0),
        Has::It,
    ),
    offer(ApiKey::ElectLeaders, (0, 2), (0, 2), (0, 2), Has::It),
    offer(ApiKey::UpdateFeatures, (0, 1), (0, 1), (0, 2), Has::It),
];

impl Offer {
    fn of(&self, release: &Version, seat: Seat) -> Option<(i16, i16)> {
        if seat == Seat::Controller && self.controllers == Has::ItNot {
            return None;
        }
        let numbers = release.numbers();
        Some(match (numbers.first(), numbers.get(1)) {
            (Some(0..=2), _) | (Some(3), Some(0..=8)) => self.up_to_3_8,
            (Some(3), _) => self.in_3_9,
            (Some(_) | None, _) => self.from_4_0,
        })
    }
}

/// What a node runs in the seat that is asked.
fn release(question: &Question<'_>) -> Option<Version> {
    let member = &question.shape.seats.get(&question.id)?.member;
    question.fleet.nodes.get(member)?.tells().cloned()
}

/// The versions in which the asked listener takes a request; none: it does not.
pub(super) fn offers(question: &Question<'_>, key: ApiKey) -> Option<(i16, i16)> {
    let release = release(question)?;
    let offer = OFFERS.iter().find(|offer| offer.key == key)?;
    offer.of(&release, question.seat)
}

/// The levels that a release lives with, as the catalog says; what humans raise no node tells.
pub(super) fn supported(
    question: &Question<'_>,
    release: &Version,
) -> Vec<(LevelName, (u16, u16))> {
    let line = release.line();
    let mut lines = question.shape.catalog.lines.iter();
    let line = lines.find(|facts| facts.line == line);
    let levels = line.into_iter().flat_map(|line| &line.levels);
    let told = levels.filter(|(name, _)| !is_by_humans(question.shape, name));
    told.map(|(name, range)| (name.clone(), *range)).collect()
}

pub(super) fn hello(question: &mut Question<'_>) -> Reply {
    let Some(release) = release(question) else {
        return Reply::Close;
    };
    let seat = question.seat;
    let key = |offer: &Offer| {
        let (low, high) = offer.of(&release, seat)?;
        let key = ApiVersion::default().with_api_key(offer.key as i16);
        Some(key.with_min_version(low).with_max_version(high))
    };
    let keys: Vec<ApiVersion> = OFFERS.iter().filter_map(key).collect();
    let known = offers(question, ApiKey::ApiVersions).map_or(0, |(_, high)| high);
    if question.version > known {
        let answer = ApiVersionsResponse::default()
            .with_error_code(UNSUPPORTED)
            .with_api_keys(keys);
        return question.answers_in(&answer, 0);
    }
    let mut answer = ApiVersionsResponse::default().with_api_keys(keys);
    if question.version >= WITH_FEATURES {
        let wire = |level: u16| i16::try_from(level).unwrap_or(i16::MAX);
        let all = supported(question, &release);
        let shown = all
            .iter()
            .filter(|(_, (low, _))| question.version > HIDES_ZERO || *low > 0);
        let shown = shown.map(|(name, (low, high))| {
            SupportedFeatureKey::default()
                .with_name(text(name.as_str()))
                .with_min_version(wire(*low))
                .with_max_version(wire(*high))
        });
        // One that stands at 0 is absent.
        let finalized = question.fleet.levels.iter().filter(|(_, at)| **at > 0);
        let finalized = finalized.filter(|(name, _)| !is_by_humans(question.shape, name));
        let finalized = finalized.map(|(name, at)| {
            FinalizedFeatureKey::default()
                .with_name(text(name.as_str()))
                .with_min_version_level(wire(*at))
                .with_max_version_level(wire(*at))
        });
        let (shown, finalized) = (shown.collect(), finalized.collect());
        answer = answer
            .with_supported_features(shown)
            .with_finalized_features(finalized)
            .with_finalized_features_epoch(1 + question.standing.raised);
    }
    question.answers(&answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn older_releases_offer_less_and_controllers_no_metadata() {
        let of = |release: &str, key, seat| {
            let release = Version::parse(release).expect("a version");
            let offer = OFFERS.iter().find(|offer| offer.key == key);
            offer.expect("offered").of(&release, seat)
        };
        assert_eq!(of("3.7.2", ApiKey::ApiVersions, Seat::Broker), Some((0, 3)));
        assert_eq!(
            of("3.9.2", ApiKey::DescribeQuorum, Seat::Broker),
            Some((0, 2))
        );
        assert_eq!(
            of("4.1.2", ApiKey::DescribeCluster, Seat::Controller),
            Some((0, 2))
        );
        assert_eq!(of("4.1.2", ApiKey::Metadata, Seat::Controller), None);
    }
}
