//! One machine: its first process, its folders, its way to the bridge, its sshd.
//!
//! Must never know: the other machines, but for the text that names them.
//! Tests: `tests/it/stranger.rs`.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::super::process::run;
use super::super::sshd::daemon;
use super::super::{PeerError, cache, doing};

const SCRIPT: &str = include_str!("../../../peers/machines/machine.sh");
/// Folders that each machine has for itself; the script covers those of this machine with them.
const OWN: [&str; 5] = ["etc", "opt", "srv", "run", "tmp"];
const BRIDGE: &str = "bridge";
/// It answers within a second, on a loaded machine within ten.
const SSHD_LIMIT: Duration = Duration::from_secs(30);
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A user of each machine, with a home there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct User {
    pub name: &'static str,
    /// Far above what distributions give out by themselves.
    pub id: u32,
}

/// Whom members run as.
pub const KAFKA: User = User {
    name: "kafka",
    id: 47_190,
};
/// Who has nothing to do with members.
pub const OPS: User = User {
    name: "ops",
    id: 47_191,
};
/// How both log in before their keys are known.
pub const PASSWORD: &str = "let-me-in-7";
/// The same, as crypt(5) has it with the salt `windlass`.
const CRYPTED: &str = "$6$windlass$ZN43690G1Cj3jJ64AwhxAUa1BI21goqe6Knst.8ZT5DdKDHHyzJbz3Z/GEX/J2jh4.0UCZedLrj/pM32pIo8G.";

/// A machine; all of it ends with its value.
#[derive(Debug)]
pub struct Machine {
    pub name: String,
    folder: PathBuf,
    first: Child,
    sshd: Option<Child>,
}

/// What lies on this machine and is seen on one of ours, read-only.
#[derive(Debug, Clone)]
pub struct Lent<'a> {
    pub outside: &'a Path,
    /// Under one of the folders that a machine has for itself.
    pub inside: &'a str,
}

impl Lent<'_> {
    fn words(&self) -> [std::ffi::OsString; 2] {
        [self.outside.into(), self.inside.into()]
    }
}

/// New namespaces of all kinds that make a machine, gone with their first process, which goes with us.
pub(super) fn namespaces(unshare: &mut Command) -> &mut Command {
    unshare.args([
        "--net",
        "--mount",
        "--uts",
        "--ipc",
        "--pid",
        "--fork",
        "--kill-child=KILL",
        "--mount-proc",
        "--propagation=private",
    ])
}

