//! Live load on a topic, and the clients' own account of it: by Apache Kafka's client library, not ours.
//!
//! Must never know: windlass, or what is done to the cluster meanwhile.
//! Tests: here (the lines it prints), and `tests/it`.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

use serde::Deserialize;

use super::kafka::{CLIENT, Release, release};
use super::process::run;
use super::{PeerError, cache, doing, java};

const SOURCE: &str = include_str!("../../peers/load/Load.java");

/// The rate of the figures: enough that each of 60 partitions has a record in flight every 0.3 s.
const RECORDS_PER_SECOND: u32 = 200;

/// The JVM and the first metadata take 2-4 s on busy cores.
const BEGIN_LIMIT_S: u64 = 60;
const BEGIN_LOOK_EVERY_MS: u64 = 50;

/// What is known while it runs; one line a second.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Progress {
    pub sent: u64,
    pub acknowledged: u64,
    pub failed: u64,
    /// Received by the group consumer beside it, redeliveries counted.
    pub consumed: u64,
    /// Since the last acknowledgement.
    pub pause_ms: u64,
    pub longest_pause_ms: u64,
}

/// The account after a full read of the topic from its beginning.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Account {
    pub sent: u64,
    pub acknowledged: u64,
    /// Sends that ended with an error.
    pub failed: u64,
    pub consumed: u64,
    /// Records on the topic, of earlier runs too.
    pub read: u64,
    /// Acknowledged and not there.
    pub lost: u64,
    /// There more than once; the first is not counted.
    pub duplicates: u64,
    /// There, though never acknowledged: no fault, the answer was lost.
    pub unacknowledged_present: u64,
    /// Between two acknowledgements.
    pub longest_pause_ms: u64,
    /// When it ended, in milliseconds since 1970.
    pub longest_pause_at_ms: u64,
    /// From send to acknowledgement.
    pub p50_us: u64,
    pub p99_us: u64,
    pub max_us: u64,
    pub first_failure: String,
}

#[derive(Debug, Default)]
struct Heard {
    progress: Progress,
    account: Option<Account>,
    garbled: Option<String>,
}

/// A producer and a group consumer that run until finished or dropped.
#[derive(Debug)]
pub struct Load {
    child: Child,
    stdin: Option<ChildStdin>,
    heard: Arc<Mutex<Heard>>,
    reader: Option<JoinHandle<()>>,
    errors: PathBuf,
}

