//! `cargo xtask lab`: a real cluster to try things on, until Enter is pressed.
//!
//! Must never know: windlass.
//! Tests: the lab itself is tested in `tests/it`.

use std::io::stdin;
use std::process::Stdio;

use crate::abroad::{FOLDER, HOSTS, World};
use crate::peers::kafka::ask::Topic;
use crate::peers::kafka::spread::CLIENTS;
use crate::peers::kafka::{Lab, ROLL};
use crate::peers::machines;
use crate::workspace::{NotSo, Trouble};

/// Starts it, writes its cluster file beside its nodes, says where, and waits.
///
/// # Errors
/// When the words are not understood or the cluster does not become healthy.
pub fn run(words: &[&str]) -> Result<(), Trouble> {
    if words == ["--hosts"] {
        return abroad();
    }
    let (options, versions): (Vec<&str>, Vec<&str>) =
        words.iter().partition(|word| word.starts_with('-'));
    let builder = match options[..] {
        [] => Lab::builder().combined(3),
        ["--separated"] => Lab::builder().separated(3, 3),
        _ => {
            return Err(NotSo(format!(
                "unknown option among {options:?}; known: --separated, --hosts"
            ))
            .into());
        }
    };
    let lab = builder
        .version(versions.first().copied().unwrap_or(ROLL[0]))
        .start()?;
    lab.create_topic(&Topic {
        name: "orders",
        partitions: 60,
        replicas: 3,
        min_in_sync: 2,
    })?;
    let file = lab.root().join("cluster.yaml");
    std::fs::write(&file, lab.cluster_file())?;
    println!("bootstrap     {}", lab.bootstrap());
    println!("cluster file  {}", file.display());
    eprintln!("Enter ends it");
    stdin().read_line(&mut String::new())?;
    Ok(())
}

/// The operator's machine of a cluster that is behind TLS and spread over hosts, with a shell on it.
fn abroad() -> Result<(), Trouble> {
    if let Some(why) = machines::absent() {
        return Err(NotSo(format!("machines of our own: {why}")).into());
    }
    let world = World::make()?;
    println!(
        "hosts         {}, clients at port {CLIENTS}",
        HOSTS.join(" ")
    );
    println!("ssh           kafka, password {}", machines::PASSWORD);
    println!(
        "kafka         ops, SCRAM-SHA-512, password, ca.pem, client.pem, client.key in {FOLDER}"
    );
    let shell = format!("{:?}", world.types("exec sh"));
    println!("another shell {shell}");
    world.types("exec sh -i").stdin(Stdio::inherit()).status()?;
    Ok(())
}
