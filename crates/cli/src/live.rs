//! Commands about runs.

use crate::args::Command;
use crate::context::Context;
use crate::exit::{Exit, Failed};

/// Runs a command about runs.
///
/// # Errors
/// As each command says.
pub async fn run(_context: &Context, _command: Command) -> Result<Exit, Failed> {
    Err(Failed::says("commands about runs are not in this build"))
}
