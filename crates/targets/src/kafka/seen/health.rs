//! Health: whether a node does its work, in each of its seats.
//!
//! Must never know: releases, budgets. Stories: `tests/it/kafka_seen.rs`.

use windlass_engine::snapshot::Health;
use windlass_runner::ports::hand::Running;

use super::super::answers::Miss;
use super::Sight;
use super::partitions::Tally;
use super::roster::{Chair, Node, Roster, lagging};

/// How a node was.
pub struct State {
    /// Its health.
    pub health: Health,
    /// Grows while it comes back.
    pub progress: u64,
    /// For lists.
    pub words: String,
}

/// Looks at all seats of a node.
pub fn look(sight: &Sight<'_>, roster: &Roster<'_>, tally: &Tally, node: &Node<'_>) -> State {
    let mut words = Vec::new();
    let mut progress = 0;
    let (mut down, mut unknown, mut owes) = (Vec::new(), Vec::new(), Vec::new());
    if let Some(seen) = sight.hosts.get(&node.member)
        && seen.view.running == Running::Nothing
    {
        // Whoever answers runs: then what is declared of it is not so, and nothing may be done to it.
        if node.answers() {
            let host = &seen.host;
            unknown.push(format!(
                "it answers, and no process of it is found on {host}"
            ));
        } else {
            down.push("no process runs".to_string());
        }
    }
    for (what, chair) in node.chairs() {
        match chair {
            Chair::Nowhere => {
                unknown.push(format!("the address of {what} {} is not known", node.id))
            }
            Chair::Foreign(other) => {
                unknown.push(format!(
                    "at the address of {what} {} answers cluster {other}",
                    node.id
                ));
            }
            Chair::Asked(asked) => match &asked.hello {
                Ok(_) => progress += 1,
                Err(Miss { refused: true, why }) => {
                    down.push(format!("{what} listener: {why}"));
                }
                Err(Miss {
                    refused: false,
                    why,
                }) => {
                    unknown.push(format!("{what} listener could not be asked: {why}"));
                }
            },
        }
    }
    if node.chairs().next().is_none() {
        unknown.push(format!("nobody who answers speaks of node {}", node.id));
    }
    if node.controller.is_some() {
        words.push(controller(sight, roster, node, &mut owes, &mut progress));
    }
    if node.broker.is_some() {
        words.push(broker(
            sight,
            roster,
            tally,
            node,
            &mut unknown,
            &mut owes,
            &mut progress,
        ));
    }
    if !node.answers() {
        // What others remember of it is no progress.
        progress = 0;
    }
    let health = if !down.is_empty() {
        words = vec!["down".to_string()];
        Health::Down(down.join("; "))
    } else if !unknown.is_empty() {
        words = vec!["unknown".to_string()];
        Health::Unknown(unknown.join("; "))
    } else if !owes.is_empty() {
        Health::Settling(owes.join("; "))
    } else {
        Health::Healthy
    };
    State {
        health,
        progress,
        words: words.join(", "),
    }
}

fn controller(
    sight: &Sight<'_>,
    roster: &Roster<'_>,
    node: &Node<'_>,
    owes: &mut Vec<String>,
    progress: &mut u64,
) -> String {
    let quorum = match &sight.gathered.quorum {
        Ok(quorum) => quorum,
        Err(miss) => {
            owes.push(format!("the metadata quorum does not answer: {}", miss.why));
            return "no quorum".to_string();
        }
    };
    if !quorum.voters.iter().any(|voter| voter.id == node.id) {
        return "observer".to_string();
    }
    if let Some(voter) = lagging(quorum).find(|voter| voter.id == node.id) {
        let leader = quorum.voters.iter().find(|voter| voter.id == quorum.leader);
        let behind = leader.map_or(0, |leader| leader.end - voter.end);
        owes.push(format!("behind the active controller by {behind} records"));
        return "lagging".to_string();
    }
    *progress += 1;
    if roster.leader == Some(node.id) {
        "active"
    } else {
        "follower"
    }
    .to_string()
}

fn broker(
    sight: &Sight<'_>,
    roster: &Roster<'_>,
    tally: &Tally,
    node: &Node<'_>,
    unknown: &mut Vec<String>,
    owes: &mut Vec<String>,
    progress: &mut u64,
) -> String {
    if let Err(miss) = &sight.gathered.topics {
        unknown.push(format!("its replicas could not be looked at: {}", miss.why));
        return "unknown".to_string();
    }
    // Its own view is that of the process which answers now: another broker may still list the one
    // that was there before.
    let own = match &node.broker {
        Some(Chair::Asked(asked)) => asked.view.as_ref().ok(),
        Some(Chair::Nowhere | Chair::Foreign(_)) | None => None,
    };
    let itself = own.is_none_or(|view| view.rows.iter().any(|row| row.id == node.id));
    if !itself || !roster.listed.contains(&node.id) {
        let fenced = roster.fenced.contains(&node.id);
        let says = if fenced {
            "fenced by the controllers"
        } else {
            "not yet let in by the controllers"
        };
        owes.push(says.to_string());
        return "fenced".to_string();
    }
    *progress += 1;
    let share = tally.share(node.id);
    *progress += u64::from(share.in_sync);
    if share.offline > 0 {
        owes.push(format!("{} of its replicas are offline", share.offline));
    }
    if share.in_sync < share.replicas {
        let says = format!("in sync {} of {}", share.in_sync, share.replicas);
        owes.push(says.clone());
        return says;
    }
    "in sync".to_string()
}
