//! docs/ssh.md, followed line by line by somebody who knows nothing else: a cluster behind TLS on hosts of
//! their own, with the mistakes that are made on the way and the words that lead out of them.
//!
//! The reader's own doings (filling in the file) are done between the lines.
//! Must never know: a command that the page does not name, but for looking again.

use std::fs;
use std::io::Write;
use std::time::Instant;

use xtask::abroad::{FOLDER, HOSTS, World};
use xtask::peers::kafka::{PASSWORD, ROLL, spread};
use xtask::peers::machines::{self, KAFKA};

use crate::trouble::ground::{Said, has, said};

const GUIDE: &str = include_str!("../../../docs/ssh.md");
const FILE: &str = "orders.yaml";
const MARK: &str = "# FILL IN:";
/// The width that help and hints are written for.
const COLUMNS: usize = 80;

/// The boxes of a kind.
fn boxes(kind: &str) -> Vec<&'static str> {
    let opening = format!("```{kind}\n");
    let each = GUIDE.split(opening.as_str()).skip(1);
    each.filter_map(|rest| Some(rest.split_once("```")?.0))
        .collect()
}

struct Reader {
    world: World,
    /// The file as the page has it, with the reader's own pace.
    filled: String,
}

impl Reader {
    #[track_caller]
    fn types(&self, line: &str) -> Said {
        eprintln!("$ {line}");
        let begun = Instant::now();
        let said = said(self.world.types(line).output().expect("it runs"));
        eprintln!(
            "{}[{}, {:.1} s]",
            said.text,
            said.code,
            begun.elapsed().as_secs_f64()
        );
        assert!(!said.text.contains(PASSWORD), "a secret was told");
        let wide =
            |line: &&str| line.chars().count() > COLUMNS && line.split_whitespace().count() > 2;
        if line.starts_with("windlass ") && !line.starts_with("windlass apply") {
            let wide = said.text.lines().find(wide);
            assert_eq!(wide, None, "wider than {COLUMNS} columns");
        }
        said
    }

    fn file(&self) -> std::path::PathBuf {
        self.world.machines.operator.path(FOLDER).join(FILE)
    }

    /// Writes the file with something in it as it should not be, and registers it.
    #[track_caller]
    fn mistakes(&self, right: &str, wrong: &str) {
        assert!(self.filled.contains(right), "{right}");
        fs::write(self.file(), self.filled.replace(right, wrong)).expect("written");
        let said = self.types("windlass apply -f orders.yaml");
        assert_eq!(said.code, 0, "{}", said.text);
    }

    /// A mistake in the file, and what a look says of it.
    #[track_caller]
    fn wrong(&self, right: &str, wrong: &str, words: &[&str]) {
        self.mistakes(right, wrong);
        let said = self.types("windlass observe orders");
        assert_eq!(said.code, 3, "what is not seen is told by the exit code");
        has(&said.text, words);
    }

    /// What is wrong on the command line, before anything is registered.
    #[track_caller]
    fn refused(&self, options: &str, words: &[&str]) {
        let said = self.types(&format!(
            "windlass observe --bootstrap k1.example:9093 {options}"
        ));
        assert_eq!(said.code, 2);
        has(&said.text, words);
    }

    fn before_anything(&self) {
        self.refused(
            "",
            &["declare `tls`", "--tls-ca FILE", "docs/kafka-security.md"],
        );
        self.refused("--tls", &["is not signed by any authority"]);
        self.refused("--tls-ca ca.pm", &["ca.pm cannot be read"]);
        self.refused(
            "--tls-ca ca.pem",
            &["wants a login, by SCRAM-SHA-512", "--sasl"],
        );
        let login = "--tls-ca ca.pem --sasl SCRAM-SHA-512 --user ops --password-file ca.pem";
        self.refused(login, &["wrong password"]);
    }

