//! The list of commands as it is shown: grouped by what a user is about.
//!
//! Must never know: what a command does. Stories: `tests/it/help.rs`.

use super::{Cli, STYLES};
use clap::CommandFactory;

/// Every command, in groups, in the order of a user's way.
const GROUPS: &[(&str, &[&str])] = &[
    ("To begin with", &["demo"]),
    (
        "Clusters",
        &["init", "apply", "clusters", "describe", "forget"],
    ),
    (
        "Before an upgrade",
        &[
            "observe", "targets", "check", "plan", "rehearse", "graph", "window", "freeze",
        ],
    ),
    ("Upgrade", &["upgrade", "finalize", "rollback"]),
    (
        "Follow a run",
        &[
            "status", "watch", "why", "events", "logs", "wait", "runs", "replay",
        ],
    ),
    (
        "Steer a run",
        &[
            "approve", "begin", "pause", "continue", "cancel", "stop", "retry", "skip", "confirm",
            "waive", "pace", "retarget",
        ],
    ),
    ("Carriers", &["serve", "carry", "adopt"]),
    (
        "The store",
        &["backup", "restore", "prune", "doctor", "bundle"],
    ),
    ("This program", &["catalog", "version", "completion"]),
];

const TEMPLATE: &str = "{about}\n\n{usage-heading} {usage}\n\n{before-help}{options}{after-help}";

/// The command line with its commands in groups.
#[must_use]
pub fn command() -> clap::Command {
    let command = Cli::command();
    let list = grouped(&command);
    command.help_template(TEMPLATE).before_help(list)
}

fn grouped(command: &clap::Command) -> String {
    let (header, literal) = (STYLES.get_header(), STYLES.get_literal());
    let widest = GROUPS
        .iter()
        .flat_map(|(_, names)| *names)
        .map(|name| name.len())
        .max()
        .unwrap_or(0);
    let mut text = String::new();
    for (title, names) in GROUPS {
        text.push_str(&format!("{header}{title}:{header:#}\n"));
        for name in *names {
            let about = command
                .find_subcommand(name)
                .and_then(clap::Command::get_about);
            let about = about.map(ToString::to_string).unwrap_or_default();
            text.push_str(&format!("  {literal}{name:<widest$}{literal:#}  {about}\n"));
        }
        text.push('\n');
    }
    let header = STYLES.get_header();
    text.push_str(&format!("{header}Options of every command:{header:#}"));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_stands_in_one_group() {
        let command = Cli::command();
        let mut known: Vec<&str> = command
            .get_subcommands()
            .map(clap::Command::get_name)
            .collect();
        let mut shown: Vec<&str> = GROUPS
            .iter()
            .flat_map(|(_, names)| names.iter().copied())
            .collect();
        known.sort_unstable();
        shown.sort_unstable();
        assert_eq!(shown, known);
        Cli::command().debug_assert();
    }
}
