//! A member of a false system on this very host, reached straight or over a real sshd: real
//! processes, real releases in miniature.

use rustix::process::{Pid, Signal, kill_process};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use windlass_engine::effect::{Ensure, Failure, FailureCode, Manner, Outcome};
use windlass_engine::time::Ms;
use windlass_engine::version::Version;
use windlass_runner::ports::Task;
use windlass_runner::ports::hand::{Hand, Running};
use windlass_runner::ports::secrets::{Secret, SecretError, Secrets, Source};
use windlass_runner::ports::target::Fence;
use windlass_targets::host::ssh::{HostKeys, Login, SshReach, SshSpec};
use windlass_targets::host::{
    FileName, HostHand, LocalReach, MemberSpec, Reach, ReleaseSource, StopSignal, Supervisor,
};

use crate::daemon::{self, Sshd};

/// Each story is told twice: on this host, and over ssh.
macro_rules! stories {
    ($($name:ident),* $(,)?) => {
        mod here {
            $(#[tokio::test]
            async fn $name() {
                super::$name(crate::host_world::World::new()).await;
            })*
        }
        mod over_ssh {
            $(#[tokio::test]
            async fn $name() {
                super::$name(crate::host_world::World::over_ssh()).await;
            })*
        }
    };
}
pub(crate) use stories;

/// Holds its release open, says what it does, and behaves as its configuration tells.
const START: &str = r#"#!/bin/sh
exec 3<"${0%/*}/../libs/fake-VERSION.jar"
mode=$(cat "$1")
echo "VERSION begins with ${2:-nothing} and ${SETTING:-nothing} as $mode"
case $mode in
refuses) echo "cannot start"; exit 7 ;;
stubborn) trap 'echo "told to stop, goes on"' TERM ;;
*) trap 'echo "VERSION ends"; exit 143' TERM ;;
esac
while [ ! -e "$1.end" ]; do sleep 0.02; done
"#;

pub const PATIENCE: Ms = Ms::seconds(20);

/// Folders and releases of one member; what runs is ended with it.
pub struct World {
    root: PathBuf,
    reach: Arc<dyn Reach>,
    sshd: Option<Sshd>,
    _kept: Option<tempfile::TempDir>,
}

/// The server of a world, as a client of it is told.
pub fn ssh_spec(folder: &Path) -> SshSpec {
    let port = fs::read_to_string(folder.join("port")).expect("a port");
    SshSpec {
        address: "127.0.0.1".into(),
        port: port.parse().expect("a port"),
        user: daemon::user().expect("a name"),
        host_keys: HostKeys::File(folder.join("known_hosts")),
        logins: vec![Login::Key {
            from: Source::File(folder.join("user")),
            passphrase: None,
        }],
        jump: None,
        sessions: 8,
        keepalive: Duration::from_secs(5),
        limit: Duration::from_secs(15),
    }
}

/// Secrets that lie in files.
pub fn secrets() -> Arc<dyn Secrets> {
    struct Files;
    impl Secrets for Files {
        fn read<'a>(&'a self, from: &'a Source) -> Task<'a, Result<Secret, SecretError>> {
            Box::pin(async move {
                let Source::File(path) = from else {
                    return Err(SecretError::Empty(from.to_string()));
                };
                let bytes = fs::read(path).map_err(|source| SecretError::File {
                    path: path.clone(),
                    source,
                });
                bytes.map(Secret::new)
            })
        }
    }
    Arc::new(Files)
}

impl World {
    pub fn new() -> Self {
        let kept = tempfile::tempdir().expect("a folder");
        let world = Self {
            root: kept.path().canonicalize().expect("a path"),
            reach: Arc::new(LocalReach),
            sshd: None,
            _kept: Some(kept),
        };
        fs::create_dir_all(world.dir()).expect("a folder");
        world.mode("plain");
        for version in ["1.0.0", "2.0.0", "3.0.0"] {
            world.release(version);
        }
        world
    }

    /// The same, reached over a server of its own.
    pub fn over_ssh() -> Self {
        Self::behind(&[])
    }

    /// The same, with more lines for the configuration of its server.
    pub fn behind(options: &[&str]) -> Self {
        assert!(
            daemon::found(),
            "no sshd: `cargo xtask test` installs openssh-server"
        );
        let mut world = Self::new();
        let folder = world.root.join("sshd");
        world.sshd = Some(Sshd::start(&folder, options).expect("a server"));
        world.reach = Arc::new(SshReach::new(ssh_spec(&folder), secrets()));
        world
    }

    /// The same world, seen by another process.
    pub fn at(root: &Path) -> Self {
        let folder = root.join("sshd");
        let reach: Arc<dyn Reach> = match folder.exists() {
            true => Arc::new(SshReach::new(ssh_spec(&folder), secrets())),
            false => Arc::new(LocalReach),
        };
        Self {
            root: root.into(),
            reach,
            sshd: None,
            _kept: None,
        }
    }

    pub fn sshd(&mut self) -> &mut Sshd {
        self.sshd.as_mut().expect("a world over ssh")
    }

    /// What its server is, for a reach of one's own.
    pub fn ssh_spec(&self) -> SshSpec {
        ssh_spec(&self.root.join("sshd"))
    }

    /// A hand over another reach.
    pub fn hand_over(&self, reach: impl Reach + 'static) -> HostHand {
        HostHand::new("here".into(), self.spec(), Arc::new(reach)).expect("a hand")
    }

