//! `windlass init`: a cluster file from what is seen.
//!
//! Must never know: how the file is written. Stories: `tests/it/address.rs`.

use super::look;
use crate::args::data::{InitArgs, InitSystem};
use crate::context::Bare;
use crate::exit::{Exit, Failed};
use windlass_wire::init::{MARK, write_cluster_file};

/// Runs it.
///
/// # Errors
/// Where nobody answers.
pub async fn run(bare: &Bare, args: &InitArgs) -> Result<Exit, Failed> {
    let InitSystem::Kafka(args) = &args.system;
    let looked = look::addresses(bare, &args.bootstrap, &args.reach, look::Way::default()).await?;
    let text = write_cluster_file(
        &looked.snapshot,
        &args.bootstrap,
        args.reach.security().as_ref(),
        &args.name,
    );
    bare.outlet.line(text.trim_end());
    let marks = text
        .lines()
        .filter(|line| !line.starts_with('#') && line.contains(MARK))
        .count();
    bare.outlet.note(&bare.outlet.wrapped(
        &format!("{marks} lines wait for what only you know: look for `{MARK}`"),
        2,
    ));
    Ok(Exit::Done)
}
