//! Whether a release lies on the host whole and is what it says it is; fetches it where declared.
//!
//! Must never know: which release a run wants. Stories: `tests/it/host_release.rs`.

use super::deed::{Places, Words, under};
use super::spec::{Checksum, MemberSpec, ReleaseSource};
use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use windlass_engine::hash::Hash;
use windlass_engine::version::Version;

/// A release is some hundred megabytes; a mirror that needs longer than this hangs.
const FETCH_LIMIT_S: &str = "1800";
/// How deep below its folder a release keeps the file that tells it (`libs/…`), with one to spare.
const DEPTH_FOLDERS: usize = 3;

/// In words, why the release cannot be started.
pub(super) fn ready(spec: &MemberSpec, places: &Places, version: &Version) -> Result<(), String> {
    let deed = spec.deed(places, version).map_err(|why| why.to_string())?;
    let folder = Path::new(&deed.folder);
    if let ReleaseSource::Fetch {
        command, checksum, ..
    } = &spec.release
        && !folder.exists()
    {
        fetch(spec, places, version, folder, command, checksum)?;
    }
    is_release(spec, folder, version)?;
    is_program(&deed.program)
}

fn is_release(spec: &MemberSpec, folder: &Path, version: &Version) -> Result<(), String> {
    let shown = folder.display();
    if !folder.is_dir() {
        return Err(format!("{shown} is not there"));
    }
    let mut told = Vec::new();
    releases_in(spec, folder, DEPTH_FOLDERS, &mut told)
        .map_err(|why| format!("{shown} cannot be read: {why}"))?;
    let name = &spec.release_from;
    let wanted = told.iter().find(|(found, _)| found == version);
    if told.is_empty() {
        return Err(format!(
            "{shown} has no {}VERSION{}",
            name.prefix(),
            name.suffix()
        ));
    }
    if let Some((other, _)) = told.iter().find(|(found, _)| found != version) {
        return Err(match wanted {
            Some(_) => format!("{shown} has files of {version} and of {other}"),
            None => format!("{shown} has files of {other}"),
        });
    }
    wanted.map_or(Ok(()), |(_, path)| {
        File::open(path)
            .map(|_| ())
            .map_err(|why| format!("{} cannot be read: {why}", path.display()))
    })
}

/// Each file that tells a release, down to so many folders.
fn releases_in(
    spec: &MemberSpec,
    folder: &Path,
    depth: usize,
    told: &mut Vec<(Version, std::path::PathBuf)>,
) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        if let Some(version) = name.to_str().and_then(|name| spec.release_from.read(name)) {
            told.push((version, entry.path()));
        } else if depth > 0 && entry.file_type()?.is_dir() {
            releases_in(spec, &entry.path(), depth - 1, told)?;
        }
    }
    Ok(())
}

fn is_program(program: &str) -> Result<(), String> {
    if !program.contains('/') {
        let found = Command::new("sh")
            .args(["-c", r#"command -v -- "$1""#, "sh", program])
            .stdout(Stdio::null())
            .status();
        return match found.is_ok_and(|status| status.success()) {
            true => Ok(()),
            false => Err(format!("{program}: command not found")),
        };
    }
    let about = fs::metadata(program).map_err(|why| format!("{program}: {why}"))?;
    match about.is_file() && about.permissions().mode() & 0o111 != 0 {
        true => Ok(()),
        false => Err(format!("{program} cannot be executed")),
    }
}

/// Fetches into a folder beside, checks it, and puts it in place whole. Members of one host that ask
/// for the same release wait for each other.
fn fetch(
    spec: &MemberSpec,
    places: &Places,
    version: &Version,
    folder: &Path,
    command: &[String],
    checksum: &Checksum,
) -> Result<(), String> {
    let shown = folder.display();
    let beside = |suffix: &str| folder.with_file_name(format!("{}{suffix}", name_of(folder)));
    let parent = folder.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(parent).map_err(|why| format!("{}: {why}", parent.display()))?;
    let lock = File::create(beside(".lock")).map_err(|why| format!("{shown}: {why}"))?;
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::LockExclusive)
        .map_err(|why| format!("{shown} could not be locked: {why}"))?;
    if folder.exists() {
        return Ok(());
    }
    let into = beside(".fetching");
    if into.exists() {
        fs::remove_dir_all(&into).map_err(|why| format!("{}: {why}", into.display()))?;
    }
    fs::create_dir(&into).map_err(|why| format!("{}: {why}", into.display()))?;
    let into_text = into.display().to_string();
    let words = Words {
        id: spec.id.as_str(),
        dir: &places.dir,
        version: Some(version.as_str()),
        into: Some(&into_text),
        ..Words::default()
    };
    let expand = |text: &String| words.expand(text).map_err(|why| why.to_string());
    let list = command.iter().map(expand).collect::<Result<Vec<_>, _>>()?;
    let output = Command::new("timeout")
        .arg(FETCH_LIMIT_S)
        .args(&list)
        .current_dir(&places.dir)
        .stdin(Stdio::null())
        .output()
        .map_err(|why| format!("{} could not be fetched: {why}", version))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let last = said.lines().last().unwrap_or("it said nothing");
        return Err(format!(
            "{version} could not be fetched ({}): {last}",
            output.status
        ));
    }
    compare(places, version, &into, checksum, &words)?;
    is_release(spec, &into, version)?;
    fs::rename(&into, folder).map_err(|why| format!("{shown}: {why}"))
}

