//! Files of members on their hosts: the configuration that the next start will read, and what lies in
//! the log directories that it names.
//!
//! Must never know: what is right in them; [`super::seen`] tells. Stories: `tests/it/kafka_files.rs`.

use super::properties;
use std::collections::BTreeMap;
use windlass_engine::version::Version;
use windlass_runner::ports::hand::{Hand, Volume};

/// What each log directory of a formatted node holds.
const META: &str = "meta.properties";

/// What a host shows of one member.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Files {
    /// The configuration file, absolute; none: it is not declared.
    pub path: Option<String>,
    /// What stands in it; in words, why it could not be read.
    pub settings: Option<Result<BTreeMap<String, String>, String>>,
    /// The log directories that it names.
    pub dirs: Vec<Dir>,
    /// The Java that the start towards the release wanted names by `JAVA_HOME`; none: it names none.
    pub java: Option<Result<Version, String>>,
    /// The words of the start towards the release wanted: arguments, and `NAME=value`.
    pub words: Vec<String>,
}

/// A log directory, as it lies on the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dir {
    /// Its path.
    pub path: String,
    /// What its `meta.properties` says; none: it has none.
    pub meta: Result<Option<BTreeMap<String, String>>, String>,
    /// The volume it lies on, where told.
    pub volume: Option<Volume>,
}

/// Looks at the files of a member, for the release wanted where there is one.
///
/// # Errors
/// In words, where the host cannot be looked at.
pub async fn look(hand: &dyn Hand, wanted: Option<&Version>) -> Result<Files, String> {
    let declared = hand.declared(wanted)?;
    let mut files = Files {
        path: declared.config.clone(),
        words: declared.words,
        ..Files::default()
    };
    files.java = java(hand, &files.words).await?;
    let Some(path) = declared.config else {
        return Ok(files);
    };
    let paths = [path.clone()];
    let mut shown = hand.peek(&paths).await?;
    let text = match shown.pop().map(|one| one.text) {
        Some(Ok(Some(text))) => text,
        Some(Ok(None)) | None => {
            files.settings = Some(Err(format!("{path} is not there")));
            return Ok(files);
        }
        Some(Err(why)) => {
            files.settings = Some(Err(why));
            return Ok(files);
        }
    };
    let settings = properties::read(&text);
    let dirs = dirs(&settings);
    files.settings = Some(Ok(settings));
    let metas: Vec<String> = dirs.iter().map(|dir| format!("{dir}/{META}")).collect();
    let shown = hand.peek(&metas).await?;
    files.dirs = dirs
        .into_iter()
        .zip(shown)
        .map(|(path, shown)| Dir {
            path,
            meta: shown
                .text
                .map(|text| text.map(|text| properties::read(&text))),
            volume: shown.volume,
        })
        .collect();
    Ok(files)
}

/// The Java under a declared `JAVA_HOME`: its `release` file tells its version.
async fn java(
    hand: &dyn Hand,
    words: &[String],
) -> Result<Option<Result<Version, String>>, String> {
    let home = words
        .iter()
        .find_map(|word| word.strip_prefix("JAVA_HOME="));
    let Some(home) = home else {
        return Ok(None);
    };
    let path = format!("{}/release", home.trim_end_matches('/'));
    let mut shown = hand.peek(std::slice::from_ref(&path)).await?;
    let text = match shown.pop().map(|one| one.text) {
        Some(Ok(Some(text))) => text,
        Some(Ok(None)) | None => return Ok(Some(Err(format!("{path} is not there")))),
        Some(Err(why)) => return Ok(Some(Err(why))),
    };
    let version = properties::read(&text)
        .get("JAVA_VERSION")
        .and_then(|text| Version::parse(text.trim().trim_matches('"')).ok());
    Ok(Some(
        version.ok_or_else(|| format!("{path} tells no version")),
    ))
}

/// Log directories as the server finds them: `log.dirs`, else `log.dir`, and the one of the metadata.
fn dirs(settings: &BTreeMap<String, String>) -> Vec<String> {
    let given = |key: &str| settings.get(key).map(String::as_str).unwrap_or_default();
    let all = match given("log.dirs") {
        "" => given("log.dir"),
        some => some,
    };
    let mut out: Vec<String> = Vec::new();
    for dir in all.split(',').chain([given("metadata.log.dir")]) {
        let dir = dir.trim().trim_end_matches('/').to_owned();
        if dir.starts_with('/') && !out.contains(&dir) {
            out.push(dir);
        }
    }
    out
}
