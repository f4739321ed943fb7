//! Files of a host as they lie there now, and the space of the volumes that they lie on: what the script
//! wrote of them.
//!
//! Must never know: what is in them. Stories: in this file, `tests/it/kafka_files.rs`.

use windlass_runner::ports::hand::{Peeked, Volume};

/// What was written of these paths, in their order; none: something else was written.
pub(super) fn read(paths: &[String], lines: &[String]) -> Option<Vec<Peeked>> {
    let mut lines = lines.iter().map(String::as_str).peekable();
    let mut out = Vec::new();
    for path in paths {
        let mut words = lines.next()?.strip_prefix("@ ")?.split_whitespace();
        let word = words.next()?;
        let numbers: Vec<u64> = words.filter_map(|word| word.parse().ok()).collect();
        let mut text = String::new();
        while let Some(line) = lines.peek().and_then(|line| line.strip_prefix('=')) {
            text.push_str(line);
            text.push('\n');
            lines.next();
        }
        out.push(Peeked {
            text: match word {
                "file" => Ok(Some(text)),
                "none" => Ok(None),
                "odd" => Err(format!("{path} is no file")),
                "large" => Err(format!("{path} is larger than a megabyte")),
                _ => Err(format!("{path} cannot be read")),
            },
            volume: match numbers.as_slice() {
                [block, blocks, free] => Some(Volume {
                    total_bytes: block.saturating_mul(*blocks),
                    free_bytes: block.saturating_mul(*free),
                }),
                [] | [_, ..] => None,
            },
        });
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_script_wrote() {
        let lines = [
            "@ file 4096 100 10",
            "=a=1",
            "=@ none",
            "=",
            "@ none",
            "@ closed 1 2 3",
        ];
        let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
        let paths = ["/a", "/b", "/c"].map(String::from);
        let read = read(&paths, &lines).expect("three files");
        assert_eq!(read[0].text, Ok(Some("a=1\n@ none\n\n".into())));
        let volume = Volume {
            total_bytes: 409_600,
            free_bytes: 40_960,
        };
        assert_eq!(read[0].volume, Some(volume));
        assert_eq!((&read[1].text, read[1].volume), (&Ok(None), None));
        assert_eq!(read[2].text, Err("/c cannot be read".into()));
        assert!(super::read(&paths, &lines[..5]).is_none());
    }
}
