//! Damage at any place of a real file is found, or harms nothing; and what can be mended is mended.

use super::{finished, is_whole, path, said};
use crate::runner::{Bench, ask_again, open, post, target};
use rusqlite::Connection;
use rusqlite::types::Value;
use std::fs;
use std::path::{Path, PathBuf};
use windlass_engine::run::command::Command;
use windlass_runner::desk::Desk;
use windlass_runner::ports::store::Store;
use windlass_stores::sqlite::keeping::{Existing, KeepError, Source, backup, examine, mend};

/// So many damages are tried; each costs about 20 ms.
const DAMAGES: u64 = 300;

/// Regions are so long: several in each page, each within a few rows.
const REGION_BYTES: usize = 512;

/// A store with all that a store can hold: ended and live runs, read and unread commands.
async fn full(seed: u64) -> Bench {
    let bench = finished(seed).await;
    let desk = Desk::new(bench.world.clone());
    let live = ask_again(&desk, "second").await;
    let pause = post(&Command::Pause);
    bench.store.post(&live, "a", "anna", &pause).await.unwrap();
    bench.store.post(&live, "b", "anna", &pause).await.unwrap();
    bench
}

/// All that anything is decided by. Left out: who held leases, sentences of lists, and epochs, which
/// may only be compared upwards.
fn all(at: &Path) -> Vec<Vec<Value>> {
    let db = Connection::open(at).unwrap();
    let mut all = Vec::new();
    for ask in [
        "SELECT name, value FROM meta WHERE name IN ('format', 'id', 'minted')",
        "SELECT name, identity, object, changed FROM cluster ORDER BY name",
        "SELECT id, key, cluster, identity, created, ended, seq, hash, last, inbox, read,
                json_remove(summary, '$.says') FROM run ORDER BY id",
        "SELECT id, cluster FROM run WHERE ended IS NULL ORDER BY id",
        "SELECT id FROM run WHERE cluster = 'noop' ORDER BY id DESC",
        "SELECT id, before, run, seq, at, format, author, payload, hash FROM journal ORDER BY id",
        "SELECT run, seq, key, at, by, payload FROM inbox ORDER BY run, seq",
        "SELECT run, subject FROM begun ORDER BY run, subject",
        "SELECT hash, bytes FROM blob ORDER BY hash",
        "SELECT value >= (SELECT max(epoch) FROM run) FROM counter WHERE name = 'epoch'",
    ] {
        let mut ask = db.prepare(ask).unwrap();
        let columns = ask.column_count();
        let rows = ask
            .query_map([], |row| (0..columns).map(|at| row.get(at)).collect())
            .unwrap()
            .collect::<Result<Vec<Vec<Value>>, _>>()
            .unwrap();
        all.extend(rows);
        all.push(vec![Value::Null]);
    }
    all
}

/// The store's file and its log, as they lie there now.
fn taken(store: &Path, folder: &Path, name: &str) -> PathBuf {
    let copy = folder.join(name);
    for ending in ["", "-wal"] {
        let from = PathBuf::from(format!("{}{ending}", store.display()));
        let to = PathBuf::from(format!("{}{ending}", copy.display()));
        drop(fs::remove_file(&to));
        if from.exists() {
            fs::copy(from, to).unwrap();
        }
    }
    drop(fs::remove_file(format!("{}-shm", copy.display())));
    copy
}

fn roll(dice: &mut u64) -> u64 {
    *dice = dice
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    *dice >> 33
}

/// Whether a store of these bytes is found to be damaged.
fn is_found(bench: &Bench, hurt: &[u8]) -> bool {
    let file = bench.folder.path().join("hurt.db");
    for ending in ["-wal", "-shm", "-journal"] {
        drop(fs::remove_file(format!("{}{ending}", file.display())));
    }
    fs::write(&file, hurt).unwrap();
    !examine(&file).unwrap().is_whole()
}

/// A full store, and its file with all that its log held.
async fn settled(seed: u64) -> (Bench, PathBuf) {
    let bench = full(seed).await;
    let store = path(bench.folder.path());
    Connection::open(&store)
        .unwrap()
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        .unwrap();
    let sound = taken(&store, bench.folder.path(), "sound.db");
    (bench, sound)
}

