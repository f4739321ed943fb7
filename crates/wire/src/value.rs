//! One text to one value: what stands in a field of a file, or behind a flag of a command.
//!
//! Must never know: where the text stood; the reader adds that. Stories: in this file and `tests/it/errors.rs`.

use crate::diagnostic::Code;
use crate::duration;
use crate::field::one_of;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;
use thiserror::Error;
use windlass_engine::ask::{Ask, Wanted};
use windlass_engine::calendar::hours::Fit;
use windlass_engine::catalog::{Binds, Catalog, Severity};
use windlass_engine::hash::Hash;
use windlass_engine::names::RiskName;
use windlass_engine::nearest::nearest;
use windlass_engine::plan::Goal;
use windlass_engine::policy::{Cap, Finalize, Mode, Ramp};
use windlass_engine::time::Ms;
use windlass_engine::version::{Range, Version};

/// Names become files, rows and Kubernetes objects: what a DNS label allows in length.
const NAME_MAX_LETTERS: usize = 63;
/// More than all of something cannot be down.
const SHARE_MAX_PERCENT: u32 = 100;

/// The ramps, as they are written.
pub const RAMPS: &[(&str, Ramp)] = &[("double", Ramp::Double), ("fixed", Ramp::Fixed)];
/// The modes, as they are written.
pub const MODES: &[(&str, Mode)] = &[("sliding", Mode::Sliding), ("barrier", Mode::Barrier)];
/// When levels are raised, as it is written; `{after: 3d}` besides.
pub const FINALIZES: &[(&str, Finalize)] = &[("never", Finalize::Never), ("soon", Finalize::Soon)];

/// How heavy a check is, as it is written.
pub const SEVERITIES: &[(&str, Severity)] = &[
    ("fail", Severity::Fail),
    ("warn", Severity::Warn),
    ("fail-always", Severity::FailAlways),
];
/// When a check binds, as it is written.
pub const BINDS: &[(&str, Binds)] = &[
    ("now", Binds::Now),
    ("before-hop", Binds::BeforeHop),
    ("before-each-member", Binds::BeforeEachMember),
    ("before-finalize", Binds::BeforeFinalize),
];
/// What must fit into what is left of a window, as it is written.
pub const FITS: &[(&str, Fit)] = &[("member", Fit::Member), ("stage", Fit::Stage)];

/// A text that is not what belongs there.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{says}: expected {expected}{}", .help.as_ref().map(|help| format!("; {help}")).unwrap_or_default())]
pub struct Wrong {
    /// Which kind of trouble.
    pub code: Code,
    /// What is wrong: "`0` is no cap".
    pub says: String,
    /// What belongs there.
    pub expected: String,
    /// What would help besides.
    pub help: Option<String>,
}

impl Wrong {
    pub(crate) fn new(says: impl Into<String>, expected: impl Into<String>) -> Self {
        Self {
            code: Code::BadValue,
            says: says.into(),
            expected: expected.into(),
            help: None,
        }
    }
}

/// A host with a port, as a client dials it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address {
    /// Name or IP address, without the brackets of IPv6.
    pub host: String,
    /// From 1.
    pub port: u16,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}