    /// What `init` wrote is what the page shows, but for the lines that it marks.
    fn fills_in(&self) {
        let drawn = fs::read_to_string(self.file()).expect("init wrote it");
        eprintln!("{drawn}");
        let said = self.types("windlass apply -f orders.yaml");
        let marked = |line: &&str| line.contains(MARK) && !line.starts_with('#');
        let marks = drawn.lines().filter(marked).count();
        assert_eq!((said.code, marks), (2, 5), "each of them is filled in");
        assert_eq!(said.text.matches("error: ").count(), marks, "once each");
        let page = |text: &str| -> Vec<String> {
            let lines = text.lines().filter(|line| !line.contains(MARK));
            let bare = lines.map(|line| line.split(" #").next().unwrap_or("").trim().to_owned());
            bare.filter(|line| {
                !line.is_empty() && !line.starts_with(['#']) && !line.starts_with("env:")
            })
            .collect()
        };
        let shown = page(boxes("yaml")[0]);
        let mut rest = shown.iter();
        for line in page(&drawn) {
            assert!(
                rest.any(|one| *one == line),
                "`{line}` is not on the page, or not there"
            );
        }
        fs::write(self.file(), &self.filled).expect("written");
    }

    fn after_the_file_is_filled_in(&mut self) {
        let tls = "    controllerSecurity:";
        let mutual = self.filled.split_once(tls).expect("the page has it").1;
        let mutual = mutual
            .split_once("  release:")
            .expect("after it")
            .0
            .to_owned();
        self.wrong(
            &format!("{tls}{mutual}"),
            "",
            &[
                "it asks for a certificate of ours",
                "say in `controllerSecurity` how",
            ],
        );
        let key = "fromFile: id_ed25519";
        self.wrong(
            key,
            "fromFile: id_rsa",
            &[
                "node 1, node 2, node 3: its host could not be looked at: its host was not asked to let kafka in",
                "/etc/windlass/id_rsa cannot be read: No such file",
                "docs/ssh.md, When it says no",
            ],
        );
        self.wrong(
            key,
            "fromFile: id_ed25519.pub",
            &["is a public key: name the private one"],
        );
        self.wrong(
            "user: kafka",
            "user: kafkas",
            &["its host did not let kafkas in", "was not taken"],
        );
        self.wrong(
            "dir: /srv/kafka",
            "dir: /srv/kafka1",
            &["/srv/kafka1 is not there, or kafka may not see it"],
        );
        self.wrong(
            "config: server",
            "config: broker",
            &[
                "it answers, and no process of it is found on its host",
                "look whether `dir` and `config` are what it was started with",
            ],
        );
        // Somebody who may log in, and has nothing to do with the members.
        for host in HOSTS {
            let said = self.types(&format!("ssh-copy-id -i id_ed25519 ops@{host}"));
            assert_eq!(said.code, 0);
        }
        self.wrong(
            "user: kafka",
            "user: ops",
            &["and ops may not look into it: it belongs to kafka"],
        );
        // One host is not known, one was set up anew.
        let known = self
            .world
            .machines
            .operator
            .path(FOLDER)
            .join("known_hosts");
        let text = fs::read_to_string(&known).expect("ssh-keyscan wrote it");
        let lines = text.lines().filter(|line| !line.starts_with("k1.example"));
        let fewer: String = lines.map(|line| format!("{line}\n")).collect();
        fs::write(known.with_file_name("fewer"), fewer).expect("written");
        let host = self.world.host(2).expect("k2");
        let place = host.path("/etc/ssh/ssh_host_ed25519_key");
        let kept = fs::read(&place).expect("its key");
        fs::remove_file(&place).expect("removed");
        host.serve("").expect("with another key");
        self.wrong(
            "knownHosts: known_hosts",
            "knownHosts: fewer",
            &[
                "knows no key of it: nothing was sent to it",
                "k2.example shows the host key SHA256:",
                "it was set up anew, or another host stands in its place",
            ],
        );
        let host = self.world.host(2).expect("k2");
        fs::write(&place, kept).expect("written");
        host.serve("").expect("with its own key");
        // The release is nowhere; then it may not be put where it is wanted.
        let copy = "\n    copy: {from: \"/srv/releases/kafka_2.13-{version}\", into: \"/opt/kafka/{version}\"}";
        let start = self.filled.find("  release:").expect("the page has it");
        let end = self.filled.find(copy).expect("the page has it") + copy.len();
        let declared = self.filled[start..end].to_owned();
        self.mistakes(&declared, "  release: \"/opt/kafka/{version}\"");
        self.barred(&[
            "4.0.2 is not ready on k1.example: /opt/kafka/4.0.2 is not there",
            "or let windlass bring it (release: copy or fetch)",
        ]);
        let take = |reader: &mut Self, owner| {
            let host = reader.world.host(3).expect("k3");
            let done = host.root("chown").args([owner, "/opt/kafka"]).status();
            assert!(done.expect("chown").success());
        };
        take(self, "root");
        self.mistakes("soak", "soak");
        self.barred(&["4.0.2 is not ready on k3.example: /opt/kafka cannot be written"]);
        take(self, KAFKA.name);
        // The wrong turns are over.
        fs::write(self.file(), &self.filled).expect("written");
    }

