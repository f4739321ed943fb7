//! A member as its user declared it, in the words of the hand that moves it.
//!
//! Must never know: how the hand does it. Stories: in this file.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use windlass_engine::hash::Hash;
use windlass_targets::host::{
    Checksum, FileName, MemberSpec, Prepare, ReleaseSource, StopSignal, Supervisor,
};
use windlass_wire::convert::{ClusterDeclared, MemberDeclared, SupervisorDeclared};
use windlass_wire::v1::cluster::{Content, PidFrom, Prepare as Declared, Release, System};

/// The jar that tells a release of Kafka, by its name and because a running process holds it open.
const KAFKA_TELLS: &str = "kafka-clients-{version}.jar";
/// Where output goes of a member whose log was not declared; under its folder, beside its mark.
const LOG_UNDECLARED: &str = ".windlass/{id}.log";

/// What the hand of a member needs to know.
pub fn spec(
    cluster: &ClusterDeclared,
    member: &MemberDeclared,
    prepared: Option<&Path>,
) -> Result<MemberSpec, String> {
    let tells = match cluster.system {
        System::Kafka => KAFKA_TELLS,
    };
    let release = cluster.release.as_ref().ok_or("no `release` is declared")?;
    let prepare = member.prepare.iter().map(|one| prepare(one, prepared));
    Ok(MemberSpec {
        id: member.id.clone(),
        dir: member.dir.clone(),
        config: member.config.clone().unwrap_or_else(|| member.dir.clone()),
        log: member.log.clone().unwrap_or_else(|| LOG_UNDECLARED.into()),
        release: source(release),
        release_from: FileName::parse(tells).map_err(|why| why.to_string())?,
        supervisor: supervisor(member)?,
        prepare: prepare.collect::<Result<_, String>>()?,
        fence: None,
        stop_signal: StopSignal::Term,
    })
}

fn source(release: &Release) -> ReleaseSource {
    match release {
        Release::Folder(folder) => ReleaseSource::Folder(folder.clone()),
        Release::Fetch(fetch) => ReleaseSource::Fetch {
            // The file says `{release}` for the folder that is filled; the hand fills one beside it.
            command: fetch
                .command
                .iter()
                .map(|word| word.replace("{release}", "{into}"))
                .collect(),
            into: fetch.into.clone(),
            checksum: Checksum::Tree(fetch.checksum.clone()),
        },
    }
}

fn supervisor(member: &MemberDeclared) -> Result<Supervisor, String> {
    Ok(match &member.supervisor {
        SupervisorDeclared::Process { start, pid_file } => Supervisor::Process {
            start: start.clone(),
            env: member.env.clone(),
            pid_file: pid_file.clone(),
        },
        SupervisorDeclared::Commands { start, stop, pid } => {
            let env = |commands: &Vec<Vec<String>>| {
                let each = commands.iter().map(|one| with_env(&member.env, one));
                each.collect()
            };
            Supervisor::Commands {
                start: env(start),
                stop: env(stop),
                status: vec![match pid {
                    PidFrom::Pid(command) => with_env(&member.env, command),
                    // A file that is not there says that nothing runs.
                    PidFrom::PidFile(file) => {
                        ["sh", "-c", "cat -- \"$1\" 2>/dev/null || :", "sh", file]
                            .map(String::from)
                            .to_vec()
                    }
                }],
            }
        }
    })
}

/// The command with the member's environment before it.
fn with_env(env: &BTreeMap<String, String>, command: &[String]) -> Vec<String> {
    if env.is_empty() {
        return command.to_vec();
    }
    let words = env.iter().map(|(name, value)| format!("{name}={value}"));
    std::iter::once("env".to_owned())
        .chain(words)
        .chain(command.iter().cloned())
        .collect()
}

fn prepare(declared: &Declared, prepared: Option<&Path>) -> Result<Prepare, String> {
    let mut files = BTreeMap::new();
    for file in &declared.files {
        let from = match &file.content {
            Content::From(path) => path.clone(),
            Content::Text(text) => laid_down(text, prepared)?,
        };
        files.insert(file.path.clone(), from);
    }
    Ok(Prepare {
        range: declared.releases.clone(),
        env: declared.env.clone(),
        args: declared.arguments.clone(),
        files,
    })
}

/// A file with this text, named by its content; written whole or not at all.
fn laid_down(text: &str, prepared: Option<&Path>) -> Result<String, String> {
    let name = Hash::of(text.as_bytes()).to_string();
    let Some(folder) = prepared else {
        return Ok(format!("/nonexistent/{name}"));
    };
    let path = folder.join(&name);
    let wrong = |why: std::io::Error| format!("{}: {why}", path.display());
    if !path.exists() {
        std::fs::create_dir_all(folder).map_err(wrong)?;
        let beside = folder.join(format!("{name}.{}", std::process::id()));
        let mut file = std::fs::File::create(&beside).map_err(wrong)?;
        file.write_all(text.as_bytes()).map_err(wrong)?;
        file.sync_all().map_err(wrong)?;
        std::fs::rename(&beside, &path).map_err(wrong)?;
    }
    Ok(path.display().to_string())
}
