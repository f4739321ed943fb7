//! host: deeds on hosts: claims, gentle stops, starts and looks at one member.
//!
//! | file | holds |
//! |---|---|
//! | `spec` | what a user declares of a member, checked once |
//! | `deed` | the declaration filled in for one release |
//! | `deed/*.sh` | the one script, in three parts, that changes anything on a host; finishes what it began by itself |
//! | `call` | sends the script and reads its answer |
//! | `mark` | reads the mark that lies beside the member |
//! | `look` | what runs: process, start time, release by open files |
//! | `release` | whether a release lies there whole; fetches it where that is declared |
//! | `peek` | files as they lie there, and the space of their volumes |
//! | `runtime` | the Java that a process runs on |
//! | `tail` | the last lines of a log |
//! | `local` | the [`Hand`](windlass_runner::ports::hand::Hand) made of these, for this host |
//!
//! How attempts close: a mark carries one epoch and one attempt. A claim of a newer epoch, a newer
//! attempt, and the end of the claim (`release`) each close all that were before; an attempt that
//! failed is closed too, and answers the same failure again without touching anything.
//! A host needs a POSIX shell, util-linux (`flock`, `setsid`) and coreutils (`sync FILE`, `timeout`).
//!
//! Must never know: any system's protocol; which release is right. Stories: `tests/it/host.rs`.

mod call;
mod deed;
mod local;
mod look;
mod mark;
mod peek;
mod release;
mod runtime;
mod spec;
mod tail;

pub use local::LocalHand;
pub use spec::{
    Checksum, FileName, MemberSpec, Prepare, ReleaseSource, SpecError, StopSignal, Supervisor,
};
