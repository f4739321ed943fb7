//! docs/kafka.md, followed line by line on a real cluster: every command in its boxes, in its order.
//!
//! The reader's own doings (filling in the file, mending what is broken) are done between the lines.
//! Must never know: a command that the guide does not name.

use std::fs;
use std::path::PathBuf;

use xtask::roll::NAME;
use xtask::troubles::Stand;

use crate::trouble::ground::{Ground, SOON, said, within};

const GUIDE: &str = include_str!("../../../docs/kafka.md");
/// What the guide calls its files; they lie in a folder that goes away.
const FILES: [&str; 3] = ["orders.yaml", "orders-backup.db", "orders.tar.gz"];

/// The commands in the boxes.
fn commands() -> Vec<&'static str> {
    GUIDE
        .split("```sh\n")
        .skip(1)
        .filter_map(|rest| rest.split_once("```"))
        .flat_map(|(block, _)| block.lines())
        .collect()
}

struct Reader {
    ground: Ground,
    /// The node that the guide calls 2: the one that did not come back.
    fallen: i32,
}

impl Reader {
    fn file(&self, name: &str) -> PathBuf {
        self.ground.windlass.folder().join(name)
    }

    /// Runs one line as the guide has it; its output where a file is named for it.
    fn types(&self, line: &str) -> String {
        let (line, into) = match line.split_once(" > ") {
            Some((line, into)) => (line, Some(into)),
            None => (line, None),
        };
        let bootstrap = self.ground.lab.bootstrap();
        let first = bootstrap.split(',').next().expect("an address").to_owned();
        let words = line.split_whitespace().skip(1).map(|word| match word {
            "127.0.0.1:9092" => first.clone(),
            "2" => self.fallen.to_string(),
            name if FILES.contains(&name) => self.file(name).display().to_string(),
            word => word.to_owned(),
        });
        let words: Vec<String> = words.collect();
        let output = self.ground.windlass.command(&words).output();
        let output = output.expect("it runs");
        if let Some(into) = into {
            fs::write(self.file(into), &output.stdout).expect("written");
        }
        let said = said(output);
        assert_eq!(said.code, 0, "{line}\n{}", said.text);
        said.text
    }

    /// Waits until nothing moves any more.
    fn rests(&self, phase: &str) {
        self.ground.until_phase(phase, SOON);
    }

    /// The file as somebody filled it in.
    fn fills_in(&self) {
        let drawn = fs::read_to_string(self.file("orders.yaml")).expect("init wrote it");
        assert!(drawn.contains("# FILL IN:"), "{drawn}");
        let text = format!("{}  policy: {{soak: 1s}}\n", self.ground.lab.cluster_file());
        fs::write(self.file("orders.yaml"), text).expect("written");
    }

    /// Whoever moves next finds a setting that the new release refuses, written after the checks.
    fn breaks_the_next(&mut self, moved: i32) {
        let ground = &self.ground;
        let mut next = None;
        let met = within(SOON, || {
            next = Some(ground.flying()).filter(|id| *id != moved);
            next.is_some()
        });
        assert!(met, "nobody moves:\n{}", ground.why());
        let next = next.expect("just seen");
        ground.spoil(next, "log.segment.bytes=20000");
        self.fallen = next;
    }
}

#[test]
fn the_guide_is_followed_line_by_line() {
    let mut reader = Reader {
        ground: Ground::lay(Stand::Combined),
        fallen: 0,
    };
    let mut moved = 0;
    for line in commands() {
        eprintln!("$ {line}");
        match line {
            "windlass apply -f orders.yaml --dry-run" => reader.fills_in(),
            "windlass approve orders --yes" => reader.rests("awaiting-approval"),
            "windlass pause orders" => moved = reader.ground.flying(),
            "windlass retry orders 2" => reader.ground.mend(reader.fallen),
            _ => {}
        }
        reader.types(line);
        match line {
            "windlass wait orders --for paused" => reader.rests("paused"),
            "windlass continue orders" => {
                reader.breaks_the_next(moved);
                reader.rests("paused");
            }
            _ => {}
        }
    }
    let status = reader.ground.status();
    assert_eq!(status["phase"], "finished", "{NAME}: {status:#}");
    assert_eq!(status["goal"]["finalize"], true, "{status:#}");
}
