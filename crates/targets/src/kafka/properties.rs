//! Java properties, as Kafka reads its configuration files.
//!
//! Must never know: what a key means. Stories: in this file.

use std::collections::BTreeMap;

/// Keys with their values; of a key given twice the last counts, as in Java.
#[must_use]
pub fn read(text: &str) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    let mut lines = text.lines();
    while let Some(first) = lines.next() {
        let first = first.trim_start();
        if first.is_empty() || first.starts_with(['#', '!']) {
            continue;
        }
        let mut line = first.to_owned();
        while goes_on(&line) {
            line.pop();
            line.push_str(lines.next().unwrap_or_default().trim_start());
        }
        let (key, value) = split(&line);
        out.insert(key, value);
    }
    out
}

/// An odd number of backslashes at its end.
fn goes_on(line: &str) -> bool {
    let backs = line.chars().rev().take_while(|c| *c == '\\').count();
    backs % 2 == 1
}

/// Key and value around the first `=`, `:` or space that no backslash stands before.
fn split(line: &str) -> (String, String) {
    let mut letters = line.chars().peekable();
    let mut key = String::new();
    while let Some(letter) = letters.peek().copied() {
        if letter == '=' || letter == ':' || letter.is_whitespace() {
            break;
        }
        letters.next();
        if letter == '\\' {
            key.extend(escaped(&mut letters));
        } else {
            key.push(letter);
        }
    }
    let rest: String = letters.collect();
    let rest = rest.trim_start();
    let rest = rest.strip_prefix(['=', ':']).unwrap_or(rest).trim_start();
    let mut value = String::new();
    let mut letters = rest.chars();
    while let Some(letter) = letters.next() {
        if letter == '\\' {
            value.extend(escaped(&mut letters));
        } else {
            value.push(letter);
        }
    }
    (key, value)
}

fn escaped(letters: &mut impl Iterator<Item = char>) -> Option<char> {
    let letter = letters.next()?;
    Some(match letter {
        't' => '\t',
        'n' => '\n',
        'r' => '\r',
        'f' => '\u{c}',
        'u' => {
            let code: String = letters.take(4).collect();
            let number = u32::from_str_radix(&code, 16).ok()?;
            char::from_u32(number)?
        }
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn java_reads_it_so() {
        let text = "# a comment\n! another\n\nnode.id=1\n  log.dirs = /a,/b  \nlisteners:A://h:1,\\\n    B://h:2\nempty\nkey\\=odd value\nnode.id=2\ntab=a\\tb\\u0041";
        let read = read(text);
        let value = |key: &str| read.get(key).map(String::as_str);
        assert_eq!(value("node.id"), Some("2"));
        assert_eq!(value("log.dirs"), Some("/a,/b  "));
        assert_eq!(value("listeners"), Some("A://h:1,B://h:2"));
        assert_eq!(value("empty"), Some(""));
        assert_eq!(value("key=odd"), Some("value"));
        assert_eq!(value("tab"), Some("a\tbA"));
        assert_eq!(read.len(), 6);
    }
}
