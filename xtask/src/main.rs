//! `cargo xtask`: only the way in; every command is a file of its own in the library.

fn main() {}
