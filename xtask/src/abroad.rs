//! A world to try windlass in as a new user does: an operator's machine with windlass on it, and hosts that
//! hold a cluster behind TLS, which somebody else set up.
//!
//! Must never know: anything of windlass but that it is a program.
//! Tests: `tests/it/stranger.rs`; `cargo xtask lab --hosts` opens one by hand.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::peers::kafka::spread::spread;
use crate::peers::kafka::{ROLL, release};
use crate::peers::keys::{Authority, Pair, Span};
use crate::peers::machines::{Lent, Machine, Machines, OPS};
use crate::peers::process::run;
use crate::windlass::{Profile, Windlass};
use crate::workspace::{NotSo, Trouble};

/// As the guide calls them.
pub const HOSTS: [&str; 3] = ["k1.example", "k2.example", "k3.example"];

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
        Ok(Self {
            machines,
            authority,
            client,
            _folder: folder,
        })
    }

    /// A host by its number, from 1.
    ///
    /// # Errors
    /// When there is none.
    pub fn host(&mut self, number: usize) -> Result<&mut Machine, Trouble> {
        let found = self.machines.hosts.get_mut(number.wrapping_sub(1));
        found.ok_or_else(|| NotSo(format!("there is no host {number}")).into())
    }

    /// A line that the operator types into a shell.
    #[must_use]
    pub fn types(&self, line: &str) -> Command {
        let mut command = self.machines.operator.user(OPS, "sh");
        command.args(["-c", line]);
        command
    }

    /// A file that the operator was given.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn hands(&self, inside: &str, text: &[u8]) -> Result<(), Trouble> {
        let path = self.machines.operator.path(inside);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(&path, text)?;
        let owner = format!("{}:{}", OPS.name, OPS.name);
        let parent = Path::new(inside).parent().unwrap_or(Path::new("/"));
        run(self
            .machines
            .operator
            .root("chown")
            .args(["-R", &owner])
            .arg(parent))?;
        Ok(())
    }
}
