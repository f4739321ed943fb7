//! Commands about runs. (Map of the room.)
//!
//! | file | holds |
//! |---|---|
//! | `upgrade`, `carry` | a run is asked for, carried, watched |
//! | `attend`, `crew`, `background` | one run from a terminal: followed, carried, left |
//! | `speak`, `post` | a human's word, and its answer |
//! | `status`, `why`, `events`, `wait`, `replay` | where runs stand, and what was |
//! | `adopt` | foreign marks |
//! | `told` | a run for somebody else |
//! | `reading`, `tale`, `words`, `hints`, `picture`, `account` | a journal as words and pictures |
//! | `screen`, `terminal`, `signals`, `span` | the terminal, and time that passes before it |
//!
//! Must never know: any rule of upgrading, or which system it is about. Stories: `tests/it/live.rs`.

mod account;
mod adopt;
mod attend;
mod background;
mod carry;
mod crew;
mod events;
mod hints;
mod picture;
mod post;
mod reading;
mod replay;
mod screen;
mod signals;
mod span;
mod speak;
mod status;
mod tale;
mod terminal;
pub mod told;
mod upgrade;
mod wait;
mod why;
mod words;

use crate::args::Command;
use crate::context::Context;
use crate::exit::{Exit, Failed};
use windlass_engine::run::command::Command as Word;

pub use status::row_view as line;

/// Runs a command about runs.
///
/// # Errors
/// As each command says.
pub async fn run(context: &Context, command: Command) -> Result<Exit, Failed> {
    match command {
        Command::Upgrade(args) => upgrade::upgrade(context, args).await,
        Command::Finalize(args) => upgrade::finalize(context, args).await,
        Command::Rollback(args) => upgrade::rollback(context, args).await,
        Command::Status(args) => status::run(context, &args).await,
        Command::Watch(args) => carry::watch(context, &args).await,
        Command::Why(args) => why::run(context, &args).await,
        Command::Events(args) => events::run(context, &args).await,
        Command::Logs(args) => events::logs(context, &args).await,
        Command::Wait(args) => wait::run(context, &args).await,
        Command::Approve(args) => speak::approve(context, &args).await,
        Command::Pause(args) => speak::word(context, &args.run, Word::Pause).await,
        Command::Continue(args) => speak::word(context, &args.run, Word::Continue).await,
        Command::Begin(args) => speak::word(context, &args.run, Word::Begin).await,
        Command::Cancel(args) => speak::word(context, &args.run, Word::Cancel).await,
        Command::Stop(args) => speak::word(context, &args.run, Word::Stop).await,
        Command::Retry(args) => speak::retry(context, args).await,
        Command::Skip(args) => speak::skip(context, args).await,
        Command::Confirm(args) => {
            let subject = args.subject;
            speak::word(context, &args.run, Word::Confirm { subject }).await
        }
        Command::Waive(args) => speak::waive(context, args).await,
        Command::Pace(args) => speak::pace(context, args).await,
        Command::Retarget(args) => speak::retarget(context, args).await,
        Command::Runs(args) => status::runs(context, &args).await,
        Command::Replay(args) => replay::run(context, &args).await,
        Command::Serve(_) => carry::serve(context).await,
        Command::Carry(args) => carry::carry(context, &args).await,
        Command::Adopt(args) => adopt::run(context, &args).await,
        Command::Init(_)
        | Command::Apply(_)
        | Command::Clusters(_)
        | Command::Describe(_)
        | Command::Forget(_)
        | Command::Observe(_)
        | Command::Targets(_)
        | Command::Check(_)
        | Command::Plan(_)
        | Command::Graph(_)
        | Command::Backup(_)
        | Command::Restore(_)
        | Command::Prune(_)
        | Command::Doctor(_)
        | Command::Bundle(_)
        | Command::Window(_)
        | Command::Freeze(_)
        | Command::Catalog(_)
        | Command::Version(_)
        | Command::Completion(_) => Err(Failed::says("this command is none about runs")),
    }
}