    #[track_caller]
    fn barred(&self, words: &[&str]) {
        let said = self.types("windlass check orders --to 4.0");
        assert_eq!(said.code, 1);
        has(&said.text, words);
    }

    /// Asked of the cluster itself, and of its processes.
    fn all_is_well(&mut self) {
        let world = &self.world;
        let host = &world.machines.hosts[0];
        let seen = spread::in_sync(host, ROLL[1], "orders").expect("it answers");
        assert_eq!(seen, [(3, 3); 6], "no partition lacks a replica");
        for host in &world.machines.hosts {
            let jar = format!("/opt/kafka/{}/libs/kafka-clients-{0}.jar", ROLL[1]);
            let script = format!("ls -l /proc/[0-9]*/fd | grep -qF {jar}");
            let runs = host
                .root("sh")
                .args(["-c", &script])
                .status()
                .expect("it runs");
            assert!(runs.success(), "{} does not run {}", host.name, ROLL[1]);
        }
    }
}

#[test]
fn a_stranger_raises_a_cluster_behind_tls_over_ssh_with_nothing_but_the_page() {
    if let Some(why) = machines::absent() {
        // Past the capture of the test harness: this must not look like a pass.
        let text = format!("ABSENT: machines of our own, so docs/ssh.md was not followed: {why}\n");
        std::io::stderr().write_all(text.as_bytes()).expect("told");
        return;
    }
    let begun = Instant::now();
    let mut reader = Reader {
        world: World::make().expect("machines and a cluster on them"),
        filled: boxes("yaml")[0]
            .replace("soak: 2m", "soak: 1s")
            .replace("-Xmx1g", spread::HEAP),
    };
    eprintln!(
        "the world stands after {:.1} s",
        begun.elapsed().as_secs_f64()
    );
    let host = &reader.world.machines.hosts[0];
    spread::create_topic(host, ROLL[0], "orders", 6).expect("a topic");
    reader.before_anything();
    let mut applied = false;
    for line in boxes("sh").iter().flat_map(|text| text.lines()) {
        if line.starts_with("windlass apply") && !applied {
            applied = true;
            reader.fills_in();
            let said = reader.types(line);
            assert_eq!(said.code, 0);
            reader.after_the_file_is_filled_in();
        }
        let said = reader.types(line);
        let partly = line.contains("observe --bootstrap");
        assert_eq!(said.code, if partly { 3 } else { 0 }, "{line}");
        if line == "windlass observe orders" {
            has(&said.text, &["gaps none", "all healthy"]);
        }
    }
    let said = reader.types("windlass status orders");
    has(&said.text, &["finished", "3 of 3 moves"]);
    reader.all_is_well();
    eprintln!("all of it took {:.1} s", begun.elapsed().as_secs_f64());
}
