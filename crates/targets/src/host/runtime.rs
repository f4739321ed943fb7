//! What a process runs on: a Java tells its version in the `release` file of its own folder.
//!
//! Must never know: which version is right. Stories: in this file.

use std::fs;
use std::path::Path;
use windlass_engine::version::Version;

/// The version of the Java that the process runs on; none: it runs on none that says so.
///
/// # Errors
/// In words, where the process cannot be looked at.
pub(super) fn of(pid: u32) -> Result<Option<Version>, String> {
    let link = format!("/proc/{pid}/exe");
    let program = fs::read_link(&link).map_err(|why| format!("{link}: {why}"))?;
    // HOME/bin/java, and HOME/release beside it.
    let home = program.parent().and_then(Path::parent);
    let text = home.and_then(|home| fs::read_to_string(home.join("release")).ok());
    Ok(text.as_deref().and_then(version))
}

fn version(release: &str) -> Option<Version> {
    let lines = release.lines();
    let value = lines
        .filter_map(|line| line.strip_prefix("JAVA_VERSION="))
        .next()?;
    Version::parse(value.trim().trim_matches('"')).ok()
}

#[cfg(test)]
mod tests {
    use super::version;

    #[test]
    fn a_release_file_tells_the_version() {
        let says = |text| version(text).map(|version| version.to_string());
        let text = "IMPLEMENTOR=\"Debian\"\nJAVA_VERSION=\"17.0.15\"\n";
        assert_eq!(says(text).as_deref(), Some("17.0.15"));
        assert_eq!(
            says("JAVA_VERSION=\"1.8.0_412\"").as_deref(),
            Some("1.8.0_412")
        );
        assert_eq!(says("nothing"), None);
    }
}
