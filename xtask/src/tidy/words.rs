//! Words that may not stand in a file: by crate, by floor, everywhere.
//!
//! Rust text is looked at without comments and without what follows `#[cfg(test)]` and a module.
//! Must never know: manifests.
//! Tests: below.

/// Words, where they are banned, and what is meant instead.
struct Ban {
    words: &'static [&'static str],
    /// Paths begin with one of these…
    under: &'static [&'static str],
    /// …and with none of these.
    except: &'static [&'static str],
    reason: &'static str,
}

/// For Rust sources that are not tests.
const SOURCES: [Ban; 6] = [
    Ban {
        words: &["HashMap", "HashSet"],
        under: &["crates/engine/"],
        except: &[],
        reason: "their order is random; use BTreeMap, BTreeSet",
    },
    Ban {
        words: &[
            "now(",
            "rand::",
            "std::time",
            "thread::",
            "std::fs",
            "std::net",
        ],
        under: &["crates/engine/"],
        except: &[],
        reason: "the engine is pure: time and chance are arguments",
    },
    Ban {
        words: &[
            "async ",
            ".await",
            "tracing::",
            "log::",
            "println!",
            "eprintln!",
        ],
        under: &["crates/engine/"],
        except: &[],
        reason: "the engine neither waits nor speaks",
    },
    Ban {
        words: &[".unwrap()", ".expect("],
        under: &["crates/"],
        except: &[],
        reason: "return an error, or make the state impossible",
    },
    Ban {
        words: &["std::env", "env::var", "process::exit"],
        under: &["crates/"],
        except: &["crates/cli/"],
        reason: "only cli and xtask read the environment or end the process",
    },
    Ban {
        words: &["tokio::net", "tokio::time", "std::net::Tcp"],
        under: &["crates/targets/src/"],
        // The real `Dial`, and the way to real hosts: the places where sockets are named.
        except: &["crates/targets/src/dial.rs", "crates/targets/src/host/ssh"],
        reason: "targets reach the world through ports, so that they run in the simulation",
    },
];

/// For Rust sources, tests too. In two parts each, so that this file does not find itself.
const RUST: [(&str, &str, &str); 1] = [("pub use ", "::*;", "name what is exported")];

/// For every tracked text but the lock file, which cargo writes.
const EVERYWHERE: [(&str, &str, &str); 12] = [
    ("/ro", "ot/", "a path of one machine"),
    ("/ho", "me/", "a path of one machine"),
    ("/wo", "rk/", "a path of one machine"),
    ("/Us", "ers/", "a path of one machine"),
    ("crates", ".io", "a registry's host"),
    ("repo1.", "maven", "a registry's host"),
    ("repo.", "maven.apache", "a registry's host"),
    ("registry.np", "mjs", "a registry's host"),
    ("proxy.", "golang", "a registry's host"),
    ("pypi", ".org", "a registry's host"),
    ("pythonho", "sted.org", "a registry's host"),
    ("deb.", "debian.org", "a registry's host"),
];

/// Files that tools write, with what those tools must write.
const WRITTEN_BY_TOOLS: [&str; 1] = ["Cargo.lock"];

pub(super) fn findings(path: &str, text: &str) -> Vec<String> {
    let mut findings = Vec::new();
    if !WRITTEN_BY_TOOLS.contains(&path) {
        let pairs = EVERYWHERE
            .iter()
            .map(|(left, right, reason)| (format!("{left}{right}"), *reason));
        pairs.for_each(|(word, reason)| findings.extend(found(path, text, &word, reason)));
    }
    if !path.ends_with(".rs") {
        return findings;
    }
    for (left, right, reason) in RUST {
        let globs =
            |line: &str| line.trim_start().starts_with(left) && line.trim_end().ends_with(right);
        let lines = text
            .lines()
            .enumerate()
            .filter(|(_number, line)| globs(line));
        findings.extend(lines.map(|(number, line)| said(path, number, line.trim(), reason)));
    }
    if !path.contains("/src/") {
        return findings;
    }
    if !text.trim_start().starts_with("//!") {
        findings.push(format!("{path}: does not open with what it is (`//!`)"));
    }
    let is_test = path.ends_with("/tests.rs") || path.contains("/tests/");
    if is_test {
        return findings;
    }
    let code = code(text);
    for ban in &SOURCES {
        let applies = |prefixes: &[&str]| prefixes.iter().any(|prefix| path.starts_with(prefix));
        if applies(ban.under) && !applies(ban.except) {
            ban.words
                .iter()
                .for_each(|word| findings.extend(found(path, &code, word, ban.reason)));
        }
    }
    findings
}

