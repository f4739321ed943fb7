//! Files of a host as they lie there now, and the space of the volumes that they lie on.
//!
//! Must never know: what is in them. Stories: in this file.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;
use windlass_runner::ports::hand::{Peeked, Volume};

/// A configuration of some pages; what is larger is none.
const TEXT_MAX_BYTES: u64 = 1 << 20;

pub(super) fn peek(path: &str) -> Peeked {
    Peeked {
        text: text(path).map_err(|why| format!("{path}: {why}")),
        volume: volume(Path::new(path)),
    }
}

fn text(path: &str) -> std::io::Result<Option<String>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(why) if matches!(why.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(why) => return Err(why),
    };
    if !file.metadata()?.is_file() {
        return Err(std::io::Error::other("it is no file"));
    }
    let mut bytes = Vec::new();
    file.take(TEXT_MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > TEXT_MAX_BYTES {
        return Err(std::io::Error::other("it is larger than a megabyte"));
    }
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

/// Of the nearest folder above that is there.
fn volume(path: &Path) -> Option<Volume> {
    let there = path.ancestors().find(|path| path.exists())?;
    let told = rustix::fs::statvfs(there).ok()?;
    Some(Volume {
        total_bytes: told.f_blocks.saturating_mul(told.f_frsize),
        free_bytes: told.f_bavail.saturating_mul(told.f_frsize),
    })
}

#[cfg(test)]
mod tests {
    use super::peek;

    #[test]
    fn a_file_one_that_is_not_there_and_one_that_is_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name).display().to_string();
        std::fs::write(at("a"), "text").expect("written");
        let shown = peek(&at("a"));
        assert_eq!(shown.text, Ok(Some("text".into())));
        assert!(
            shown
                .volume
                .is_some_and(|volume| volume.total_bytes >= volume.free_bytes)
        );
        let none = peek(&at("no/such/file"));
        assert_eq!(none.text, Ok(None));
        assert!(none.volume.is_some());
        assert!(peek(&folder.path().display().to_string()).text.is_err());
    }
}
