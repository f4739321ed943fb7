//! `policy.checks`, as it is written.
//!
//! Must never know: how they are asked. Stories: `tests/it/checks.rs`.

use super::policy::word;
use crate::duration;
use crate::value::{BINDS, SEVERITIES};
use serde::Serialize;
use windlass_engine::check::{Asks, OwnCheck};

/// A check in the words of the file.
#[derive(Serialize)]
pub(super) struct Written<'c> {
    name: &'c str,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'c str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<&'c [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cel: Option<&'c str>,
    severity: &'static str,
    binds: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    mend: &'c str,
}

impl<'c> From<&'c OwnCheck> for Written<'c> {
    fn from(check: &'c OwnCheck) -> Self {
        let (command, timeout, cel) = match &check.asks {
            Asks::Command { list, timeout } => {
                (Some(list.as_slice()), Some(duration::text(*timeout)), None)
            }
            Asks::Cel(text) => (None, None, Some(text.as_str())),
        };
        Self {
            name: &check.name,
            title: check.title.as_deref(),
            command,
            timeout,
            cel,
            severity: word(SEVERITIES, check.severity),
            binds: word(BINDS, check.binds),
            mend: &check.mend,
        }
    }
}
