//! A world to try windlass in as a new user does: an operator's machine with windlass on it, and hosts that
//! hold a cluster behind TLS, which somebody else set up.
//!
//! Must never know: anything of windlass but that it is a program.
//! Tests: `tests/it/stranger.rs`; `cargo xtask lab --hosts` opens one by hand.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::peers::kafka::spread::spread;
use crate::peers::kafka::{PASSWORD, ROLL, release};
use crate::peers::keys::{Authority, Pair, Span};
use crate::peers::machines::{self, Lent, Machine, Machines, OPS};
use crate::peers::process::run;
use crate::windlass::{Profile, Windlass};
use crate::workspace::{NotSo, Trouble};

/// As the guide calls them.
pub const HOSTS: [&str; 3] = ["k1.example", "k2.example", "k3.example"];

/// Where the operator works.
pub const FOLDER: &str = "/etc/windlass";

/// Who logs in somewhere by ssh has this folder.
const SSH: &str = "/srv/users/ops/.ssh";
/// What answers when ssh asks; it is asked for by the variable.
const ANSWERS: &str = "/srv/users/ops/answers";
const ASKED: &str = "SSH_ASKPASS=/srv/users/ops/answers";

/// The operator's machine and the cluster.
#[derive(Debug)]
pub struct World {
    pub machines: Machines,
    pub authority: Authority,
    /// A certificate that the cluster's authority signed for the operator.
    pub client: Pair,
    _folder: tempfile::TempDir,
}

impl World {
    /// Makes it, with the cluster on 3.9.2; the release it shall have next lies with the operator alone.
    ///
    /// # Errors
    /// When a part cannot be had.
    pub fn make() -> Result<Self, Trouble> {
        let windlass = Windlass::build(Profile::Dev)?;
        let (old, next) = (release(ROLL[0])?, release(ROLL[1])?);
        let folder = Machines::folder()?;
        let old_place = format!("/opt/kafka/{}", old.version());
        let next_place = format!("/srv/releases/kafka_2.13-{}", next.version());
        let machines = Machines::boot(
            folder.path(),
            &HOSTS,
            &[
                Lent {
                    outside: windlass.binary(),
                    inside: "/opt/windlass/bin/windlass",
                },
                Lent {
                    outside: next.root(),
                    inside: &next_place,
                },
            ],
            &[Lent {
                outside: old.root(),
                inside: &old_place,
            }],
        )?;
        let authority = Authority::new(folder.path(), "authority")?;
        let client = authority.sign("operator", &["ops"], Span::Good)?;
        spread(&machines, &old, &authority)?;
        let world = Self {
            machines,
            authority,
            client,
            _folder: folder,
        };
        world.equip()?;
        Ok(world)
    }

    /// A host by its number, from 1.
    ///
    /// # Errors
    /// When there is none.
    pub fn host(&mut self, number: usize) -> Result<&mut Machine, Trouble> {
        let found = self.machines.hosts.get_mut(number.wrapping_sub(1));
        found.ok_or_else(|| NotSo(format!("there is no host {number}")).into())
    }

    /// A line that the operator types into a shell, in the folder where all of it lies; on a terminal of
    /// 80 columns.
    #[must_use]
    pub fn types(&self, line: &str) -> Command {
        let mut command = self.machines.operator.user(OPS, "env");
        command
            .args(["-C", FOLDER, "COLUMNS=80"])
            .args(["SSH_ASKPASS_REQUIRE=force", ASKED])
            .args(["sh", "-c", line]);
        command
    }

    /// What whoever runs the cluster hands to the operator, and what answers when ssh asks.
    fn equip(&self) -> Result<(), Trouble> {
        let operator = &self.machines.operator;
        let put = |inside: &str, text: &[u8], mode: u32| -> Result<(), Trouble> {
            let path = operator.path(inside);
            fs::write(&path, text)?;
            Ok(fs::set_permissions(
                &path,
                fs::Permissions::from_mode(mode),
            )?)
        };
        for folder in [FOLDER, SSH] {
            fs::create_dir_all(operator.path(folder))?;
        }
        fs::set_permissions(operator.path(SSH), fs::Permissions::from_mode(0o700))?;
        let given = [
            ("ca.pem", fs::read(self.authority.ca())?),
            ("client.pem", fs::read(&self.client.certificate)?),
            ("client.key", fs::read(&self.client.key)?),
            ("password", PASSWORD.as_bytes().to_vec()),
        ];
        for (name, text) in given {
            put(&format!("{FOLDER}/{name}"), &text, 0o600)?;
        }
        let answers = format!(
            "#!/bin/sh\ncase $1 in *yes/no*) echo yes ;; *) echo {} ;; esac\n",
            machines::PASSWORD
        );
        put(ANSWERS, answers.as_bytes(), 0o755)?;
        let owner = format!("{0}:{0}", OPS.name);
        run(operator
            .root("chown")
            .args(["-R", &owner, "/srv/users/ops", FOLDER]))?;
        Ok(())
    }
}
