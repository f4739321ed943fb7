//! The queue before the writer: what waits becomes one group.
//!
//! Those who were answered together mostly ask again together. So before it commits, the writer
//! gathers: it waits a moment for as many as may come, and a push wakes it only when a handful is there.
//! Must never know: what is asked. Stories: in this file, `tests/it/`.

use super::clock::instant;
use super::trouble::Trouble;
use super::writer::Desk;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use tokio::sync::oneshot;

/// Something to be written with others in one commit.
pub(super) trait Work: Send {
    /// Checks, then writes; an error undoes the whole group.
    fn write(&mut self, desk: &Desk<'_>) -> rusqlite::Result<()>;
    /// Tells who asked: what came of it, or why the group was lost.
    fn answer(&mut self, lost: Option<&Trouble>);
}

struct Asked<T, E, F> {
    write: F,
    outcome: Option<Result<T, E>>,
    answer: Option<oneshot::Sender<Result<T, E>>>,
}

impl<T, E, F> Work for Asked<T, E, F>
where
    T: Send,
    E: From<Trouble> + Send,
    F: FnMut(&Desk<'_>) -> rusqlite::Result<Result<T, E>> + Send,
{
    fn write(&mut self, desk: &Desk<'_>) -> rusqlite::Result<()> {
        self.outcome = Some((self.write)(desk)?);
        Ok(())
    }

    fn answer(&mut self, lost: Option<&Trouble>) {
        let outcome = match lost {
            None => self.outcome.take(),
            Some(trouble) => Some(Err(trouble.clone().into())),
        };
        if let (Some(answer), Some(outcome)) = (self.answer.take(), outcome) {
            // Who asked may have gone; what was written stays.
            drop(answer.send(outcome));
        }
    }
}

#[derive(Default)]
struct Waiting {
    works: Vec<Box<dyn Work>>,
    wanted: usize,
    closed: bool,
}

/// What waits to be written.
#[derive(Default)]
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    bell: Condvar,
}

impl std::fmt::Debug for Queue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Queue({} waiting)", self.lock().works.len())
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts work into the queue; the answer comes after its commit.
    pub(super) fn ask<T, E, F>(&self, write: F) -> oneshot::Receiver<Result<T, E>>
    where
        T: Send + 'static,
        E: From<Trouble> + Send + 'static,
        F: FnMut(&Desk<'_>) -> rusqlite::Result<Result<T, E>> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let work = Box::new(Asked {
            write,
            outcome: None,
            answer: Some(answer),
        });
        let complete = {
            let mut waiting = self.lock();
            waiting.works.push(work);
            waiting.works.len() >= waiting.wanted
        };
        if complete {
            self.bell.notify_one();
        }
        answered
    }

    /// Nothing more will be asked; the writer ends when the queue is empty.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.bell.notify_all();
    }

    /// Takes all that waits into `group`; waits until there is something. False: closed and empty.
    pub(super) fn take(&self, group: &mut Vec<Box<dyn Work>>) -> bool {
        let mut waiting = self.lock();
        waiting.wanted = 1;
        waiting = self
            .bell
            .wait_while(waiting, |w| w.works.is_empty() && !w.closed)
            .unwrap_or_else(PoisonError::into_inner);
        waiting.hand_over(group)
    }

    /// Takes what has come meanwhile; waits until `deadline` for at least `wanted`. False: nothing came.
    pub(super) fn gather(
        &self,
        group: &mut Vec<Box<dyn Work>>,
        wanted: usize,
        deadline: Instant,
    ) -> bool {
        let mut waiting = self.lock();
        if waiting.works.len() < wanted {
            waiting.wanted = wanted;
            let left = deadline.saturating_duration_since(instant());
            waiting = self
                .bell
                .wait_timeout_while(waiting, left, |w| w.works.len() < wanted && !w.closed)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        waiting.hand_over(group)
    }
}

impl Waiting {
    fn hand_over(&mut self, group: &mut Vec<Box<dyn Work>>) -> bool {
        // While a group is being written nobody needs to ring.
        self.wanted = usize::MAX;
        let some = !self.works.is_empty();
        group.append(&mut self.works);
        some
    }
}
