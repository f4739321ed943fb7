//! Names of things: short shared strings with a type each, so that a member is never taken for a level.
//!
//! Must never know: what the names mean to a system. Stories: in this file.

use alloc::string::{String, ToString};
use alloc::sync::Arc;
use core::cmp::Ordering;
use core::fmt;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash)]
        pub struct $name {
            text: Arc<str>,
            /// Its value, where it is a number: read once, for sets of thousands are sorted by it.
            number: Option<u64>,
        }

        impl $name {
            /// The name as it was given.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.text
            }
        }
        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self {
                    text: Arc::from(text),
                    number: text.parse().ok(),
                }
            }
        }
        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self::from(text.as_str())
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.text)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", &*self.text)
            }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str(&self.text)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                String::deserialize(d).map(Self::from)
            }
        }
        impl Ord for $name {
            fn cmp(&self, other: &Self) -> Ordering {
                if Arc::ptr_eq(&self.text, &other.text) {
                    return Ordering::Equal;
                }
                natural(self.number, other.number).then_with(|| self.text.cmp(&other.text))
            }
        }
        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }
    };
}

name!(
    /// What moves as one: a process or host, by the system's own id (`101`, `node-7`).
    MemberId
);
name!(
    /// A part with a version of its own: `controller`, `broker`.
    Component
);
name!(
    /// A level held by the whole cluster: `metadata.version`.
    LevelName
);
name!(
    /// A scheme of versions within a system, never compared with another: `kernel`; the main one has
    /// no name.
    Track
);
name!(
    /// What may make a hop unwise: `KubeVirtMigration`.
    RiskName
);
name!(
    /// Something done once for the cluster: `preferred-leaders`.
    ActionName
);
name!(
    /// The name under which a user registered a cluster.
    ClusterName
);
name!(
    /// What the system itself answers when asked who it is (Kafka's cluster id).
    Identity
);
name!(
    /// A check of the catalog: `replication.single`.
    CheckId
);
name!(
    /// One execution of a plan on one cluster: a number within its store, as text.
    RunId
);

impl Default for Track {
    fn default() -> Self {
        Self::from("")
    }
}

impl Track {
    /// Whether it is the one without a name.
    #[must_use]
    pub fn is_main(&self) -> bool {
        self.as_str().is_empty()
    }
}

/// Numbers sort as numbers, all else as text; numbers come first.
fn natural(a: Option<u64>, b: Option<u64>) -> Ordering {
    match (a, b) {
        (Some(x), Some(y)) => x.cmp(&y),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    }
}

/// What an effect is about: a member, a level, or an action of the plan.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A member that moves.
    Member(MemberId),
    /// A cluster-wide level that is raised.
    Level(LevelName),
    /// An action of the plan.
    Action(ActionName),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Member(id) => write!(f, "member/{id}"),
            Self::Level(name) => write!(f, "level/{name}"),
            Self::Action(name) => write!(f, "action/{name}"),
        }
    }
}

impl Subject {
    /// Reads what [`fmt::Display`] writes; a bare word is a member.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text.split_once('/') {
            Some(("level", name)) => Self::Level(name.into()),
            Some(("action", name)) => Self::Action(name.into()),
            Some(("member", id)) => Self::Member(id.into()),
            Some(_) | None => Self::Member(text.into()),
        }
    }
}

impl Serialize for Subject {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.to_string())
    }
}
impl<'de> Deserialize<'de> for Subject {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d).map(|text| Self::parse(&text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn member_two_comes_before_member_ten_and_numbers_before_words() {
        let mut ids: alloc::vec::Vec<MemberId> = ["10", "b", "2", "a"].map(MemberId::from).to_vec();
        ids.sort();
        assert_eq!(alloc::format!("{ids:?}"), r#"["2", "10", "a", "b"]"#);
    }

    #[test]
    fn a_subject_reads_what_it_writes() {
        for text in [
            "member/7",
            "level/metadata.version",
            "action/preferred-leaders",
        ] {
            assert_eq!(Subject::parse(text).to_string(), text);
        }
        assert_eq!(Subject::parse("7"), Subject::Member("7".into()));
    }
}
