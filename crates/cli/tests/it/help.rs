//! The help of every command, as a whole.

use crate::run::{User, fits};

const COMMANDS: &[&str] = &[
    "init kafka",
    "apply",
    "clusters",
    "describe",
    "forget",
    "observe",
    "targets",
    "check",
    "plan",
    "rehearse",
    "window",
    "freeze",
    "upgrade",
    "finalize",
    "rollback",
    "status",
    "watch",
    "why",
    "events",
    "logs",
    "wait",
    "approve",
    "pause",
    "continue",
    "begin",
    "cancel",
    "stop",
    "retry",
    "skip",
    "confirm",
    "waive",
    "pace",
    "retarget",
    "runs",
    "replay",
    "serve",
    "carry",
    "adopt",
    "backup",
    "restore",
    "prune",
    "doctor",
    "bundle",
    "catalog",
    "catalog show",
    "catalog lint",
    "catalog diff",
    "catalog explain",
    "catalog import cincinnati",
    "catalog export",
    "catalog schema",
    "version",
    "completion",
];

#[test]
fn the_list_of_commands() {
    let said = User::new().says("--help");
    fits(&said.out);
    insta::assert_snapshot!(said.all());
}

#[test]
fn the_help_of_each_command() {
    let user = User::new();
    let mut all = String::new();
    for command in COMMANDS {
        let said = user.says(&format!("{command} --help"));
        assert_eq!(said.code, 0, "{command}: {}", said.err);
        fits(&said.out);
        // What is the same for each is shown once, in the list of commands.
        let own = said
            .out
            .split("Options of every command:")
            .collect::<Vec<_>>();
        let after = own
            .get(1)
            .and_then(|rest| rest.split_once("\n\n"))
            .map_or("", |(_, after)| after);
        all.push_str(&format!("$ windlass {command} --help\n{}{after}\n", own[0]));
    }
    insta::assert_snapshot!(all);
}
