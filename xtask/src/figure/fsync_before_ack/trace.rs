//! A record of strace, read: which writes into the log hold which word, where each commit ends, which
//! syncs came after it, and what was acknowledged when.
//!
//! SQLite's log is a row of frames: a header of 24 bytes, then a page. A header whose second word is
//! not zero ends a transaction (SQLite, "WAL-mode file format"). The commit that holds a word is the
//! first that ends at or after the first page that holds it.
//! Must never know: who wrote the log.
//! Tests: below.

use std::collections::BTreeMap;
use std::fmt;

/// What an acknowledgement on the output begins with.
pub(super) const SAID: &str = "acknowledged ";
const HEADER_BYTES: usize = 24;
/// Words are found in pages by these around them.
const BEGIN: char = '<';
const END: char = '>';
const COMMAND: &str = "command";

/// A word that no other holds.
pub(super) fn word(kind: &str, of: u64, n: u64) -> String {
    format!("{BEGIN}{kind}-{of}-{n}{END}")
}

/// What the record shows.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Verdict {
    /// Transactions that ended.
    pub(super) commits: u64,
    /// Syncs of the log that ended well.
    syncs: u64,
    /// Acknowledged events.
    events: u64,
    /// Acknowledged commands.
    pub(super) commands: u64,
    /// Acknowledgements without a sync of the log between their commit and them.
    pub(super) unsynced: u64,
}

impl fmt::Display for Verdict {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            commits,
            syncs,
            events,
            commands,
            unsynced,
        } = self;
        write!(
            out,
            "{commits} commits, {syncs} syncs of the log; {events} events and {commands} commands acknowledged, {unsynced} of them unsynced"
        )
    }
}

/// A record that says what cannot be.
#[derive(Debug, thiserror::Error)]
#[error("line {line} of the record: {what}")]
pub(super) struct Unreadable {
    line: usize,
    what: String,
}

/// Reads a record of `strace -f -y -xx`; the log's path ends so.
pub(super) fn judge<'a>(
    record: impl Iterator<Item = &'a str>,
    log: &str,
) -> Result<Verdict, Unreadable> {
    let mut reading = Reading::default();
    for (line, text) in (1..).zip(record) {
        reading
            .line(text, log)
            .map_err(|what| Unreadable { line, what })?;
    }
    Ok(reading.verdict)
}

#[derive(Default)]
struct Reading {
    verdict: Verdict,
    /// Words whose page was written, and whose commit has not ended yet.
    open: Vec<String>,
    /// The last page of a transaction is the next one.
    ends: bool,
    /// Words by the number of their commit.
    commit_of: BTreeMap<String, u64>,
    /// Syncs under way, by thread: commits that had been written when each began.
    under_way: BTreeMap<u32, u64>,
    /// Commits up to this one are synced.
    synced: u64,
}