fn name_of(folder: &Path) -> String {
    let name = folder.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

fn compare(
    places: &Places,
    version: &Version,
    release: &Path,
    checksum: &Checksum,
    words: &Words<'_>,
) -> Result<(), String> {
    let one = |path: &str, wanted: &str| {
        let path = path.trim_start_matches("./");
        let bytes = fs::read(release.join(path)).map_err(|why| format!("{path}: {why}"))?;
        let is = Hash::of(&bytes);
        match Hash::parse(&wanted.to_ascii_lowercase()) == Some(is) {
            true => Ok(()),
            false => Err(format!(
                "what was fetched for {version} is not what was declared: {path} has SHA-256 {is}, declared {wanted}"
            )),
        }
    };
    match checksum {
        Checksum::File { path, sha256 } => {
            let path = words.expand(path).map_err(|why| why.to_string())?;
            let wanted = sha256
                .get(version)
                .ok_or_else(|| format!("no SHA-256 is declared for {version}"))?;
            one(&path, wanted)
        }
        Checksum::Tree(declared) => {
            let wanted = declared
                .get(version)
                .ok_or_else(|| format!("no SHA-256 is declared for {version}"))?;
            let mut lines = Vec::new();
            list_files(release, ".", &mut lines).map_err(|why| format!("{version}: {why}"))?;
            lines.sort_by(|(a, _), (b, _)| a.as_bytes().cmp(b.as_bytes()));
            let list: String = lines
                .iter()
                .map(|(path, hash)| format!("{hash}  {path}\n"))
                .collect();
            let is = Hash::of(list.as_bytes());
            match is == *wanted {
                true => Ok(()),
                false => Err(format!(
                    "what was fetched for {version} is not what was declared: its {} files have SHA-256 {is}, declared {wanted}",
                    lines.len()
                )),
            }
        }
        Checksum::Manifest(list) => {
            let list = words.expand(list).map_err(|why| why.to_string())?;
            let list = under(&places.dir, &list);
            let text = fs::read_to_string(&list).map_err(|why| format!("{list}: {why}"))?;
            let lines = text.lines().filter(|line| !line.trim().is_empty());
            let pairs: Vec<(&str, &str)> = lines.filter_map(|line| line.split_once(' ')).collect();
            if pairs.is_empty() {
                return Err(format!("{list} lists nothing"));
            }
            // A star marks binary mode in these lists.
            let path = |text: &str| text.trim_start().trim_start_matches('*').to_string();
            pairs
                .into_iter()
                .try_for_each(|(wanted, text)| one(&path(text), wanted))
        }
    }
}

/// Each file below a folder with its SHA-256; folders are only walked.
fn list_files(folder: &Path, shown: &str, lines: &mut Vec<(String, Hash)>) -> Result<(), String> {
    let entries = fs::read_dir(folder).map_err(|why| format!("{shown}: {why}"))?;
    for entry in entries {
        let entry = entry.map_err(|why| format!("{shown}: {why}"))?;
        let path = format!("{shown}/{}", entry.file_name().to_string_lossy());
        let kind = entry.file_type().map_err(|why| format!("{path}: {why}"))?;
        if kind.is_dir() {
            list_files(&entry.path(), &path, lines)?;
        } else if kind.is_file() {
            let bytes = fs::read(entry.path()).map_err(|why| format!("{path}: {why}"))?;
            lines.push((path, Hash::of(&bytes)));
        } else {
            return Err(format!("{path} is a link, which no checksum covers"));
        }
    }
    Ok(())
}
