//! `cargo xtask`: only the way in; every command is a file of its own in the library.
fn main() {
    let lab = xtask::peers::kafka::Lab::builder().combined(3).start();
    match lab {
        Ok(lab) => println!("{}", lab.cluster_file()),
        Err(e) => println!("{e}"),
    }
}
