//! The last lines of a file, read from its end: logs grow to gigabytes.
//!
//! Must never know: whose log it is. Stories: in this file.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// One read from the end; a screen of log lines fits in it.
const BLOCK_BYTES: u64 = 32 * 1024;
/// No log line that helps a human is behind so much text.
const LIMIT_BYTES: u64 = 4 * 1024 * 1024;

/// The last `lines` lines, oldest first; bytes that are no UTF-8 are replaced.
pub(super) fn tail(path: &Path, lines: usize) -> io::Result<Vec<String>> {
    let mut file = File::open(path)?;
    let length = file.seek(SeekFrom::End(0))?;
    let mut block = BLOCK_BYTES;
    loop {
        let size = block.min(length);
        file.seek(SeekFrom::Start(length - size))?;
        let mut bytes = Vec::new();
        (&mut file).take(size).read_to_end(&mut bytes)?;
        let text = String::from_utf8_lossy(&bytes);
        let whole = size == length;
        let all: Vec<&str> = text.lines().collect();
        // The first line of a block that begins within the file may be a part of one.
        let known = all.len().saturating_sub(usize::from(!whole));
        if whole || known >= lines || block >= LIMIT_BYTES {
            let from = all.len() - known.min(lines);
            return Ok(all[from..].iter().map(ToString::to_string).collect());
        }
        block *= 4;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write;

    #[test]
    fn the_last_lines_are_whole_whatever_lies_before() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let mut text = String::new();
        for n in 0..20_000 {
            writeln!(text, "line {n}").expect("text");
        }
        std::fs::write(file.path(), &text).expect("written");
        assert_eq!(
            tail(file.path(), 2).expect("read"),
            ["line 19998", "line 19999"]
        );
        let many = tail(file.path(), 15_000).expect("read");
        assert_eq!((many.len(), many[0].as_str()), (15_000, "line 5000"));
        assert_eq!(tail(file.path(), 90_000).expect("read").len(), 20_000);
        std::fs::write(file.path(), "one").expect("written");
        assert_eq!(tail(file.path(), 5).expect("read"), ["one"]);
    }
}
