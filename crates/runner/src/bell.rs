//! Doorbell and hint stream: a Unix socket for each carrier, in a folder beside the store.
//!
//! A connection that says `ring` wakes the carrier; one that says `hints` is sent short news, one
//! JSON object a line. Nothing that matters travels here: a lost ring costs a second, a lost hint
//! nothing.
//! Must never know: commands, or what a hint means. Stories: `crates/stores/tests/it/runner.rs`.

use crate::ports::target::Hint;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Notify, broadcast};
use windlass_engine::names::RunId;

/// Hints that a slow listener may lag behind before it loses some.
const HINTS_KEPT: usize = 256;
/// The ending of a carrier's socket.
const SOCKET: &str = "sock";

/// Short news of one run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Which run.
    pub run: RunId,
    /// What.
    #[serde(flatten)]
    pub hint: Hint,
}

/// The bell of this carrier: gone from the folder when dropped.
#[derive(Debug)]
pub struct Bell {
    path: PathBuf,
    /// Wakes whoever drives.
    pub ring: Arc<Notify>,
    hints: broadcast::Sender<Told>,
    task: tokio::task::JoinHandle<()>,
}

impl Bell {
    /// Hangs a bell into the folder.
    ///
    /// # Errors
    /// Where the folder cannot be written.
    pub fn hang(folder: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let path = folder.join(format!("{}.{SOCKET}", std::process::id()));
        let _ = std::fs::remove_file(&path);
        let listener = UnixListener::bind(&path)?;
        let ring = Arc::new(Notify::new());
        let (hints, _) = broadcast::channel(HINTS_KEPT);
        let task = tokio::spawn(listen(listener, ring.clone(), hints.clone()));
        Ok(Self {
            path,
            ring,
            hints,
            task,
        })
    }

    /// Tells who listens.
    pub fn tell(&self, run: &RunId, hint: Hint) {
        // Nobody listening is the ordinary case.
        let _ = self.hints.send(Told {
            run: run.clone(),
            hint,
        });
    }

    /// A listener in this process.
    #[must_use]
    pub fn hear(&self) -> broadcast::Receiver<Told> {
        self.hints.subscribe()
    }
}

impl Drop for Bell {
    fn drop(&mut self) {
        self.task.abort();
        let _ = std::fs::remove_file(&self.path);
    }
}

async fn listen(listener: UnixListener, ring: Arc<Notify>, hints: broadcast::Sender<Told>) {
    while let Ok((stream, _)) = listener.accept().await {
        let (ring, hints) = (ring.clone(), hints.subscribe());
        tokio::spawn(async move {
            let mut stream = BufReader::new(stream);
            let mut word = String::new();
            match stream.read_line(&mut word).await {
                Ok(_) if word.trim() == "hints" => stream_hints(stream.into_inner(), hints).await,
                // All that wait now, and whoever comes next: one carrier may drive several runs.
                Ok(_) => {
                    ring.notify_waiters();
                    ring.notify_one();
                }
                Err(_) => {}
            }
        });
    }
}

async fn stream_hints(mut stream: UnixStream, mut hints: broadcast::Receiver<Told>) {
    loop {
        let told = match hints.recv().await {
            Ok(told) => told,
            Err(broadcast::error::RecvError::Lagged(_)) => continue,
            Err(broadcast::error::RecvError::Closed) => return,
        };
        let Ok(mut line) = serde_json::to_vec(&told) else {
            return;
        };
        line.push(b'\n');
        if stream.write_all(&line).await.is_err() {
            return;
        }
    }
}

fn sockets(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path());
    entries
        .filter(|path| path.extension().is_some_and(|ending| ending == SOCKET))
        .collect()
}

/// Rings every carrier's bell; those whose carrier is gone are taken down. Returns how many rang.
pub async fn ring_all(folder: &Path) -> usize {
    let mut rang = 0;
    for path in sockets(folder) {
        match UnixStream::connect(&path).await {
            Ok(mut stream) => rang += usize::from(stream.write_all(b"ring\n").await.is_ok()),
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                let _ = std::fs::remove_file(&path);
            }
            Err(_) => {}
        }
    }
    rang
}

/// Listens to the hints of every carrier; ends when none is left.
pub async fn hear_all(folder: &Path, each: impl Fn(Told) + Clone + Send + Sync + 'static) {
    let mut ears = Vec::new();
    for path in sockets(folder) {
        if let Ok(stream) = UnixStream::connect(&path).await {
            ears.push(tokio::spawn(hear(stream, each.clone())));
        }
    }
    for ear in ears {
        let _ = ear.await;
    }
}

async fn hear(mut stream: UnixStream, each: impl Fn(Told)) {
    if stream.write_all(b"hints\n").await.is_err() {
        return;
    }
    let mut lines = BufReader::new(stream).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        if let Ok(told) = serde_json::from_str(&line) {
            each(told);
        }
    }
}

/// Sockets of carriers that are gone: nobody answers at them. They are only looked at.
#[must_use]
pub fn left_over(folder: &Path) -> Vec<PathBuf> {
    let mut left = sockets(folder);
    left.retain(|path| {
        let asked = std::os::unix::net::UnixStream::connect(path);
        asked.is_err_and(|why| why.kind() == io::ErrorKind::ConnectionRefused)
    });
    left.sort();
    left
}
