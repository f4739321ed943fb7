//! Formatted data folders: one run of Kafka's own tool a release, copied for each node.
//!
//! With static voters a node's formatted folder differs from another's only by `node.id` and `directory.id`;
//! dynamic voters record directory ids in the log and must not be made so.
//! Must never know: processes of nodes.
//! Tests: here, and `tests/it`.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::super::process::run;
use super::super::{PeerError, cache, doing};
use super::listener::{PASSWORD, USER};
use super::release::Release;

/// What a formatted folder holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Template {
    /// The feature levels of the release.
    Plain,
    /// And the users of SCRAM.
    Users,
}

impl Template {
    fn folder(self) -> &'static str {
        match self {
            Self::Plain => "formatted",
            Self::Users => "formatted-users",
        }
    }

    fn arguments(self) -> Vec<String> {
        let user = |mechanism: &str| {
            let user = format!("{mechanism}=[name={USER},password={PASSWORD}]");
            ["--add-scram".to_owned(), user]
        };
        match self {
            Self::Plain => Vec::new(),
            Self::Users => ["SCRAM-SHA-256", "SCRAM-SHA-512"]
                .into_iter()
                .flat_map(user)
                .collect(),
        }
    }
}

const META: &str = "meta.properties";
const CHECKPOINT: &str = "bootstrap.checkpoint";

/// Any properties that are valid do: only the feature levels of the release end up in the checkpoint.
const PROPERTIES: &str = "process.roles=broker,controller
node.id=1
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
listeners=PLAINTEXT://127.0.0.1:1,CONTROLLER://127.0.0.1:2
controller.quorum.voters=1@127.0.0.1:2
";

/// Formats once with the release's own tool and keeps the outcome beside its jars.
pub(super) fn template(release: &Release, template: Template) -> Result<(), PeerError> {
    let kept = release.root().join(template.folder());
    if kept.is_dir() {
        return Ok(());
    }
    let part = release.root().join("formatted.part");
    fs::remove_dir_all(&part).unwrap_or_default();
    let data = part.join("data");
    let config = part.join("server.properties");
    cache::put(
        &config,
        format!("{PROPERTIES}log.dirs={}\n", data.display()).as_bytes(),
    )?;
    run(Command::new(release.launcher())
        .args(["format", "-t=AAAAAAAAAAAAAAAAAAAAAA", "-c"])
        .arg(&config)
        .args(template.arguments())
        .env("KAFKA_MAIN", "kafka.tools.StorageTool")
        .env(
            "KAFKA_HEAP_OPTS",
            "-Xmx128m -XX:+UseSerialGC -XX:TieredStopAtLevel=1",
        ))?;
    for file in [META, CHECKPOINT] {
        fs::copy(data.join(file), part.join(file)).map_err(doing(format!("keep {file}")))?;
    }
    fs::remove_dir_all(&data).map_err(doing("tidy after formatting"))?;
    fs::rename(&part, &kept).map_err(doing(format!("rename to {}", kept.display())))
}

/// Makes the data folder of one node as the tool would; anything that was there is gone.
pub(super) fn format(
    release: &Release,
    template: Template,
    data: &Path,
    cluster: &str,
    node: i32,
) -> Result<(), PeerError> {
    let kept = release.root().join(template.folder());
    fs::remove_dir_all(data).unwrap_or_default();
    let meta = fs::read_to_string(kept.join(META)).map_err(doing("read the formatted template"))?;
    cache::put(&data.join(META), retitled(&meta, cluster, node)?.as_bytes())?;
    fs::copy(kept.join(CHECKPOINT), data.join(CHECKPOINT))
        .map(|_bytes| ())
        .map_err(doing(format!("format {}", data.display())))
}

fn retitled(meta: &str, cluster: &str, node: i32) -> Result<String, PeerError> {
    let directory = random_id()?;
    let lines = meta
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| match line.split_once('=') {
            Some(("cluster.id", _)) => format!("cluster.id={cluster}\n"),
            Some(("node.id", _)) => format!("node.id={node}\n"),
            Some(("directory.id", _)) => format!("directory.id={directory}\n"),
            Some(_) | None => format!("{line}\n"),
        });
    Ok(lines.collect())
}

/// A Kafka id: 16 random bytes as base64url. The first is held below 0x80, so that it never begins with `-`.
pub(super) fn random_id() -> Result<String, PeerError> {
    let mut bytes = [0; 16];
    let mut source = fs::File::open("/dev/urandom").map_err(doing("open /dev/urandom"))?;
    std::io::Read::read_exact(&mut source, &mut bytes).map_err(doing("read /dev/urandom"))?;
    bytes[0] &= 0x7f;
    Ok(base64url(&bytes))
}

fn base64url(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let group = |chunk: &[u8]| {
        let mut wide = 0_usize;
        for position in 0..3 {
            wide = wide << 8 | usize::from(chunk.get(position).copied().unwrap_or(0));
        }
        let letters =
            (0..=chunk.len()).map(|letter| char::from(ALPHABET[wide >> (18 - 6 * letter) & 63]));
        letters.collect::<String>()
    };
    bytes.chunks(3).map(group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64url_is_that_of_the_standard() {
        assert_eq!(base64url(b""), "");
        assert_eq!(base64url(b"f"), "Zg");
        assert_eq!(base64url(b"fo"), "Zm8");
        assert_eq!(base64url(b"foobar"), "Zm9vYmFy");
        assert_eq!(base64url(&[0xfb, 0xff]), "-_8");
    }

    #[test]
    fn ids_differ_and_never_look_like_an_option() {
        let ids = [random_id().expect("random"), random_id().expect("random")];
        assert_ne!(ids[0], ids[1]);
        assert!(ids.iter().all(|id| id.len() == 22 && !id.starts_with('-')));
    }

    #[test]
    fn only_the_names_in_meta_change() {
        let meta = "#Thu\nversion=1\ncluster.id=A\nnode.id=1\ndirectory.id=B\n";
        let text = retitled(meta, "C", 7).expect("random");
        assert!(text.starts_with("version=1\ncluster.id=C\nnode.id=7\ndirectory.id="));
        assert!(!text.contains("directory.id=B\n"));
    }
}