impl Reading {
    fn line(&mut self, text: &str, log: &str) -> Result<(), String> {
        let Some((thread, call)) = text.split_once(' ') else {
            return Ok(());
        };
        let thread: u32 = thread.parse().map_err(|_| "no thread")?;
        let call = call.trim_start();
        if call.starts_with("<... fsync resumed") || call.starts_with("<... fdatasync resumed") {
            return self.sync_ended(thread, call);
        }
        let Some((name, rest)) = call.split_once('(') else {
            return Ok(());
        };
        let is_log = file(rest).is_some_and(|path| path.ends_with(log));
        match name {
            "fsync" | "fdatasync" if is_log => {
                self.under_way.insert(thread, self.verdict.commits);
                if call.contains("unfinished") {
                    return Ok(());
                }
                self.sync_ended(thread, call)
            }
            "pwrite64" | "write" if is_log => self.written(&bytes(rest)?),
            "writev" | "pwritev" | "pwritev2" | "sync_file_range" if is_log => Err(format!(
                "the log is written by {name}, which is not understood"
            )),
            "write" => {
                let said = String::from_utf8_lossy(&bytes(rest)?).into_owned();
                match said.strip_prefix(SAID) {
                    Some(word) => self.acknowledged(word.trim_end()),
                    None => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    fn sync_ended(&mut self, thread: u32, call: &str) -> Result<(), String> {
        // Without a beginning it was a sync of another file.
        let Some(written) = self.under_way.remove(&thread) else {
            return Ok(());
        };
        if call.ends_with("= 0") {
            self.verdict.syncs += 1;
            self.synced = self.synced.max(written);
        }
        Ok(())
    }

    fn written(&mut self, bytes: &[u8]) -> Result<(), String> {
        if bytes.len() == HEADER_BYTES {
            self.ends = bytes[4..8] != [0; 4];
            return Ok(());
        }
        for word in words(bytes) {
            if !self.commit_of.contains_key(&word) && !self.open.contains(&word) {
                self.open.push(word);
            }
        }
        if std::mem::take(&mut self.ends) {
            self.verdict.commits += 1;
            let commit = self.verdict.commits;
            self.commit_of
                .extend(self.open.drain(..).map(|word| (word, commit)));
        }
        Ok(())
    }

    fn acknowledged(&mut self, word: &str) -> Result<(), String> {
        if word.starts_with(&format!("{BEGIN}{COMMAND}")) {
            self.verdict.commands += 1;
        } else {
            self.verdict.events += 1;
        }
        let synced = self
            .commit_of
            .get(word)
            .is_some_and(|commit| *commit <= self.synced);
        self.verdict.unsynced += u64::from(!synced);
        Ok(())
    }
}

/// The path of the first argument, a descriptor: `5<\x2f\x74>, …`.
fn file(arguments: &str) -> Option<String> {
    let (_, rest) = arguments.split_once('<')?;
    let (path, _) = rest.split_once('>')?;
    let plain = path.strip_prefix("\\x").is_none();
    if plain {
        return Some(path.to_owned());
    }
    String::from_utf8(unhexed(path).ok()?).ok()
}

/// The bytes of the first text among the arguments.
fn bytes(arguments: &str) -> Result<Vec<u8>, String> {
    let (_, rest) = arguments.split_once('"').ok_or("no bytes")?;
    let (text, rest) = rest.split_once('"').ok_or("its bytes do not end")?;
    if rest.starts_with("...") {
        return Err("its bytes are cut".into());
    }
    unhexed(text)
}

/// `\x61\x62` as bytes.
fn unhexed(text: &str) -> Result<Vec<u8>, String> {
    let each = text.split("\\x").skip(1);
    each.map(|digits| u8::from_str_radix(digits, 16).map_err(|_| format!("{digits:?} is no byte")))
        .collect()
}

/// Our words in a page.
fn words(page: &[u8]) -> Vec<String> {
    let (begin, end) = (u8::try_from(BEGIN), u8::try_from(END));
    let (Ok(begin), Ok(end)) = (begin, end) else {
        return Vec::new();
    };
    let pieces = page.split(|byte| *byte == begin).skip(1);
    pieces
        .filter_map(|piece| piece.split_inclusive(|byte| *byte == end).next())
        .filter(|piece| piece.ends_with(&[end]))
        .filter_map(|piece| Some(format!("{BEGIN}{}", std::str::from_utf8(piece).ok()?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("\\x{byte:02x}")).collect()
    }

    fn header(ends: u8) -> String {
        let mut bytes = [0; HEADER_BYTES];
        bytes[7] = ends;
        write(&bytes)
    }

    fn write(bytes: &[u8]) -> String {
        format!(
            "7 pwrite64(5<{}>, \"{}\", 1, 32) = 1",
            hex(b"/s/a-wal"),
            hex(bytes)
        )
    }

    fn page(word: &str) -> String {
        write(format!("....{word}..........................").as_bytes())
    }

    fn says(word: &str) -> String {
        let text = format!("{SAID}{word}\n");
        format!("8 write(1<pipe:[1]>, \"{}\", 9) = 9", hex(text.as_bytes()))
    }

    const SYNC: &str = "7 fdatasync(5</s/a-wal>) = 0";

    /// Commits and unsynced acknowledgements.
    fn judged(lines: &[String]) -> (u64, u64) {
        let verdict = judge(lines.iter().map(String::as_str), "a-wal").expect("a record");
        (verdict.commits, verdict.unsynced)
    }

    #[test]
    fn a_sync_between_commit_and_acknowledgement_is_wanted() {
        let word = word("event", 1, 2);
        let commit = [header(0), page("x"), header(9), page(&word)];
        let with = |rest: &[String]| judged(&[&commit[..], rest].concat());
        assert_eq!(with(&[SYNC.into(), says(&word)]), (1, 0));
        assert_eq!(with(&[says(&word), SYNC.into()]), (1, 1));
        assert_eq!(with(&[says(&word)]), (1, 1));
        let failed = SYNC.replace("= 0", "= -1 EIO");
        assert_eq!(with(&[failed, says(&word)]), (1, 1));
        let other = SYNC.replace("a-wal", "a");
        assert_eq!(with(&[other, says(&word)]), (1, 1));
    }

    #[test]
    fn a_sync_that_began_before_the_last_page_does_not_count() {
        let word = word("event", 1, 2);
        let begun = "9 fdatasync(5</s/a-wal> <unfinished ...>".to_owned();
        let ended = "9 <... fdatasync resumed>) = 0".to_owned();
        let commit = |sync: [String; 2]| {
            let [begun, ended] = sync;
            judged(&[
                header(0),
                page(&word),
                begun,
                header(9),
                page("x"),
                ended,
                says(&word),
            ])
        };
        assert_eq!(commit([begun.clone(), ended.clone()]), (1, 1));
        let after = [header(9), page(&word), begun, ended, says(&word)];
        assert_eq!(judged(&after), (1, 0));
    }

    #[test]
    fn what_was_never_written_is_unsynced() {
        let word = word("command", 0, 0);
        assert_eq!(
            judged(&[header(9), page("x"), SYNC.into(), says(&word)]),
            (1, 1)
        );
    }
}
