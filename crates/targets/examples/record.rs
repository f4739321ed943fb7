//! Records what the nodes of a real Kafka cluster answer, for the tests of `seen`.
//!
//! `record FILE ADDRESS…`. See `tests/recorded/README.md` for how the files there came about.

use std::collections::BTreeMap;
use std::sync::Arc;

use windlass_runner::system::SystemClock;
use windlass_targets::dial::TcpDial;
use windlass_targets::kafka::door::Doors;
use windlass_targets::kafka::gather::{Addresses, Depth, gather};
use windlass_targets::kafka::wires::Wires;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, addresses @ ..] = arguments.as_slice() else {
        return Err("record FILE ADDRESS…".into());
    };
    let wires = Wires::new(Doors::open(Arc::new(TcpDial)), Arc::new(SystemClock::new()));
    let mut known = Addresses::default();
    let settled = BTreeMap::new();
    let answers = gather(&wires, addresses, &mut known, &settled, Depth::Whole).await;
    std::fs::write(file, serde_json::to_string(&answers)? + "\n")?;
    Ok(())
}
