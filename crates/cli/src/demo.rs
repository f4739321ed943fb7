//! `windlass demo`: a false cluster, raised live in the terminal, to be played with from a second one.
//!
//! | file | holds |
//! |---|---|
//! | `bill`, `clusters/` | what is played: a cluster for each catalog, all of it well |
//! | `place`, `stage`, `book`, `hosts` | where it lies; the false hosts, whose state outlives every process |
//! | `target` | the port over them |
//! | `play`, `intro` | a run is begun or gone on with, and what a user is told |
//! | `pass`, `fail` | what is typed in a second terminal |
//!
//! Only the target is false: engine, runner, store and terminal are those of every command.
//! Must never know: any rule of upgrading. Stories: `tests/it/demo.rs`.

mod bill;
mod book;
mod fail;
pub mod hosts;
mod intro;
mod pass;
mod place;
mod play;
pub mod stage;
mod target;

use crate::args::demo::{DemoArgs, DemoWord, PASSED};
use crate::args::{Cli, Global};
use crate::context::{Bare, Context};
use crate::exit::{Exit, Failed};
use pass::Meant;
use windlass_stores::sqlite::Opening;

/// What a command line for the demo comes to.
#[derive(Debug)]
pub enum Comes {
    /// It has ended.
    To(Exit),
    /// To this ordinary command, in the demo's store.
    Passed(Box<Cli>),
}

/// Runs it, or says which ordinary command is meant.
///
/// # Errors
/// Where the demo's folder cannot be used, or as the run.
pub async fn run(global: &Global, args: DemoArgs) -> Result<Comes, Failed> {
    let store = place::store(global)?;
    let mut global = global.clone();
    global.store = Some(store.clone());
    let Some(word) = &args.then else {
        if args.list {
            return intro::list(&Bare::new(&global)).map(Comes::To);
        }
        return play::play(&global, &args).await.map(Comes::To);
    };
    if !store.is_file() {
        return Err(Failed::hinted(
            "nothing is played",
            "start one: windlass demo",
        ));
    }
    let context = Context::open(&global, Bare::new(&global), Opening::Look)?;
    match (word, word.command()) {
        (DemoWord::Fail(args), _) => fail::run(&context, args).await.map(Comes::To),
        (_, Some((name, rest))) => {
            let played = pass::played(&context).await?;
            Ok(match pass::meant(&global, &store, name, rest, &played)? {
                Meant::Command(cli) => Comes::Passed(cli),
                Meant::Help(text) => {
                    context.outlet.text(text.trim_end());
                    Comes::To(Exit::Done)
                }
            })
        }
        (_, None) => Err(Failed::says("this word belongs to no command")),
    }
}

/// The same text with the commands that the demo passes on named as they are typed there.
#[must_use]
pub fn by_its_door(text: &str) -> String {
    const CALLED: &str = "windlass ";
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(CALLED) {
        let (before, after) = rest.split_at(at + CALLED.len());
        out.push_str(before);
        let word: String = after.chars().take_while(char::is_ascii_lowercase).collect();
        if PASSED.contains(&word.as_str()) {
            out.push_str("demo ");
        }
        rest = after;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_named_by_the_door_of_the_demo() {
        assert_eq!(
            by_its_door(
                "help: `windlass retry false-kafka 2`, or windlass demo why; windlass on host"
            ),
            "help: `windlass demo retry false-kafka 2`, or windlass demo why; windlass on host"
        );
    }
}
