//! host: deeds on hosts: claims, gentle stops, starts and looks at one member.
//!
//! | file | holds |
//! |---|---|
//! | `spec` | what a user declares of a member, checked once |
//! | `deed` | the declaration filled in for one release |
//! | `deed/*.sh` | the one script, in five parts, that looks at a host and changes it; finishes what it began by itself |
//! | `reach` | the one thing in which hosts differ: how a command is started there |
//! | `local`, `ssh` | this very host; a host over ssh |
//! | `call` | sends the script over a reach and reads its answer |
//! | `peek` | files as they lie on a host, and the space of their volumes |
//! | `deliver` | how a release comes to its host |
//! | `hand` | the [`Hand`](windlass_runner::ports::hand::Hand) made of these, the same for every reach |
//!
//! How attempts close: a mark carries one epoch and one attempt. A claim of a newer epoch, a newer
//! attempt, and the end of the claim (`release`) each close all that were before; an attempt that
//! failed is closed too, and answers the same failure again without touching anything.
//! A host needs a POSIX shell, util-linux (`flock`, `setsid -w`), coreutils (`sync FILE`, `timeout`),
//! `find`, `grep`, `sed`, and `tar` where releases are sent there.
//!
//! Must never know: any system's protocol; which release is right. Stories: `tests/it/host.rs`.

mod call;
mod deed;
mod deliver;
mod hand;
mod local;
mod peek;
mod reach;
mod spec;
pub mod ssh;

pub use hand::HostHand;
pub use local::LocalReach;
pub use reach::{Purpose, Reach, Session, Unreached};
pub use spec::{
    FileName, MemberSpec, Prepare, PreparedFile, ReleaseSource, SpecError, StopSignal, Supervisor,
};