    pub fn root(&self) -> &Path {
        &self.root
    }
    pub fn dir(&self) -> PathBuf {
        self.root.join("member")
    }
    pub fn config(&self) -> PathBuf {
        self.dir().join("member.conf")
    }
    pub fn mode(&self, mode: &str) {
        fs::write(self.config(), mode).expect("written");
    }
    pub fn mark(&self) -> String {
        fs::read_to_string(self.dir().join(".windlass/7.fence")).unwrap_or_default()
    }
    pub fn log(&self) -> String {
        fs::read_to_string(self.dir().join("logs/out.log")).unwrap_or_default()
    }

    pub fn release(&self, version: &str) {
        let folder = self.root.join("releases").join(version);
        fs::create_dir_all(folder.join("bin")).expect("a folder");
        fs::create_dir_all(folder.join("libs")).expect("a folder");
        fs::write(folder.join(format!("libs/fake-{version}.jar")), version).expect("written");
        executable(
            &folder.join("bin/start.sh"),
            &START.replace("VERSION", version),
        );
    }

    pub fn spec(&self) -> MemberSpec {
        MemberSpec {
            id: "7".into(),
            dir: self.dir().display().to_string(),
            config: "member.conf".into(),
            log: "logs/out.log".into(),
            release: ReleaseSource::Folder(format!("{}/releases/{{version}}", self.root.display())),
            release_from: FileName::parse("fake-{version}.jar").expect("a pattern"),
            supervisor: Supervisor::Process {
                start: vec!["{release}/bin/start.sh".into(), "{config}".into()],
                env: BTreeMap::new(),
                pid_file: "run/{id}.pid".into(),
            },
            prepare: Vec::new(),
            fence: None,
            stop_signal: StopSignal::Term,
        }
    }

    pub fn hand(&self) -> HostHand {
        self.hand_of(self.spec())
    }

    pub fn hand_of(&self, spec: MemberSpec) -> HostHand {
        HostHand::new("here".into(), spec, Arc::clone(&self.reach)).expect("a hand")
    }

    pub fn pid(&self) -> Option<u32> {
        let text = fs::read_to_string(self.dir().join("run/7.pid")).ok()?;
        text.trim().parse().ok()
    }

    /// Raises a member from nothing to a release, as a first run would.
    pub async fn raised(&self, version: &str) -> HostHand {
        let hand = self.hand();
        let first = Fence {
            run: "11".into(),
            ..fence(1)
        };
        assert_eq!(hand.claim(&first).await, claimed());
        let deed = ensure(1, &[], version);
        assert_eq!(hand.ensure(&deed, &first, PATIENCE).await, Outcome::Done);
        hand.release(&first).await;
        hand
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if self._kept.is_some()
            && let Some(pid) = self.pid()
            && cmdline(pid).contains(&self.config().display().to_string())
        {
            signal(pid, Signal::KILL);
        }
    }
}

pub fn executable(path: &Path, text: &str) {
    fs::write(path, text).expect("written");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("executable");
}

pub fn cmdline(pid: u32) -> String {
    let bytes = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&bytes).replace('\0', " ")
}

pub fn signal(pid: u32, signal: Signal) {
    let pid = i32::try_from(pid)
        .ok()
        .and_then(Pid::from_raw)
        .expect("a pid");
    let _ = kill_process(pid, signal);
}

/// Whether a process runs; one that ended and was not waited for does not.
pub fn runs(pid: u32) -> bool {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    text.rsplit_once(") ")
        .is_some_and(|(_, rest)| !rest.starts_with('Z'))
}

/// Waits for a condition, at most as long as a loaded machine may need.
pub async fn until(what: &str, mut is: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is() {
        assert!(begun.elapsed() < Duration::from_secs(30), "never: {what}");
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
}

pub fn claimed() -> windlass_engine::effect::ClaimAnswer {
    windlass_engine::effect::ClaimAnswer::Claimed
}

pub fn fence(epoch: u64) -> Fence {
    Fence {
        store: "store-a".into(),
        run: "12".into(),
        cluster: "orders".into(),
        identity: "id-1".into(),
        epoch,
        holder: "host here, pid 4711".into(),
    }
}

pub fn v(text: &str) -> Version {
    Version::parse(text).expect("a version")
}

pub fn ensure(attempt: u32, found: &[&str], wanted: &str) -> Ensure {
    Ensure {
        member: "7".into(),
        component: "broker".into(),
        attempt,
        found: found.iter().copied().chain([wanted]).map(v).collect(),
        wanted: v(wanted),
        incarnation: None,
        manner: Manner::Gentle,
        leave: false,
    }
}

/// Release and incarnation of what runs; panics where nothing does.
pub async fn running(hand: &HostHand) -> (String, String) {
    match hand.look().await.running {
        Running::Process {
            release,
            incarnation,
            ..
        } => (
            release.map(|v| v.to_string()).unwrap_or_default(),
            incarnation,
        ),
        other @ (Running::Nothing | Running::Unknown(_)) => panic!("nothing runs: {other:?}"),
    }
}

/// The member's release is told once it holds its files open.
pub async fn runs_at(hand: &HostHand, version: &str) -> String {
    let begun = Instant::now();
    loop {
        let (release, incarnation) = running(hand).await;
        if release == version {
            return incarnation;
        }
        assert!(
            begun.elapsed() < Duration::from_secs(30),
            "runs {release:?}, never {version}"
        );
    }
}

pub fn failure(outcome: Outcome) -> Failure {
    match outcome {
        Outcome::Failed(failure) => failure,
        other @ (Outcome::Done | Outcome::NotYet { .. } | Outcome::Fenced) => {
            panic!("no failure: {other:?}")
        }
    }
}

pub fn failed_as(outcome: Outcome) -> FailureCode {
    failure(outcome).code
}
