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
//! | `reading`, `tale`, `words`, `hints`, `estimate`, `picture`, `account` | a journal as words and pictures |
//! | `screen`, `terminal`, `signals`, `span` | the terminal, and time that passes before it |
//!
//! Must never know: any rule of upgrading, or which system it is about. Stories: `tests/it/live.rs`.

mod account;
mod adopt;
mod attend;
mod background;
mod carry;
mod crew;
mod estimate;
mod events;
mod hints;
mod picture;
mod post;
pub mod reading;
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
pub mod words;

use crate::args::Command;
use crate::context::Context;
use crate::exit::{Exit, Failed};
use attend::{Approves, Attend, Manner, Until};
use crew::Carries;
use screen::Telling;
use windlass_engine::run::command::Command as Word;
use windlass_runner::ports::store::RunRow;

pub use attend::Made;
pub use status::row_view as line;

/// Attends a run that was approved in advance, as `upgrade` does: carried here if nobody else does.
///
/// # Errors
/// Where it cannot be carried.
pub async fn play(context: &Context, row: RunRow, made: Made) -> Result<Exit, Failed> {
    let manner = Manner {
        carries: Carries::IfNobody,
        until: if terminal::is_somebody_there() {
            Until::Ended
        } else {
            Until::Stuck
        },
        approves: Approves::InAdvance,
        made,
        telling: Telling::Notes,
    };
    Attend::begin(context, row, manner)
        .await?
        .until_done()
        .await
}

/// Carries all runs that live, at once, to their end.
///
/// # Errors
/// Where the store cannot be read.
pub async fn play_all(context: &Context) -> Result<Exit, Failed> {
    carry::played(context).await
}

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
        Command::Demo(_)
        | Command::Init(_)
        | Command::Apply(_)
        | Command::Clusters(_)
        | Command::Describe(_)
        | Command::Forget(_)
        | Command::Observe(_)
        | Command::Targets(_)
        | Command::Check(_)
        | Command::Plan(_)
        | Command::Rehearse(_)
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
