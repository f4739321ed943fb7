//! `windlass completion`: a script for a shell.
//!
//! Must never know: anything but the command line. Stories: `tests/it/usage.rs`.

use crate::args::Cli;
use crate::args::data::CompletionArgs;
use crate::context::Bare;
use crate::exit::Exit;
use clap::CommandFactory;

/// Runs it.
pub fn run(bare: &Bare, args: &CompletionArgs) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "windlass", &mut script);
    bare.outlet
        .line(String::from_utf8_lossy(&script).trim_end());
    Exit::Done
}
