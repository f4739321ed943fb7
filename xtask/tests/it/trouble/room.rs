//! No room: where the store lies, and on a broker's host. Small file systems in memory, really full.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use xtask::peers::kafka::ROLL;
use xtask::roll::{self, NAME};

use super::ground::{Ground, ROLLED, SOON, has, stays};

const WATCHED: Duration = Duration::from_secs(5);

/// A small file system at a folder, gone when dropped.
struct Small(PathBuf);

impl Small {
    fn at(folder: &Path, size: &str) -> Self {
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"])
            .arg(folder)
            .status();
        let is_so = mounted.is_ok_and(|status| status.success());
        assert!(is_so, "a small file system needs root, as the tests do");
        Self(folder.to_owned())
    }

    fn fill(&self) -> PathBuf {
        let filler = self.0.join("filler");
        let chunk = vec![0_u8; 4096];
        let mut file = fs::File::create(&filler).expect("a file");
        while std::io::Write::write_all(&mut file, &chunk).is_ok() {}
        filler
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let umounted = Command::new("umount").arg("-l").arg(&self.0).status();
        assert!(umounted.is_ok_and(|status| status.success()) || std::thread::panicking());
    }
}

pub fn store_full(ground: &mut Ground) {
    let small = Small::at(ground.windlass.folder(), "4m");
    ground.register("");
    let carrier = ground.roll();
    let first = ground.flying();
    let filler = small.fill();
    ground.until_down(first);
    // What has begun on a host is finished there; nobody else is touched.
    let others: Vec<(i32, i32)> = ground
        .pids()
        .into_iter()
        .filter(|(id, _)| *id != first)
        .collect();
    let met = super::ground::within(SOON, || ground.lab.pid(first).is_some());
    assert!(met, "what was begun is finished");
    ground.lab.wait_healthy(SOON).expect("well");
    stays(
        WATCHED,
        "nothing begins that cannot be written down",
        || {
            others
                .iter()
                .all(|(id, pid)| ground.lab.pid(*id) == Some(*pid))
        },
    );
    let said = ground.ask(&["pause", NAME]);
    assert_ne!(
        said.code, 0,
        "a word that is not durable is not acknowledged"
    );
    has(&said.text, &["error: the store's disk is full"]);
    fs::remove_file(filler).expect("removed");
    ground.until_phase("finished", ROLLED);
    drop(carrier);
    roll::all_run(&ground.lab, ROLL[1]).expect("all on the new release");
    drop(small);
}

pub fn host_full(ground: &mut Ground) {
    ground.register("");
    let carrier = ground.roll();
    let first = ground.flying();
    ground.must(&["pause", NAME]);
    ground.until_phase("paused", SOON);
    let others: Vec<i32> = [1, 2, 3].into_iter().filter(|id| *id != first).collect();
    let full: Vec<Small> = others
        .iter()
        .map(|id| {
            let marks = ground.lab.folder(*id).join(".windlass");
            let kept = fs::read(marks.join(format!("{id}.fence"))).expect("a mark");
            let small = Small::at(&marks, "64k");
            fs::write(marks.join(format!("{id}.fence")), kept).expect("written");
            fs::write(marks.join(format!("{id}.fence.lock")), "").expect("written");
            small.fill();
            small
        })
        .collect();
    let before = ground.pids();
    ground.must(&["continue", NAME]);
    let said = carrier.ends(SOON);
    assert_eq!(said.code, 4, "{}", said.text);
    has(
        &ground.why(),
        &[
            "the mark at",
            "cannot be written",
            "mend it, then: windlass retry orders",
        ],
    );
    stays(WATCHED, "what cannot be marked is not touched", || {
        ground.pids() == before
    });
    for small in &full {
        fs::remove_file(small.0.join("filler")).expect("removed");
    }
    let carrier = ground.carried();
    let next = ground.flying();
    ground.must(&["retry", NAME]);
    ground.until_whole(next, ROLL[1]);
    ground.rest(carrier);
    drop(full);
}
