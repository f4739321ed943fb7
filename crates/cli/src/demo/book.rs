//! The book of one false cluster: a file that says how it began, and each request that its false hosts were
//! given since. How it stands now follows from that and from the time that has passed.
//!
//! So the false hosts go on whoever dies, as real ones do, and every process sees the same: who carries,
//! who looks, who makes a member fail. A lock on the file lets one in at a time.
//! Must never know: runs, terminals. Stories: below, and `tests/it/demo.rs`.

use super::hosts::{Heard, Hosts, What};
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use thiserror::Error;
use windlass_engine::catalog::Catalog;
use windlass_engine::effect::Effect;
use windlass_engine::names::ClusterName;
use windlass_engine::plan::Goal;
use windlass_engine::policy::Policy;
use windlass_engine::snapshot::Snapshot;
use windlass_engine::time::Wall;
use windlass_runner::ports::clock::Clock;
use windlass_runner::ports::target::Fence;
use windlass_runner::system::SystemClock;

/// Why a book cannot be read or written.
#[derive(Debug, Error)]
pub enum BookError {
    /// The file.
    #[error("the book of the false cluster, {path}: {source}", path = path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// What stands in it.
    #[error("the book of the false cluster, {path}, line {line}: {source}", path = path.display())]
    Line {
        /// Which file.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
        /// Why.
        source: serde_json::Error,
    },
}

/// How a false cluster began: the first line of its book.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Head {
    /// What it is called.
    pub cluster: ClusterName,
    /// So many times as fast as life.
    pub speed: u64,
    /// When it began.
    pub born: Wall,
    /// How its members stood.
    pub snapshot: Snapshot,
    /// What was asked of it.
    pub goal: Goal,
    /// And how.
    pub policy: Policy,
    /// By which facts: durations in them are at the speed that is played, so that forecasts are true.
    pub catalog: Arc<Catalog>,
}

/// One request, and when it came: milliseconds since the beginning.
#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    at: u64,
    what: What,
}

#[derive(Debug)]
struct State {
    hosts: Hosts,
    /// How far it was read: bytes, lines, and when the last request came.
    read: u64,
    lines: usize,
    at: u64,
}

/// A book that is open.
#[derive(Debug)]
pub struct Book {
    /// How its cluster began.
    pub head: Head,
    path: PathBuf,
    clock: SystemClock,
    state: Mutex<State>,
}

impl Book {
    /// Begins a book; one that was there is gone.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn begin(path: &Path, head: &Head) -> Result<(), BookError> {
        let of_line = |source| line_wrong(path, 1, source);
        let text = serde_json::to_string(head).map_err(of_line)?;
        // Named once it is whole: who opens it finds all of the first line.
        let draft = path.with_extension("new");
        std::fs::write(&draft, text + "\n")
            .and_then(|()| std::fs::rename(&draft, path))
            .map_err(|source| file_wrong(path, source))
    }

    /// Opens a book.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn open(path: &Path) -> Result<Self, BookError> {
        let wrong = |source| file_wrong(path, source);
        let mut text = String::new();
        let mut file = File::open(path).map_err(wrong)?;
        file.read_to_string(&mut text).map_err(wrong)?;
        let first = text.split_inclusive('\n').next().unwrap_or_default();
        let head: Head =
            serde_json::from_str(first).map_err(|source| line_wrong(path, 1, source))?;
        let state = State {
            hosts: Hosts::of(&head),
            read: first.len() as u64,
            lines: 1,
            at: 0,
        };
        Ok(Self {
            head,
            path: path.to_owned(),
            clock: SystemClock::new(),
            state: Mutex::new(state),
        })
    }

    /// Does something at the hosts as they stand now, alone among all processes: it gets the milliseconds
    /// since the beginning, and what it tells the hosts is written down.
    ///
    /// # Errors
    /// Where the file cannot be read or written.
    pub fn with<T>(&self, work: impl FnOnce(&mut Pen<'_>) -> T) -> Result<T, BookError> {
        let wrong = |source| file_wrong(&self.path, source);
        let mut state = self.state();
        let mut file = OpenOptions::new()
            .read(true)
            .append(true)
            .open(&self.path)
            .map_err(wrong)?;
        // Let go with the file, at the end.
        file.lock().map_err(wrong)?;
        self.catch_up(&mut state, &mut file)?;
        let gone = self.clock.now().wall.since(self.head.born).0;
        let now = gone.max(state.at);
        let mut pen = Pen {
            now,
            hosts: &mut state.hosts,
            written: String::new(),
            count: 0,
        };
        let done = work(&mut pen);
        let (written, count) = (pen.written, pen.count);
        if count > 0 {
            file.write_all(written.as_bytes()).map_err(wrong)?;
            state.read += written.len() as u64;
            state.lines += count;
            state.at = now;
        }
        Ok(done)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What other processes wrote meanwhile.
    fn catch_up(&self, state: &mut State, file: &mut File) -> Result<(), BookError> {
        let wrong = |source| file_wrong(&self.path, source);
        let mut text = String::new();
        file.seek(SeekFrom::Start(state.read)).map_err(wrong)?;
        file.read_to_string(&mut text).map_err(wrong)?;
        for line in text.split_inclusive('\n') {
            if !line.ends_with('\n') {
                // Its writer was killed in the middle: nobody was answered, so it was never asked.
                file.set_len(state.read).map_err(wrong)?;
                return Ok(());
            }
            let of_line = |source| line_wrong(&self.path, state.lines + 1, source);
            let entry: Entry = serde_json::from_str(line).map_err(of_line)?;
            state.hosts.tell(&entry.what, entry.at);
            state.read += line.len() as u64;
            state.lines += 1;
            state.at = entry.at;
        }
        Ok(())
    }
}

/// Tells hosts something, and writes it down.
#[derive(Debug)]
pub struct Pen<'a> {
    /// Milliseconds since the beginning.
    pub now: u64,
    hosts: &'a mut Hosts,
    written: String,
    count: usize,
}

