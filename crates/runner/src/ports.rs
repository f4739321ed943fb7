//! The ports: what the runner asks of the world. All of them object-safe.
//!
//! Floor 2 implements them; the runner and the targets are written against them alone, so that the
//! same code runs against the real world and a false one.

pub mod clock;
pub mod dial;
pub mod entropy;
pub mod hand;
pub mod secrets;
pub mod store;
pub mod target;

use std::future::Future;
use std::pin::Pin;

/// A boxed future: what each waiting method of a port returns.
pub type Task<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
