//! Who carries a story's run: how many processes want to, how their clocks are set, which of them stand still.
//!
//! Must never know: how a run is carried. Stories: `tests/it/freeze.rs`.

/// A process that stops running for a while, as by SIGSTOP, and goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Freeze {
    /// When, and who.
    pub begins: Begins,
    /// For so long, in milliseconds of false time.
    pub for_ms: u64,
}

/// When a process stops running.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begins {
    /// Whoever passes this instant, counted over all processes of a play.
    Instant(u64),
    /// At this millisecond of false time, whoever sits there, from 1.
    At(u64, u32),
}

/// The processes that would carry the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carriers {
    /// So many: one carries, the others wait.
    pub count: u32,
    /// By how many milliseconds the wall clock of each is off, in turn; none: it is right. Whose clock is
    /// off has a host of its own.
    pub clocks: Vec<i64>,
    /// Which of them stand still, and when.
    pub freezes: Vec<Freeze>,
}

impl Default for Carriers {
    fn default() -> Self {
        Self {
            count: 1,
            clocks: Vec::new(),
            freezes: Vec::new(),
        }
    }
}

impl Carriers {
    /// Whether others wait while one carries.
    #[must_use]
    pub fn are_several(&self) -> bool {
        self.count > 1
    }

    /// By how many milliseconds the wall clock of whoever sits there (from 1) is off.
    #[must_use]
    pub fn clock_of(&self, seat: u32) -> i64 {
        let place = usize::try_from(seat.saturating_sub(1)).unwrap_or(usize::MAX);
        self.clocks.get(place).copied().unwrap_or(0)
    }

    /// The first stands still from then on for so long, while another waits.
    pub fn freezes_first(&mut self, at: u64, for_ms: u64) {
        self.count = self.count.max(2);
        let begins = Begins::At(at, 1);
        self.freezes.push(Freeze { begins, for_ms });
    }

    /// Freezes of whoever sits there (from 1) from a moment on: from when, for how long.
    #[must_use]
    pub fn freezes_of(&self, seat: u32, now: u64) -> Vec<(u64, u64)> {
        let theirs = |freeze: &Freeze| match freeze.begins {
            Begins::At(at, whose) if whose == seat && at >= now => Some((at, freeze.for_ms)),
            Begins::At(..) | Begins::Instant(_) => None,
        };
        self.freezes.iter().filter_map(theirs).collect()
    }
}