impl Pen<'_> {
    /// The hosts, as they stand now.
    pub fn hosts(&mut self) -> &mut Hosts {
        self.hosts.pass(self.now);
        self.hosts
    }

    /// Asks them for a deed. What is under way already is not asked for again.
    pub fn ask(&mut self, effect: &Effect, fence: &Fence) -> Heard {
        let now = self.now;
        match self.hosts().busy(effect, now) {
            Some(later) => later,
            None => self.tell(What::Asked(effect.clone(), fence.clone())),
        }
    }

    /// Tells them something.
    pub fn tell(&mut self, what: What) -> Heard {
        let heard = self.hosts.tell(&what, self.now);
        let entry = Entry { at: self.now, what };
        // A value of ours without a text would be a bug; the false hosts would forget one request.
        if let Ok(text) = serde_json::to_string(&entry) {
            self.written.push_str(&text);
            self.written.push('\n');
            self.count += 1;
        }
        heard
    }
}

fn file_wrong(path: &Path, source: std::io::Error) -> BookError {
    BookError::File {
        path: path.to_owned(),
        source,
    }
}

fn line_wrong(path: &Path, line: usize, source: serde_json::Error) -> BookError {
    BookError::Line {
        path: path.to_owned(),
        line,
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_engine::effect::{Answer, ClaimAnswer};
    use windlass_engine::snapshot::Member;

    fn begun() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("one.book");
        let mut snapshot = Snapshot::empty("kafka", Wall(0));
        let one = Member::named("1".into(), "broker 1".into());
        snapshot.members.insert("1".into(), one.into());
        let head = Head {
            cluster: "false-kafka".into(),
            speed: 1,
            born: Wall(0),
            snapshot,
            goal: Goal::Finalize,
            policy: Policy::default(),
            catalog: Arc::new(Catalog::default()),
        };
        Book::begin(&path, &head).expect("a book");
        (folder, path)
    }

    fn fence() -> Fence {
        Fence {
            store: "s".into(),
            run: "7".into(),
            cluster: "false-kafka".into(),
            identity: "one".into(),
            epoch: 1,
            holder: "a story".into(),
        }
    }

    fn claimed(book: &Book) -> Heard {
        book.with(|pen| pen.ask(&Effect::Claim, &fence()))
            .expect("the file")
    }

    fn marks(book: &Book) -> Vec<Option<String>> {
        let marks = book.with(|pen| pen.hosts().marks()).expect("the file");
        marks.into_iter().map(|(_, whose)| whose).collect()
    }

    #[test]
    fn what_one_process_tells_the_hosts_the_other_sees() {
        let (_folder, path) = begun();
        let (one, other) = (Book::open(&path), Book::open(&path));
        let (one, other) = (one.expect("a book"), other.expect("a book"));
        assert_eq!(marks(&other), [None]);
        let heard = claimed(&one);
        assert!(
            matches!(heard, Heard::Answer(Answer::Claim(ClaimAnswer::Claimed))),
            "{heard:?}"
        );
        assert_eq!(marks(&other), [Some("run 7 of store s".into())]);
        let later = Book::open(&path).expect("a book");
        assert_eq!(marks(&later), marks(&one));
    }

    #[test]
    fn a_request_that_was_cut_in_the_writing_was_never_made() {
        let (_folder, path) = begun();
        let book = Book::open(&path).expect("a book");
        claimed(&book);
        let whole = std::fs::read_to_string(&path).expect("a file");
        std::fs::write(&path, format!("{whole}{{\"at\":5,")).expect("a file");
        assert_eq!(marks(&book), [Some("run 7 of store s".into())]);
        assert_eq!(std::fs::read_to_string(&path).expect("a file"), whole);
    }

    #[test]
    fn a_damaged_line_is_named() {
        let (_folder, path) = begun();
        let whole = std::fs::read_to_string(&path).expect("a file");
        std::fs::write(&path, format!("{whole}{{}}\n")).expect("a file");
        let book = Book::open(&path).expect("a book");
        let wrong = book.with(|pen| pen.hosts().marks()).expect_err("damaged");
        assert!(wrong.to_string().contains("one.book, line 2"), "{wrong}");
    }
}
