//! The one binary: reads the command line, joins what the other floors keep apart, prints.
//!
//! | room | holds |
//! |---|---|
//! | `args` | the command line as it is typed |
//! | `context`, `catalogs`, `assemble`, `will`, `environment`, `origin`, `secrets` | what a command has at hand |
//! | `data` | commands that show or change data |
//! | `live` | commands about runs |
//! | `rehearse` | upgrades played before they are real |
//! | `keep` | commands that keep the store |
//! | `demo` | false clusters, played |
//! | `render`, `outlet`, `exit` | how it looks, where it goes, how it ends |
//!
//! Must never know: any rule of upgrading; those are the engine's. Stories: `tests/it/`.

mod args;
mod assemble;
mod catalogs;
mod context;
mod data;
mod demo;
mod environment;
mod exit;
mod keep;
mod live;
mod origin;
mod outlet;
mod rehearse;
mod render;
mod secrets;
mod will;

use args::data::{PlanArgs, PlanDiff, Which};
use args::{Cli, Command, Form, Global};
use clap::FromArgMatches;
use context::{Bare, Context, store_path};
use data::look::Room;
use exit::{Exit, Failed};
use outlet::Outlet;
use std::process::ExitCode;
use windlass_stores::sqlite::Opening;

fn main() -> ExitCode {
    let typed = args::help::command().try_get_matches();
    let cli = match typed.and_then(|typed| Cli::from_arg_matches(&typed)) {
        Ok(cli) => cli,
        Err(wrong) => return outlet::misread(&wrong),
    };
    let outlet = Outlet::new(&cli.global);
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(why) => {
            Failed::says(format!("no threads to work with: {why}")).tell(&outlet);
            return ExitCode::from(Exit::Trouble.code());
        }
    };
    let ended = runtime.block_on(run(cli));
    // What still looks at a silent cluster must not hold up the end.
    runtime.shutdown_background();
    match ended {
        Ok(exit) => ExitCode::from(exit.code()),
        Err(failed) => {
            failed.tell(&outlet);
            ExitCode::from(Exit::Trouble.code())
        }
    }
}

async fn run(cli: Cli) -> Result<Exit, Failed> {
    let Cli { global, command } = cli;
    if global.output == Form::Junit && !matches!(command, Command::Check(_)) {
        return Err(Failed::hinted(
            "`-o junit` is a form of `windlass check` alone",
            "-o json and -o yaml are forms of every command that prints data",
        ));
    }
    if global.output == Form::Svg && !matches!(command, Command::Plan(_) | Command::Rehearse(_)) {
        return Err(Failed::hinted(
            "`-o svg` is a form of `windlass plan` and `windlass rehearse` alone",
            "-o json and -o yaml are forms of every command that prints data",
        ));
    }
    let exports = matches!(&command, Command::Catalog(args) if args.exports());
    if global.output == Form::Cincinnati && !exports {
        return Err(Failed::hinted(
            "`-o cincinnati` is a form of `windlass catalog export` alone",
            "-o json and -o yaml are forms of every command that prints data",
        ));
    }
    if let Command::Demo(args) = command {
        return match demo::run(&global, args).await? {
            demo::Comes::To(exit) => Ok(exit),
            demo::Comes::Passed(cli) => Box::pin(run(*cli)).await,
        };
    }
    let bare = Bare::new(&global);
    let look = |bare| Context::open(&global, bare, Opening::Look);
    match command {
        Command::Catalog(args) => data::catalog::run(&bare, &args),
        Command::Version(args) => data::version::run(&bare, &args),
        Command::Completion(args) => Ok(data::completion::run(&bare, &args)),
        Command::Window(args) => data::hours::windows(&look(bare)?, &args).await,
        Command::Freeze(args) => data::hours::freezes(&look(bare)?, &args).await,
        Command::Init(args) => data::init::run(&bare, &args).await,
        Command::Apply(args) => data::apply::run(&look(bare)?, &args).await,
        Command::Clusters(args) => data::clusters::run(&look(bare)?, &args).await,
        Command::Describe(args) => data::describe::run(&look(bare)?, &args).await,
        Command::Forget(args) => data::forget::run(&look(bare)?, &args).await,
        Command::Observe(args) => {
            data::observe::run(&room(&global, bare, &args.which)?, &args).await
        }
        Command::Targets(args) => {
            data::targets::run(&room(&global, bare, &args.which)?, &args).await
        }
        Command::Check(args) if args.all => data::check::all::run(&look(bare)?, &args).await,
        Command::Check(args) => data::check::run(&room(&global, bare, &args.which)?, &args).await,
        Command::Plan(PlanArgs {
            diff: Some(PlanDiff::Diff { before, after }),
            ..
        }) => data::plan::diff::run(&bare, &before, &after),
        Command::Plan(args) => data::plan::run(&room(&global, bare, &args.which)?, &args).await,
        Command::Rehearse(args) => rehearse::run(&global, bare, &args).await,
        Command::Graph(args) => data::graph::run(&global, bare, &args).await,
        Command::Backup(args) => keep::backup::run(&bare, &store_path(&global)?, &args),
        Command::Restore(args) => keep::restore::run(&bare, &store_path(&global)?, &args),
        Command::Prune(args) => keep::prune::run(&bare, &store_path(&global)?, &args),
        Command::Doctor(args) => keep::doctor::run(&bare, &store_path(&global)?, &args),
        Command::Bundle(args) => {
            keep::bundle::run(&global, bare, &store_path(&global)?, &args).await
        }
        Command::Rollback(args) if args.dry_run => {
            let args = args.shown();
            data::plan::run(&room(&global, bare, &args.which)?, &args).await
        }
        carrying @ (Command::Upgrade(_)
        | Command::Finalize(_)
        | Command::Rollback(_)
        | Command::Serve(_)
        | Command::Carry(_)) => {
            live::run(&Context::open(&global, bare, Opening::Carry)?, carrying).await
        }
        looking @ (Command::Demo(_)
        | Command::Status(_)
        | Command::Watch(_)
        | Command::Why(_)
        | Command::Events(_)
        | Command::Logs(_)
        | Command::Wait(_)
        | Command::Approve(_)
        | Command::Pause(_)
        | Command::Continue(_)
        | Command::Cancel(_)
        | Command::Stop(_)
        | Command::Retry(_)
        | Command::Skip(_)
        | Command::Confirm(_)
        | Command::Waive(_)
        | Command::Pace(_)
        | Command::Retarget(_)
        | Command::Begin(_)
        | Command::Runs(_)
        | Command::Replay(_)
        | Command::Adopt(_)) => live::run(&look(bare)?, looking).await,
    }
}

/// With the store where a registered cluster is named; without it for bare addresses.
fn room(global: &Global, bare: Bare, which: &Which) -> Result<Room, Failed> {
    Ok(match which.cluster {
        Some(_) => Room::Full(Box::new(Context::open(global, bare, Opening::Look)?)),
        None => Room::Bare(bare),
    })
}