/// Every region of the file in which anything stands, one after the other, with all its bits turned.
#[tokio::test(flavor = "multi_thread")]
async fn damage_of_every_region_is_found_or_harms_nothing() {
    let (bench, sound) = settled(41).await;
    let before = all(&sound);
    let bytes = fs::read(&sound).unwrap();
    let (mut tried, mut found) = (0, 0);
    for (number, region) in bytes.chunks(REGION_BYTES).enumerate() {
        if region.iter().all(|byte| *byte == 0) {
            continue;
        }
        tried += 1;
        let mut hurt = bytes.clone();
        let from = number * REGION_BYTES;
        let here = hurt.iter_mut().skip(from).take(REGION_BYTES);
        here.for_each(|byte| *byte = !*byte);
        if is_found(&bench, &hurt) {
            found += 1;
        } else {
            let file = bench.folder.path().join("hurt.db");
            assert!(all(&file) == before, "the region at {from} was not found");
        }
    }
    println!("{found} of {tried} regions were found damaged, the others harm nothing");
    assert!(tried > 50 && found * 2 > tried, "{found} of {tried}");
}

#[tokio::test(flavor = "multi_thread")]
async fn damage_anywhere_in_the_file_is_found_or_harms_nothing() {
    let (bench, sound) = settled(40).await;
    is_whole(&sound);
    let before = all(&sound);
    let bytes = fs::read(&sound).unwrap();
    let (mut found, mut dice) = (0, 7);
    for case in 0..DAMAGES {
        let mut hurt = bytes.clone();
        let mut at = roll(&mut dice) as usize % hurt.len();
        // Most of a small file is empty; of each three two are where something stands.
        while case % 3 > 0 && hurt[at] == 0 {
            at = roll(&mut dice) as usize % hurt.len();
        }
        let length = 1 + roll(&mut dice) as usize % 8;
        for byte in hurt.iter_mut().skip(at).take(length) {
            *byte ^= 1 + (roll(&mut dice) % 255) as u8;
        }
        if is_found(&bench, &hurt) {
            found += 1;
        } else {
            let file = bench.folder.path().join("hurt.db");
            assert!(
                all(&file) == before,
                "case {case}: {length} bytes at {at} were not found"
            );
        }
    }
    println!("{found} of {DAMAGES} damages were found, the others harm nothing");
    // Most of the file is journal and contents: a look that finds little looks at little.
    assert!(found > DAMAGES / 3, "{found}");
}