/// Each line on which the word stands by itself, not as the end of a longer one.
fn found(path: &str, text: &str, word: &str, reason: &str) -> Vec<String> {
    let stands = |line: &str| {
        line.match_indices(word).any(|(at, _word)| {
            let before = line[..at].chars().next_back();
            let own_start = word.starts_with(|first: char| first.is_alphanumeric());
            !(own_start && before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_'))
        })
    };
    let lines = text
        .lines()
        .enumerate()
        .filter(|(_number, line)| stands(line));
    lines
        .map(|(number, _line)| said(path, number, word, reason))
        .collect()
}

fn said(path: &str, number: usize, word: &str, reason: &str) -> String {
    format!("{path}:{}: `{}`: {reason}", number + 1, word.trim())
}

/// The lines before the tests, each without its comment; line numbers stay.
fn code(text: &str) -> String {
    let mut kept = String::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let tests_follow = lines.peek().is_some_and(|next| {
            next.trim_start()
                .trim_start_matches("pub ")
                .starts_with("mod tests")
        });
        if line.trim() == "#[cfg(test)]" && tests_follow {
            break;
        }
        kept.push_str(line.find("//").map_or(line, |comment| &line[..comment]));
        kept.push('\n');
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::findings;

    const HEAD: &str = "//! What it is.\n";

    fn found(path: &str, code: &str) -> Vec<String> {
        findings(path, &format!("{HEAD}{code}"))
    }

    #[test]
    fn the_engine_is_pure() {
        let path = "crates/engine/src/run.rs";
        assert_eq!(found(path, "use std::collections::HashMap;").len(), 1);
        assert_eq!(found(path, "let at = Clock::now();").len(), 1);
        assert_eq!(found(path, "let x = y.unwrap();").len(), 1);
        assert!(found(path, "let known(x) = y; // never now()").is_empty());
        assert!(found("crates/runner/src/x.rs", "use std::collections::HashMap;").is_empty());
    }

    #[test]
    fn tests_may_do_what_code_may_not() {
        let code = "fn f() {}\n#[cfg(test)]\nmod tests {\n    fn g() { x.unwrap(); }\n}\n";
        assert!(found("crates/engine/src/run.rs", code).is_empty());
        let shared = code.replace("mod tests", "pub mod tests");
        assert!(found("crates/engine/src/run.rs", &shared).is_empty());
        assert!(found("crates/engine/src/run/tests.rs", "x.unwrap();").is_empty());
    }

    #[test]
    fn the_environment_is_for_the_edges() {
        assert_eq!(
            found("crates/stores/src/x.rs", "let x = env::var(\"A\");").len(),
            1
        );
        assert!(found("crates/cli/src/x.rs", "let x = env::var(\"A\");").is_empty());
        assert_eq!(
            found("crates/targets/src/x.rs", "use tokio::net::TcpStream;").len(),
            1
        );
    }

    #[test]
    fn a_module_opens_with_what_it_is() {
        assert_eq!(findings("crates/wire/src/x.rs", "fn f() {}").len(), 1);
        assert!(findings("crates/wire/tests/it/main.rs", "fn f() {}").is_empty());
    }

    #[test]
    fn nothing_names_one_machine_or_a_registry() {
        let machine = ["/ro", "ot/x"].concat();
        assert_eq!(findings("docs/a.md", &machine).len(), 1);
        let host = ["https://crates", ".io"].concat();
        assert_eq!(findings("docs/a.md", &host).len(), 1);
        assert!(findings("Cargo.lock", &host).is_empty());
    }

    #[test]
    fn exports_are_named() {
        assert_eq!(
            found("crates/wire/src/x.rs", &["pub use a", "::*;"].concat()).len(),
            1
        );
    }
}
