//! The write-ahead log, frame by frame: SQLite passes silently over all that follows a damaged frame,
//! so commits that were acknowledged would be gone without a word.
//!
//! Source of the form: SQLite, "WAL-mode File Format". Must never know: what lies in a page.
//! Stories: `tests/it/keeping/damage.rs`.

use std::io::{ErrorKind, Read};
use std::path::Path;

/// Bytes of the log's head.
const HEAD_BYTES: usize = 32;
/// Bytes before each page.
const FRAME_BYTES: usize = 24;
/// The first four bytes but for the last bit, which says the order of the bytes in sums.
const MAGIC: u32 = 0x377f_0682;
/// A power cut may tear the last commit, which nobody was told of. Of two after a damaged frame the
/// first was acknowledged.
const TORN_COMMITS: usize = 1;

/// The order of bytes in sums.
#[derive(Clone, Copy)]
enum Order {
    Big,
    Little,
}

/// What is wrong with a log, in words; none: nothing, or there is none.
pub(super) fn damage(wal: &Path) -> std::io::Result<Option<String>> {
    let mut file = match std::fs::File::open(wal) {
        Ok(file) => std::io::BufReader::new(file),
        Err(why) if why.kind() == ErrorKind::NotFound => return Ok(None),
        Err(why) => return Err(why),
    };
    let mut head = [0; HEAD_BYTES];
    if let Err(why) = file.read_exact(&mut head) {
        return if why.kind() == ErrorKind::UnexpectedEof {
            Ok(None)
        } else {
            Err(why)
        };
    }
    let magic = word(&head, 0);
    let order = if magic & 1 == 1 {
        Order::Big
    } else {
        Order::Little
    };
    let mut sum = summed((0, 0), &head[..24], order);
    if magic & !1 != MAGIC || sum != (word(&head, 24), word(&head, 28)) {
        return Ok(Some(
            "its head cannot be read: all of it is passed over".into(),
        ));
    }
    let page = usize::try_from(word(&head, 8)).unwrap_or(0);
    let mut frame = vec![0; FRAME_BYTES + page];
    let (mut number, mut torn, mut lost) = (0_u64, None, 0);
    while whole(&mut file, &mut frame)? {
        number += 1;
        if frame[8..16] != head[16..24] {
            // What an earlier round of the log left behind, or a damaged head of a frame.
            torn = torn.or(Some(number));
            continue;
        }
        if torn.is_none() {
            sum = summed(
                summed(sum, &frame[..8], order),
                &frame[FRAME_BYTES..],
                order,
            );
            if sum != (word(&frame, 16), word(&frame, 20)) {
                torn = Some(number);
            }
        }
        if torn.is_some() && word(&frame, 4) != 0 {
            lost += 1;
        }
    }
    Ok(torn.filter(|_| lost > TORN_COMMITS).map(|torn| {
        format!("frame {torn} is damaged: {lost} commits from there on are passed over")
    }))
}

fn whole(file: &mut impl Read, frame: &mut [u8]) -> std::io::Result<bool> {
    match file.read_exact(frame) {
        Ok(()) => Ok(true),
        Err(why) if why.kind() == ErrorKind::UnexpectedEof => Ok(false),
        Err(why) => Err(why),
    }
}

fn word(bytes: &[u8], at: usize) -> u32 {
    let four = bytes.get(at..at + 4).unwrap_or(&[]);
    four.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte))
}

fn summed((mut a, mut b): (u32, u32), bytes: &[u8], order: Order) -> (u32, u32) {
    let read = |four: &[u8]| {
        let value = word(four, 0);
        match order {
            Order::Big => value,
            Order::Little => value.swap_bytes(),
        }
    };
    for pair in bytes.chunks_exact(8) {
        a = a.wrapping_add(read(&pair[..4])).wrapping_add(b);
        b = b.wrapping_add(read(&pair[4..])).wrapping_add(a);
    }
    (a, b)
}
