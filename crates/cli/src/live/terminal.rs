//! The keyboard: single keys while a picture moves, lines where something is asked.
//!
//! Both read the terminal itself, a tenth of a second at a time, so that dropping one of them ends it
//! and leaves what is typed later to the next reader.
//! Must never know: what a key means. Stories: by hand, and `tests/it/live.rs`.

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcgetpgrp, tcsetattr};
use std::io::{IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// A reader that was dropped notices it within this time.
const LOOK_MS: i64 = 50;

/// Whether somebody is there who can be asked: keyboard and screen are a terminal.
#[must_use]
pub fn is_somebody_there() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Single keys, as they are pressed.
#[derive(Debug)]
pub struct Keys {
    reader: Reader,
    _raw: Raw,
}

impl Keys {
    /// Listens; none where there is no terminal, or another job has it.
    #[must_use]
    pub fn listen() -> Option<Self> {
        let raw = Raw::set()?;
        Some(Self {
            reader: Reader::start(),
            _raw: raw,
        })
    }

    /// The next key; never returns once the terminal is gone.
    pub async fn next(&mut self) -> char {
        match self.reader.bytes.recv().await {
            Some(byte) => char::from(byte),
            None => std::future::pending().await,
        }
    }
}

/// A question, and the line that is typed for an answer.
#[derive(Debug)]
pub struct Ask {
    reader: Reader,
    typed: Vec<u8>,
}

impl Ask {
    /// Asks, on stderr.
    #[must_use]
    pub fn question(words: &str) -> Self {
        let mut screen = std::io::stderr().lock();
        // Where the screen is gone, nobody answers either: the end of input says so.
        let _ = write!(screen, "{words} ");
        let _ = screen.flush();
        Self {
            reader: Reader::start(),
            typed: Vec::new(),
        }
    }

    /// The line; none at the end of input. May be dropped and asked again.
    pub async fn answer(&mut self) -> Option<String> {
        while let Some(byte) = self.reader.bytes.recv().await {
            if byte == b'\n' {
                let line = String::from_utf8_lossy(&std::mem::take(&mut self.typed)).into_owned();
                return Some(line.trim().to_owned());
            }
            self.typed.push(byte);
        }
        None
    }
}

/// Yes, by its first letter; anything else is no.
#[must_use]
pub fn is_yes(answer: Option<&str>) -> bool {
    answer.is_some_and(|line| matches!(line.to_lowercase().as_str(), "y" | "yes"))
}

#[derive(Debug)]
struct Reader {
    bytes: UnboundedReceiver<u8>,
    stop: Arc<AtomicBool>,
}

impl Reader {
    fn start() -> Self {
        let (sender, bytes) = unbounded_channel();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        std::thread::spawn(move || {
            let input = std::io::stdin();
            let mut byte = [0_u8; 1];
            while !stopped.load(Ordering::Relaxed) {
                let wait = Timespec {
                    tv_sec: 0,
                    tv_nsec: LOOK_MS * 1_000_000,
                };
                let mut ready = [PollFd::new(&input, PollFlags::IN)];
                match poll(&mut ready, Some(&wait)) {
                    Ok(0) | Err(rustix::io::Errno::INTR) => continue,
                    Ok(_) => {}
                    Err(_) => return,
                }
                if stopped.load(Ordering::Relaxed) {
                    return;
                }
                match rustix::io::read(&input, &mut byte) {
                    Ok(1..) if sender.send(byte[0]).is_ok() => {}
                    Err(rustix::io::Errno::INTR) => {}
                    Ok(_) | Err(_) => return,
                }
            }
        });
        Self { bytes, stop }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// The terminal without lines and echo; as it was before once dropped.
struct Raw {
    before: Termios,
}

impl std::fmt::Debug for Raw {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Raw")
    }
}

impl Raw {
    fn set() -> Option<Self> {
        let input = std::io::stdin();
        if !is_somebody_there() || tcgetpgrp(&input).ok()? != rustix::process::getpgrp() {
            return None;
        }
        let before = tcgetattr(&input).ok()?;
        let mut keys = before.clone();
        keys.local_modes
            .remove(LocalModes::ICANON | LocalModes::ECHO);
        tcsetattr(&input, OptionalActions::Now, &keys).ok()?;
        Some(Self { before })
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        // A terminal that is gone needs no mending.
        let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, &self.before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_yes_is_yes() {
        assert!(is_yes(Some("y")) && is_yes(Some("YES")));
        assert!(!is_yes(Some("")) && !is_yes(Some("yep, no")) && !is_yes(None));
    }
}