impl Machine {
    /// Starts one with copies of this machine's settings and nothing else of its own.
    pub(super) fn boot(
        parent: &Path,
        name: &str,
        known: &str,
        lent: &[Lent<'_>],
    ) -> Result<Self, PeerError> {
        let folder = parent.join(name);
        for own in OWN {
            let own = folder.join(own);
            fs::create_dir_all(&own).map_err(doing(format!("make {}", own.display())))?;
        }
        for Lent { outside, inside } in lent {
            let point = folder.join(inside.trim_start_matches('/'));
            let made = if outside.is_dir() {
                fs::create_dir_all(&point)
            } else {
                let parent = point.parent().map_or(Ok(()), fs::create_dir_all);
                parent.and_then(|()| fs::write(&point, ""))
            };
            made.map_err(doing(format!("make {inside}")))?;
        }
        run(Command::new("cp")
            .args(["-a", "/etc/."])
            .arg(folder.join("etc")))?;
        let machine = |path: &str| folder.join(path);
        let mode = |path: &str, mode: u32| {
            fs::set_permissions(machine(path), fs::Permissions::from_mode(mode))
                .map_err(doing(format!("set the mode of {path}")))
        };
        mode("tmp", 0o1777)?;
        fs::create_dir_all(machine("run/sshd")).map_err(doing("make /run/sshd"))?;
        fs::remove_dir_all(machine("etc/ssh")).unwrap_or_default();
        fs::create_dir_all(machine("etc/ssh")).map_err(doing("make /etc/ssh"))?;
        cache::put(&machine("etc/hosts"), known.as_bytes())?;
        for user in [KAFKA, OPS] {
            let User { name, id } = user;
            let add = |file: &str, line: String| {
                let path = machine(&format!("etc/{file}"));
                let text = fs::read_to_string(&path).unwrap_or_default();
                fs::write(&path, text + &line).map_err(doing(format!("add {name} to {file}")))
            };
            add(
                "passwd",
                format!("{name}:x:{id}:{id}::/srv/users/{name}:/bin/sh\n"),
            )?;
            add("group", format!("{name}:x:{id}:\n"))?;
            add("shadow", format!("{name}:{CRYPTED}:20000:0:99999:7:::\n"))?;
            let home = machine(&format!("srv/users/{name}"));
            fs::create_dir_all(&home).map_err(doing("make a home"))?;
            chown(&home, Some(id), Some(id)).map_err(doing("give a home away"))?;
        }
        let script = parent.join("machine.sh");
        cache::put(&script, SCRIPT.as_bytes())?;
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "unshare"]);
        let first = namespaces(&mut command)
            .arg("sh")
            .args([&script, &folder])
            .arg(name)
            .args(lent.iter().flat_map(Lent::words))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(doing("run setpriv and unshare"))?;
        let mut machine = Self {
            name: name.to_owned(),
            folder,
            first,
            sshd: None,
        };
        let mut said = String::new();
        if let Some(out) = machine.first.stdout.take() {
            BufReader::new(out)
                .read_line(&mut said)
                .map_err(doing("hear of a machine"))?;
        }
        if said.trim() == "up" {
            return Ok(machine);
        }
        Err(PeerError::Refused(format!(
            "the machine {name} does not come up"
        )))
    }

    /// Ties it to the bridge of another, or makes a bridge.
    pub(super) fn wired(&self, other: Option<&Self>, address: &str) -> Result<(), PeerError> {
        let (own, link) = match other {
            None => {
                run(self
                    .root("ip")
                    .args(["link", "add", BRIDGE, "type", "bridge"]))?;
                (self, BRIDGE)
            }
            Some(other) => {
                let far = format!("to-{}", self.first.id());
                let pid = self.first.id().to_string();
                // Only the network of the other is entered: our process is not seen among its.
                let add = [
                    "ip", "link", "add", &far, "type", "veth", "peer", "name", "eth0",
                ];
                run(Command::new("nsenter")
                    .arg(format!("--net=/proc/{}/ns/net", other.first.id()))
                    .args(add)
                    .args(["netns", &pid]))?;
                run(other
                    .root("ip")
                    .args(["link", "set", &far, "master", BRIDGE, "up"]))?;
                (self, "eth0")
            }
        };
        run(own
            .root("ip")
            .args(["address", "add", address, "dev", link]))?;
        run(own.root("ip").args(["link", "set", link, "up"])).map(|_said| ())
    }

    /// Where a folder or file of the machine lies for us; not what is mounted there on top.
    #[must_use]
    pub fn path(&self, inside: &str) -> PathBuf {
        self.folder.join(inside.trim_start_matches('/'))
    }

    /// A program on it, run by root.
    #[must_use]
    pub fn root(&self, program: &str) -> Command {
        let mut command = self.entered();
        command
            .args(["env", "-i", "-C", "/", "HOME=/root"])
            .args(PATHS)
            .arg(program);
        command
    }

    /// A program on it, run by a user in its home.
    #[must_use]
    pub fn user(&self, user: User, program: &str) -> Command {
        let mut command = self.entered();
        let home = format!("/srv/users/{}", user.name);
        command
            .args([
                "setpriv",
                "--reuid",
                user.name,
                "--regid",
                user.name,
                "--init-groups",
            ])
            .args(["env", "-i", "-C", &home, &format!("HOME={home}")])
            .args(PATHS)
            .arg(program);
        command
    }

    fn entered(&self) -> Command {
        let first = self.first.id();
        let mut command = Command::new("nsenter");
        for space in ["net", "mnt", "uts", "ipc"] {
            let option = if space == "mnt" { "mount" } else { space };
            command.arg(format!("--{option}=/proc/{first}/ns/{space}"));
        }
        command
            .arg(format!("--pid=/proc/{first}/ns/pid_for_children"))
            .arg("--")
            .stdin(Stdio::null());
        command
    }

    /// Its sshd, with a new host key where it has none; `options` are more lines for its configuration.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn serve(&mut self, options: &str) -> Result<(), PeerError> {
        self.deaf();
        if !self.path("/etc/ssh/ssh_host_ed25519_key").exists() {
            run(self
                .root("ssh-keygen")
                .args(["-q", "-t", "ed25519", "-N", "", "-f"])
                .arg("/etc/ssh/ssh_host_ed25519_key"))?;
        }
        let text = format!(
            "HostKey /etc/ssh/ssh_host_ed25519_key\nPasswordAuthentication yes\nUsePAM no\nPidFile /run/sshd.pid\n{options}\n"
        );
        cache::put(&self.path("/etc/ssh/sshd_config"), text.as_bytes())?;
        let log = self.path("/run/sshd.log");
        let log = fs::File::options().create(true).append(true).open(log);
        let child = self
            .root(daemon::PROGRAM)
            .args(["-D", "-e"])
            .stdout(Stdio::null())
            .stderr(log.map_err(doing("write the log of sshd"))?)
            .spawn()
            .map_err(doing("start sshd"))?;
        self.sshd = Some(child);
        let begun = Instant::now();
        let scan = || {
            run(self
                .root("ssh-keyscan")
                .args(["-t", "ed25519", "127.0.0.1"]))
        };
        while !scan().is_ok_and(|said| said.contains("ssh-ed25519")) {
            if begun.elapsed() > SSHD_LIMIT {
                return Err(PeerError::Late {
                    what: format!("the sshd of {}", self.name),
                    seconds: SSHD_LIMIT.as_secs(),
                    seen: fs::read_to_string(self.path("/run/sshd.log")).unwrap_or_default(),
                });
            }
            std::thread::sleep(LOOK_EVERY);
        }
        Ok(())
    }

    /// Ends its sshd; connections that stand go on.
    pub fn deaf(&mut self) {
        if let Some(mut child) = self.sshd.take() {
            // The child is what entered the machine; the server is a child of it.
            let _told = run(self.root("sh").args(["-c", "kill $(cat /run/sshd.pid)"]));
            child.kill().unwrap_or_default();
            child.wait().map(|_status| ()).unwrap_or_default();
        }
    }
}

const PATHS: [&str; 2] = [
    "PATH=/opt/windlass/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LC_ALL=C.UTF-8",
];

impl Drop for Machine {
    fn drop(&mut self) {
        self.first.kill().unwrap_or_default();
        self.first.wait().map(|_status| ()).unwrap_or_default();
        if let Some(mut child) = self.sshd.take() {
            child.wait().map(|_status| ()).unwrap_or_default();
        }
    }
}