#[tokio::test(flavor = "multi_thread")]
async fn damage_in_the_log_hides_commits_and_is_named() {
    let bench = full(41).await;
    let store = path(bench.folder.path());
    let sound = taken(&store, bench.folder.path(), "sound.db");
    is_whole(&sound);
    let log = fs::read(format!("{}-wal", store.display())).unwrap();
    // A log of an earlier round lies behind the present one; the first half is the present one's.
    for at in [4, 40, 44, log.len() / 9, log.len() / 5, log.len() / 3] {
        let hurt = taken(&store, bench.folder.path(), "hurt.db");
        let mut bytes = log.clone();
        bytes[at] ^= 1;
        fs::write(format!("{}-wal", hurt.display()), &bytes).unwrap();
        let report = examine(&hurt).unwrap();
        assert!(
            said(&report).contains("write-ahead log"),
            "byte {at}: {}",
            said(&report)
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_damage_is_named_with_its_place() {
    let bench = full(42).await;
    let store = path(bench.folder.path());
    let mut told = String::new();
    for sql in [
        "UPDATE journal SET payload = '\"planned\"' WHERE run = 1 AND seq = 7",
        "DELETE FROM journal WHERE run = 1 AND seq = 9",
        "DELETE FROM journal WHERE run = 2",
        "UPDATE blob SET bytes = x'00' WHERE lower(hex(hash)) =
             (SELECT json_extract(payload, '$.requested.catalog') FROM journal WHERE seq = 1)",
        "UPDATE cluster SET object = '{\"spec\": 1}'",
        "DELETE FROM cluster",
        "UPDATE inbox SET payload = '\"stop\"' WHERE seq = 1",
        "DELETE FROM inbox WHERE seq = 1",
        "UPDATE run SET key = 'another' WHERE id = 1",
        "UPDATE run SET ended = NULL WHERE id = 1",
        "UPDATE run SET read = 2 WHERE id = 2",
        "INSERT INTO begun (run, subject) VALUES (2, 'member/7')",
        "UPDATE counter SET value = 0",
        "UPDATE meta SET value = iif(value LIKE 'f%', 'e', 'f') || substr(value, 2)
             WHERE name = 'id'",
        "DROP INDEX run_live",
    ] {
        let hurt = taken(&store, bench.folder.path(), "hurt.db");
        Connection::open(&hurt).unwrap().execute_batch(sql).unwrap();
        let report = examine(&hurt).unwrap();
        // When it was asked for is the clock's.
        let said: Vec<String> = report
            .found
            .iter()
            .map(|one| {
                let digits = |c: char| c.is_ascii_digit();
                one.says
                    .split(' ')
                    .map(|word| {
                        let word = word.trim_end_matches([',', ';']);
                        if word.len() >= 12 && word.chars().all(digits) {
                            "THEN"
                        } else {
                            word
                        }
                    })
                    .collect::<Vec<_>>()
                    .join(" ")
            })
            .collect();
        told.push_str(&format!(
            "{}\n    {}\n",
            &sql[..sql.len().min(52)],
            said.join("\n    ")
        ));
    }
    insta::assert_snapshot!(told);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_written_anew_from_their_journals_and_nothing_else_is_touched() {
    let bench = full(43).await;
    let store = path(bench.folder.path());
    let sound = taken(&store, bench.folder.path(), "sound.db");
    let before = all(&sound);
    for sql in [
        "UPDATE run SET ended = NULL, summary = '{}' WHERE id = 1",
        "UPDATE run SET seq = 3, last = 2, hash = zeroblob(32), identity = 'x' WHERE id = 1",
        "UPDATE run SET read = 1, inbox = 0, cluster = 'other', created = 1 WHERE id = 2",
        "INSERT INTO begun (run, subject) VALUES (2, 'member/7')",
        "UPDATE counter SET value = 0",
    ] {
        let hurt = taken(&store, bench.folder.path(), "hurt.db");
        Connection::open(&hurt).unwrap().execute_batch(sql).unwrap();
        assert!(!examine(&hurt).unwrap().is_whole(), "{sql}");
        mend(&hurt).unwrap();
        is_whole(&hurt);
        assert!(all(&hurt) == before, "{sql}");
    }
    // A row that is gone comes back, but for the caller's key.
    let hurt = taken(&store, bench.folder.path(), "hurt.db");
    Connection::open(&hurt)
        .unwrap()
        .execute_batch("DELETE FROM run WHERE id = 1")
        .unwrap();
    assert_eq!(mend(&hurt).unwrap().rows, ["1".into()]);
    let report = examine(&hurt).unwrap();
    assert!(
        said(&report).contains("its key does not fit"),
        "{}",
        said(&report)
    );
    // A journal that is hurt is left alone, and the run named.
    let hurt = taken(&store, bench.folder.path(), "hurt.db");
    Connection::open(&hurt)
        .unwrap()
        .execute_batch("UPDATE journal SET at = 1 WHERE run = 1 AND seq = 4; UPDATE run SET ended = NULL WHERE id = 1")
        .unwrap();
    let mended = mend(&hurt).unwrap();
    assert_eq!((mended.rows.len(), mended.left), (0, vec!["1".into()]));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_mended_under_a_carrier() {
    let bench = Bench::of(target(44)).await;
    let held = windlass_runner::keeper::take(&bench.world, &bench.run)
        .await
        .unwrap();
    let why = mend(&path(bench.folder.path())).unwrap_err();
    assert!(matches!(why, KeepError::Held(_)), "{why}");
    drop(held);
}

#[tokio::test(flavor = "multi_thread")]
async fn examining_changes_nothing_and_holds_up_nobody() {
    let bench = Bench::of(target(45)).await;
    let store = path(bench.folder.path());
    let at = store.clone();
    let looking =
        tokio::task::spawn_blocking(move || (0..20).all(|_| examine(&at).unwrap().is_whole()));
    let driven = bench.carry().await;
    assert!(looking.await.unwrap(), "a store under load was called hurt");
    assert!(matches!(driven, windlass_runner::drive::Driven::Ended(_)));
    // Also what an older windlass wrote, which has no seals, and a copy.
    Connection::open(&store)
        .unwrap()
        .execute("DELETE FROM meta WHERE name LIKE 'seal %'", [])
        .unwrap();
    is_whole(&store);
    let to = bench.folder.path().join("copy.db");
    backup(&store, &to, Existing::Stays, Source::Whole).unwrap();
    is_whole(&to);
    drop(open(bench.folder.path()));
}
