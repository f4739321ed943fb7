//! targets: the real systems, touched; and the hands they share.

pub mod host;
