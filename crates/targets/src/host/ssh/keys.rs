//! Whether a host is the one that was declared: its key is pinned, or stands in a known-hosts file.
//! An unknown key and a changed one are refused, with what was found and what was expected; nothing is
//! ever learned by itself.
//!
//! Must never know: how the connection came about. Stories: in this file, and `tests/it/ssh.rs`.

use russh::keys::ssh_key::PublicKey;
use russh::keys::{Algorithm, HashAlg, known_hosts};
use std::path::PathBuf;
use thiserror::Error;

/// What tells that a host is the one that was meant.
#[derive(Clone, Debug)]
pub enum HostKeys {
    /// These keys, as declared.
    Pinned(Vec<PublicKey>),
    /// What a known-hosts file says (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT; without wildcards).
    File(PathBuf),
}

/// Why host keys cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum KeysError {
    /// Not a line as in a file that ends in `.pub`.
    #[error("`{0}` is no host key: expected a line as in /etc/ssh/ssh_host_ed25519_key.pub")]
    Line(String),
}

impl HostKeys {
    /// Keys as they stand in files that end in `.pub`: `ssh-ed25519 AAAA…`.
    ///
    /// # Errors
    /// [`KeysError`] where one is no key.
    pub fn pinned(lines: &[String]) -> Result<Self, KeysError> {
        let keys = lines.iter().map(|line| {
            PublicKey::from_openssh(line.trim()).map_err(|_| KeysError::Line(line.clone()))
        });
        Ok(Self::Pinned(keys.collect::<Result<_, _>>()?))
    }

    /// The keys that a host may show, each with where it is written.
    pub(super) fn expected(
        &self,
        host: &str,
        port: u16,
    ) -> Result<Vec<(String, PublicKey)>, String> {
        match self {
            Self::Pinned(keys) => {
                let each = keys
                    .iter()
                    .map(|key| ("`hostKey`".to_string(), key.clone()));
                Ok(each.collect())
            }
            Self::File(path) => {
                let shown = path.display();
                let wrong = |why: &dyn std::fmt::Display| format!("{shown}: {why}");
                let text = std::fs::read_to_string(path).map_err(|why| wrong(&why))?;
                let known = known_hosts::known_host_keys_path(host, port, path);
                let known = known.map_err(|why| wrong(&why))?;
                let revoked = revoked(&text);
                let good = known.into_iter().filter(|(_, key)| !revoked.contains(key));
                Ok(good
                    .map(|(line, key)| (format!("{shown} line {line}"), key))
                    .collect())
            }
        }
    }

    /// In words, why a host that shows this key is not the one that was meant.
    pub(super) fn refusal(&self, host: &str, port: u16, found: &PublicKey) -> Option<String> {
        let place = match port {
            22 => host.to_string(),
            port => format!("[{host}]:{port}"),
        };
        let expected = match self.expected(host, port) {
            Ok(expected) => expected,
            Err(why) => return Some(format!("{place} cannot be told from another host: {why}")),
        };
        if expected
            .iter()
            .any(|(_, key)| key.key_data() == found.key_data())
        {
            return None;
        }
        let shows = format!("{place} shows the host key {}", fingerprint(found));
        if let Self::File(path) = self
            && expected.is_empty()
        {
            let line = found.to_openssh().unwrap_or_default();
            return Some(format!(
                "{shows}, and {} knows no key of it: nothing was sent to it. If its administrator \
                 confirms that fingerprint, add the line `{place} {line}`",
                path.display()
            ));
        }
        let each: Vec<String> = expected
            .iter()
            .map(|(place, key)| format!("{} ({place})", fingerprint(key)))
            .collect();
        Some(format!(
            "{shows}, expected {}: it was set up anew, or another host stands in its place; nothing \
             was sent to it",
            each.join(" or ")
        ))
    }

    /// The kinds of keys, those that are expected first: a host with several shows one we can compare.
    pub(super) fn preferred(&self, host: &str, port: u16, all: &[Algorithm]) -> Vec<Algorithm> {
        let expected = self.expected(host, port).unwrap_or_default();
        let mut kinds = all.to_vec();
        kinds.sort_by_key(|kind| !expected.iter().any(|(_, key)| key.algorithm() == *kind));
        kinds
    }
}

/// Keys that a known-hosts file calls lost to others (`@revoked`).
fn revoked(text: &str) -> Vec<PublicKey> {
    text.lines()
        .filter_map(|line| {
            let mut words = line.strip_prefix("@revoked")?.split_ascii_whitespace();
            let (_hosts, kind, key) = (words.next()?, words.next()?, words.next()?);
            PublicKey::from_openssh(&format!("{kind} {key}")).ok()
        })
        .collect()
}

/// As ssh-keygen shows it, with the kind of key.
pub(super) fn fingerprint(key: &PublicKey) -> String {
    let print = key.fingerprint(HashAlg::Sha256);
    format!("{print} ({})", key.algorithm().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ";
    const OTHER: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILIG2T/B0l0gaqj3puu510tu9N1OkQ4znY3LYuEm5zCF";

    fn key(line: &str) -> PublicKey {
        PublicKey::from_openssh(line).expect("a key")
    }

    #[test]
    fn a_pinned_key_is_the_only_one() {
        let keys = HostKeys::pinned(&[format!("{ONE} root@k1")]).expect("keys");
        assert_eq!(keys.refusal("k1", 22, &key(ONE)), None);
        let said = keys.refusal("k1", 22, &key(OTHER)).expect("refused");
        let (found, expected) = (fingerprint(&key(OTHER)), fingerprint(&key(ONE)));
        assert!(
            said.starts_with(&format!(
                "k1 shows the host key {found}, expected {expected} (`hostKey`)"
            )),
            "{said}"
        );
        assert!(HostKeys::pinned(&["ssh-ed25519 what".into()]).is_err());
    }

    #[test]
    fn a_file_knows_hosts_by_name_and_port_and_what_is_revoked() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("known_hosts");
        let refusal = |text: &str, line: &str| {
            std::fs::write(&path, text).expect("written");
            HostKeys::File(path.clone()).refusal("k1", 2200, &key(line))
        };
        let line = format!("[k1]:2200 {ONE}\n");
        assert_eq!(refusal(&line, ONE), None);
        let changed = refusal(&line, OTHER).expect("refused");
        assert!(changed.contains("line 1"), "{changed}");
        let unknown = refusal(&format!("k1 {ONE}\n"), ONE).expect("refused");
        assert!(unknown.contains("knows no key of it"), "{unknown}");
        assert!(unknown.contains(line.trim_end()), "{unknown}");
        assert!(refusal(&format!("{line}@revoked * {ONE}\n"), ONE).is_some());
        std::fs::remove_file(&path).expect("removed");
        let gone = HostKeys::File(path.clone()).refusal("k1", 22, &key(ONE));
        assert!(gone.expect("refused").contains("No such file"));
    }
}