impl Serialize for Address {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

/// `HOST:PORT`, with IPv6 in brackets.
///
/// # Errors
/// [`Wrong`] where either is missing or cannot be.
pub fn address(text: &str) -> Result<Address, Wrong> {
    const EXPECTED: &str = "HOST:PORT, as 127.0.0.1:9092 or [::1]:9092";
    let wrong = |says: String| Wrong::new(says, EXPECTED);
    if let Some((_, rest)) = text.split_once("://") {
        let mut wrong = wrong(format!("`{text}` is no address"));
        wrong.help = Some(format!("without the scheme: {rest}"));
        return Err(wrong);
    }
    let (host, port) = text
        .rsplit_once(':')
        .ok_or_else(|| wrong(format!("`{text}` has no port")))?;
    let host = match host.strip_prefix('[').and_then(|h| h.strip_suffix(']')) {
        Some(inner) if inner.parse::<std::net::Ipv6Addr>().is_ok() => inner,
        Some(_) => return Err(wrong(format!("`{host}` is no IPv6 address"))),
        None => host,
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | ':');
    let bare_v6 = host.contains(':') && !text.starts_with('[');
    if host.is_empty() || bare_v6 || !host.chars().all(plain) {
        return Err(wrong(format!("`{text}` is no address")));
    }
    let port = match port.parse::<u32>() {
        Ok(number) => in_range(number)?,
        Err(_) => return Err(wrong(format!("`{port}` is no port"))),
    };
    Ok(Address {
        host: host.to_owned(),
        port,
    })
}

fn in_range(number: u32) -> Result<u16, Wrong> {
    match u16::try_from(number) {
        Ok(port) if port > 0 => Ok(port),
        Ok(_) | Err(_) => Err(Wrong::new(format!("port {number} is out of range"), PORTS)),
    }
}

/// A port by itself.
///
/// # Errors
/// [`Wrong`] where it is no number, or none from 1 to 65535.
pub fn port(text: &str) -> Result<u16, Wrong> {
    let number = text.parse::<u32>();
    in_range(number.map_err(|_| Wrong::new(format!("`{text}` is no port"), PORTS))?)
}

const PORTS: &str = "a port from 1 to 65535";

/// A release or a line of releases.
///
/// # Errors
/// [`Wrong`] where it is no version.
pub fn risk(text: &str) -> Result<RiskName, Wrong> {
    let is_name = !text.is_empty() && !text.chars().any(char::is_whitespace);
    is_name.then(|| RiskName::from(text)).ok_or_else(|| {
        Wrong::new(
            format!("`{text}` is no name of a risk"),
            "a name as plans and refusals tell it, without spaces",
        )
    })
}

/// A release or a line.
///
/// # Errors
/// Where it is none.
pub fn version(text: &str) -> Result<Version, Wrong> {
    Version::parse(text).map_err(|_| {
        Wrong::new(
            format!("`{text}` is no version"),
            "numbers joined by dots, as 4.1 or 4.1.2",
        )
    })
}

/// What `--to` names: a release or a line of releases.
///
/// # Errors
/// [`Wrong`] where it is no version.
pub fn goal(text: &str) -> Result<Goal, Wrong> {
    version(text).map(Goal::Version)
}

/// What `--to` asks for: a release, `newest`, `newest-patch`, or parts as `kubelet=1.31,kernel=newest`.
///
/// # Errors
/// [`Wrong`] where it is none of these.
pub fn ask(text: &str) -> Result<Ask, Wrong> {
    const EXPECTED: &str =
        "a release as 4.1, newest, newest-patch, or NAME=RELEASE[,…] with a component or a scheme";
    match text {
        "newest" => return Ok(Ask::Newest),
        "newest-patch" => return Ok(Ask::NewestPatch),
        _ => {}
    }
    if !text.contains('=') {
        return version(text)
            .map(|version| Ask::Goal(Goal::Version(version)))
            .map_err(|_| {
                let mut wrong = Wrong::new(format!("`{text}` is no version"), EXPECTED);
                wrong.help = nearest(text, ["newest", "newest-patch"])
                    .map(|near| format!("did you mean `{near}`?"));
                wrong
            });
    }
    let mut parts = BTreeMap::new();
    for part in text.split(',') {
        let (name, wanted) = part
            .split_once('=')
            .filter(|(name, _)| !name.is_empty() && !name.contains(char::is_whitespace))
            .ok_or_else(|| {
                Wrong::new(format!("`{part}` names no part and its release"), EXPECTED)
            })?;
        let wanted = match wanted {
            "newest" => Wanted::Newest,
            wanted => Wanted::Version(version(wanted)?),
        };
        if parts.insert(name.to_owned(), wanted).is_some() {
            return Err(Wrong::new(format!("`{name}` is named twice"), EXPECTED));
        }
    }
    Ok(Ask::Parts(parts))
}

/// What `--to` names, with the nearest release of the catalog where it is no version at all.
///
/// # Errors
/// [`Wrong`] where it is no version.
pub fn goal_of(text: &str, catalog: &Catalog) -> Result<Goal, Wrong> {
    goal(text).map_err(|mut wrong| {
        let known = catalog.releases.iter().map(|r| r.version.as_str());
        wrong.help = nearest(text, known).map(|name| format!("did you mean {name}?"));
        wrong
    })
}

/// A range of releases.
///
/// # Errors
/// [`Wrong`] where an end is no version, or the range holds nothing.
pub fn range(text: &str) -> Result<Range, Wrong> {
    const EXPECTED: &str = "a range of releases, as 3.3..3.9, 4.0.. or 4.1";
    let range =
        Range::parse(text).map_err(|_| Wrong::new(format!("`{text}` is no range"), EXPECTED))?;
    match (&range.from, &range.to) {
        (None, None) => Err(Wrong::new(format!("`{text}` has no end"), EXPECTED)),
        (Some(from), Some(to)) if from > to && !to.names(from) => Err(Wrong::new(
            format!("`{text}` holds nothing: {from} is newer than {to}"),
            EXPECTED,
        )),
        (Some(_), _) | (_, Some(_)) => Ok(range),
    }
}

/// A length of time.
///
/// # Errors
/// [`Wrong`] where it is none, with the unit it lacks.
pub fn length(text: &str) -> Result<Ms, Wrong> {
    duration::parse(text).map_err(|error| {
        let mut wrong = Wrong::new(
            format!("`{text}` is no length of time"),
            "numbers with units d h m s ms, as 2m10s",
        );
        wrong.help = error.hint();
        wrong
    })
}

/// A length of time that is not zero.
///
/// # Errors
/// [`Wrong`] where it is none, or zero.
pub fn positive_length(text: &str) -> Result<Ms, Wrong> {
    match length(text)? {
        Ms(0) => Err(Wrong::new(
            format!("`{text}` leaves no time at all"),
            "a length of time above zero, as 5m",
        )),
        more => Ok(more),
    }
}

/// How many may be down at once: a count, or a share in per cent.
///
/// # Errors
/// [`Wrong`] where it is none, zero, or more than all.
pub fn cap(text: &str) -> Result<Cap, Wrong> {
    const EXPECTED: &str = "a count from 1, as 3, or a share from 1% to 100%, as 10%";
    let wrong = |says: String| Wrong::new(says, EXPECTED);
    let number = |digits: &str| {
        digits
            .trim_end()
            .parse::<u32>()
            .map_err(|_| wrong(format!("`{text}` is no cap")))
    };
    match text.strip_suffix('%') {
        Some(digits) => match number(digits)? {
            0 => Err(wrong("with a cap of 0% nothing would ever begin".into())),
            share if share > SHARE_MAX_PERCENT => {
                Err(wrong(format!("{share}% is more than all members")))
            }
            share => Ok(Cap::Percent(share)),
        },
        None => match number(text)? {
            0 => Err(wrong("with a cap of 0 nothing would ever begin".into())),
            count => Ok(Cap::Members(count)),
        },
    }
}

/// A cap as it is written.
#[must_use]
pub fn cap_text(cap: Cap) -> String {
    match cap {
        Cap::Members(count) => count.to_string(),
        Cap::Percent(share) => format!("{share}%"),
    }
}

/// A name that a user gives: small letters, digits, `-` and `.`, a letter or digit at both ends.
///
/// # Errors
/// [`Wrong`] where it is empty, too long or holds anything else.
pub fn name(text: &str) -> Result<String, Wrong> {
    let sound = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let fits = !text.is_empty()
        && text.len() <= NAME_MAX_LETTERS
        && text.chars().all(|c| sound(c) || matches!(c, '-' | '.'))
        && text.starts_with(sound)
        && text.ends_with(sound);
    if fits {
        return Ok(text.to_owned());
    }
    Err(Wrong::new(
        format!("`{text}` is no name"),
        format!("at most {NAME_MAX_LETTERS} of a-z, 0-9, `-`, `.`, a letter or digit at both ends"),
    ))
}

/// The system's own id of a member: any short text without blanks and slashes.
///
/// # Errors
/// [`Wrong`] where it is empty or holds either.
pub fn member_id(text: &str) -> Result<String, Wrong> {
    let odd = |c: char| c.is_whitespace() || c.is_control() || c == '/';
    if text.is_empty() || text.len() > NAME_MAX_LETTERS || text.contains(odd) {
        return Err(Wrong::new(
            format!("`{text}` is no id of a member"),
            "the system's own id, as 101",
        ));
    }
    Ok(text.to_owned())
}

/// `sha256:` and 64 hexadecimal digits.
///
/// # Errors
/// [`Wrong`] where it is not that.
pub fn checksum(text: &str) -> Result<Hash, Wrong> {
    text.strip_prefix("sha256:")
        .and_then(Hash::parse)
        .ok_or_else(|| {
            Wrong::new(
                format!("`{text}` is no checksum"),
                "sha256: and 64 hexadecimal digits",
            )
        })
}

/// The name that a server's certificate must bear.
///
/// # Errors
/// [`Wrong`] where it is no host name and no IP address.
pub fn server_name(text: &str) -> Result<String, Wrong> {
    crate::read::security::server_name(text)
}

/// `true` or `false`.
///
/// # Errors
/// [`Wrong`] where it is neither.
pub fn flag(text: &str) -> Result<bool, Wrong> {
    choice(text, &[("true", true), ("false", false)])
}

/// One of a few words.
///
/// # Errors
/// [`Wrong`] where it is none of them, with the nearest.
pub fn choice<T: Copy>(text: &str, choices: &[(&str, T)]) -> Result<T, Wrong> {
    if let Some((_, value)) = choices.iter().find(|(word, _)| *word == text) {
        return Ok(*value);
    }
    let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
    let mut wrong = Wrong::new(format!("`{text}` is not known"), one_of(&words));
    wrong.help = nearest(text, words.iter().copied()).map(|near| format!("did you mean `{near}`?"));
    Err(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_read_what_they_write() {
        for text in ["127.0.0.1:9092", "[::1]:9092", "k1.example:65535"] {
            assert_eq!(address(text).map(|a| a.to_string()), Ok(text.to_owned()));
        }
        for text in [
            "", ":1", "k1", "k1:", "k1:0", "k1:65536", "::1:9092", "k 1:9", "a:b:9", "[x]:9",
        ] {
            assert!(address(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_cap_is_a_count_or_a_share() {
        assert_eq!(cap("3"), Ok(Cap::Members(3)));
        assert_eq!(cap("10%"), Ok(Cap::Percent(10)));
        for text in ["0", "0%", "150%", "-1", "ten", "", "%", "1.5"] {
            assert!(cap(text).is_err(), "{text}");
        }
        assert_eq!(
            cap("150%").map_err(|w| w.to_string()),
            Err(
                "150% is more than all members: expected a count from 1, as 3, or a share \
                 from 1% to 100%, as 10%"
                    .into()
            )
        );
    }

    #[test]
    fn ranges_that_hold_nothing_are_refused() {
        assert!(range("3.3..4.0").is_ok() && range("4.0..").is_ok() && range("4.1").is_ok());
        assert!(range("4.0.2..4.0").is_ok(), "4.0 names 4.0.2");
        for text in ["..", "4.1..3.9", "new"] {
            assert!(range(text).is_err(), "{text}");
        }
    }
}
