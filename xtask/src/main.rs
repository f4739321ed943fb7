//! `cargo xtask`: only the way in; every command is a file of its own in the library.
//!
//! Must never know: what a command does.
//! Tests: none; there is nothing to decide here.

use std::process::ExitCode;

use xtask::test::Extent;

const USAGE: &str = "usage: cargo xtask COMMAND

  demo             a real Kafka cluster raised before your eyes
  test [--all]     every check and every test, installing what they need; the long
                   half of the troubles only with --all
  tidy             floors and house rules
  shapes           writes docs/json.md anew from the types that are printed
  deny             licences and banned crates
  fuzz [NAME] [--seconds N] [--keep]
                   readers of files against bytes that a driver makes up
  fuzz NAME --again FILE
                   one input once more
  figure NAME      measure one figure; --list names them
  replay SEED      plays a seed of the false world again; SCENE:INSTANT: a scene with a death;
                   kafka:SEED: one with the real Kafka target
  lab [VERSION] [--separated]
                   a real Kafka cluster on loopback until Enter is pressed
  lab --hosts      a cluster behind TLS on hosts of its own, and a shell on the machine
                   of whoever operates it (root, Linux)
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.split_first() {
        Some((&"demo", [])) => xtask::demo::run(),
        Some((&"test", [])) => xtask::test::run(Extent::Quick),
        Some((&"test", [option])) if *option == "--all" => xtask::test::run(Extent::All),
        Some((&"tidy", [])) => xtask::tidy::run(),
        Some((&"shapes", [])) => xtask::shapes::run(),
        Some((&"deny", [])) => xtask::deny::run(),
        Some((&"fuzz", rest)) => xtask::fuzz::run(rest),
        Some((&"figure", [name])) => xtask::figure::run(name),
        Some((&"figure-child", rest)) => xtask::figure::child(rest),
        Some((&"replay", [what])) => xtask::replay::run(what),
        Some((&"lab", rest)) => xtask::lab::run(rest),
        Some(_) | None => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let mut line = format!("error: {error}");
            let mut source = error.source();
            while let Some(cause) = source {
                line = format!("{line}: {cause}");
                source = cause.source();
            }
            eprintln!("{line}");
            ExitCode::FAILURE
        }
    }
}