impl Load {
    /// Starts 200 records a second over all partitions of the topic; returns when the first are acknowledged.
    ///
    /// # Errors
    /// When Java is missing or nothing is acknowledged in time.
    pub fn start(bootstrap: &str, topic: &str) -> Result<Self, PeerError> {
        let release = release(CLIENT)?;
        let classes = compiled(&release)?;
        let log = cache::peers("load")?.join(format!("{}-{topic}.log", std::process::id()));
        let errors = fs::File::create(&log).map_err(doing(format!("make {}", log.display())))?;
        let mut child = Command::new("java")
            .args([
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
            ])
            .arg(format!(
                "-Dlog4j2.configurationFile=file:{}/config/log4j2.properties",
                release.root().display()
            ))
            .args([
                "-cp",
                &format!("{}:{}", classes.display(), release.class_path()),
                "Load",
            ])
            .args([bootstrap, topic, &RECORDS_PER_SECOND.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()
            .map_err(doing("start the load"))?;
        let heard = Arc::new(Mutex::new(Heard::default()));
        let stdout = child.stdout.take();
        let into = Arc::clone(&heard);
        let reader = spawn(move || {
            for line in stdout
                .into_iter()
                .flat_map(|out| BufReader::new(out).lines())
                .map_while(Result::ok)
            {
                hear(
                    &mut into.lock().unwrap_or_else(PoisonError::into_inner),
                    &line,
                );
            }
        });
        let stdin = child.stdin.take();
        let mut load = Self {
            child,
            stdin,
            heard,
            reader: Some(reader),
            errors: log,
        };
        load.wait_begun()?;
        Ok(load)
    }

    fn wait_begun(&mut self) -> Result<(), PeerError> {
        let start = Instant::now();
        while self.progress().acknowledged == 0 {
            let ended = self
                .child
                .try_wait()
                .map_err(doing("look after the load"))?
                .is_some();
            if ended || start.elapsed().as_secs() > BEGIN_LIMIT_S {
                let seen = self.log_tail();
                return Err(PeerError::Late {
                    what: "a first record".into(),
                    seconds: BEGIN_LIMIT_S,
                    seen,
                });
            }
            sleep(Duration::from_millis(BEGIN_LOOK_EVERY_MS));
        }
        Ok(())
    }

    /// What the last line said, at most a second old.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.heard
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .progress
            .clone()
    }

    /// Stops sending, waits for what is in flight, reads the whole topic and accounts for it.
    ///
    /// # Errors
    /// When the clients failed: then there is no account, and no claim about lost records.
    pub fn finish(mut self) -> Result<Account, PeerError> {
        if let Some(mut stdin) = self.stdin.take() {
            // If it is gone already, the missing account says so below.
            stdin.write_all(b"stop\n").unwrap_or_default();
        }
        if let Some(reader) = self.reader.take() {
            reader
                .join()
                .map_err(|_panic| PeerError::Refused("the load's reader broke".into()))?;
        }
        let status = self.child.wait().map_err(doing("wait for the load"))?;
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.account.take().ok_or_else(|| PeerError::Failed {
            command: "load".into(),
            status: status.to_string(),
            output: format!(
                "{}\n{}",
                heard.garbled.take().unwrap_or_default(),
                self.log_tail()
            ),
        })
    }

    fn log_tail(&self) -> String {
        super::process::tail(&fs::read_to_string(&self.errors).unwrap_or_default())
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        // After `finish` it is gone already; both calls then do nothing.
        self.child.kill().unwrap_or_default();
        self.child.wait().map(|_status| ()).unwrap_or_default();
        if !std::thread::panicking() {
            fs::remove_file(&self.errors).unwrap_or_default();
        }
    }
}

fn hear(heard: &mut Heard, line: &str) {
    #[derive(Deserialize)]
    struct Kind {
        r#final: bool,
    }
    let understood = serde_json::from_str::<Kind>(line).and_then(|kind| {
        if kind.r#final {
            heard.account = Some(serde_json::from_str(line)?);
        } else {
            heard.progress = serde_json::from_str(line)?;
        }
        Ok(())
    });
    if understood.is_err() {
        heard.garbled = Some(line.to_owned());
    }
}

/// The folder with the compiled program, made the first time; named by the source, so that a change counts.
fn compiled(release: &Release) -> Result<PathBuf, PeerError> {
    java::jdk()?;
    let folder = cache::peers("load")?;
    let _locked = cache::lock(&folder.join(".lock"))?;
    let classes = folder.join(format!("{:08x}-{}", checksum(SOURCE), release.version()));
    if classes.is_dir() {
        return Ok(classes);
    }
    let part = folder.join("part");
    fs::remove_dir_all(&part).unwrap_or_default();
    let source = part.join("Load.java");
    cache::put(&source, SOURCE.as_bytes())?;
    run(Command::new("javac")
        .args(["-cp", &release.class_path(), "-d"])
        .arg(&part)
        .arg(&source))?;
    fs::rename(&part, &classes).map_err(doing(format!("rename to {}", classes.display())))?;
    Ok(classes)
}

/// FNV-1a: enough to tell two versions of one file apart.
fn checksum(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |sum, byte| {
        (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_told_apart() {
        let mut heard = Heard::default();
        hear(
            &mut heard,
            r#"{"final":false,"sent":3,"acknowledged":2,"failed":0,"consumed":1,"pause_ms":4,"longest_pause_ms":5}"#,
        );
        assert_eq!(heard.progress.acknowledged, 2);
        assert!(heard.account.is_none());
        hear(&mut heard, "Exception in thread");
        assert_eq!(heard.garbled.as_deref(), Some("Exception in thread"));
    }
}
