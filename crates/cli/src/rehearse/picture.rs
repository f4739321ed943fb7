//! A rehearsal as a picture, and how far many of them are.
//!
//! Must never know: how it was played. Stories: `tests/it/rehearse.rs`.

use super::Played;
use super::chart::{Axis, clock, rows};
use super::told::Told;
use crate::outlet::Outlet;
use crate::render::svg::{Canvas, LINE_PX, MARGIN_PX, Paint, width};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use windlass_engine::plan::name;
use windlass_engine::time::Ms;
use windlass_wire::duration::short;

/// Width of the time axis.
const AXIS_PX: usize = 720;
/// Height of a bar.
const BAR_PX: usize = 20;
/// Bars are at least so wide.
const BAR_LEAST_PX: usize = 4;
/// Pictures of larger fleets show so many rows, and say how many more there are.
const ROWS_MOST: usize = 400;

/// The whole picture.
#[must_use]
pub fn svg(played: &Played) -> String {
    let mut canvas = Canvas::default();
    let staged = &played.staged;
    let title = format!(
        "Rehearsal of plan {} for {}, seed {}",
        name(&staged.plan).short(),
        staged.shown,
        staged.story.seed
    );
    let mut y = MARGIN_PX + LINE_PX;
    canvas.bold(MARGIN_PX, y, &title);
    y += LINE_PX;
    canvas.dim(
        MARGIN_PX,
        y,
        "a false cluster: nothing real was asked to move; idle time is drawn short",
    );
    y += LINE_PX;
    let all = rows(&played.tale);
    let axis = Axis::of(&all, played.tale.took);
    let names = all.iter().take(ROWS_MOST).map(|row| width(&row.name));
    let left = MARGIN_PX + names.max().unwrap_or(0) + 2 * MARGIN_PX;
    let mut drawn = 0;
    for told in &played.tale.told {
        match told {
            Told::Stage(at, text) => {
                y += LINE_PX / 2;
                canvas.bold(MARGIN_PX, y + LINE_PX, &format!("{}  {text}", clock(*at)));
                y += LINE_PX + LINE_PX / 2;
            }
            Told::Note(at, text, _) => {
                canvas.dim(MARGIN_PX, y + LINE_PX, &format!("{}  {text}", clock(*at)));
                y += LINE_PX + LINE_PX / 4;
            }
            Told::Row(row) if drawn < ROWS_MOST => {
                drawn += 1;
                let until = row.settled.unwrap_or(played.tale.took);
                let (from, to) = (axis.place(row.began, AXIS_PX), axis.place(until, AXIS_PX));
                let wide = to.saturating_sub(from).max(BAR_LEAST_PX);
                let paint = match (row.settled, row.failed.is_empty()) {
                    (Some(_), true) => Paint::Goal,
                    (Some(_), false) => Paint::Warns,
                    (None, _) => Paint::Bars,
                };
                let took = short(Ms(until.0 - row.began.0));
                let more = format!("{} from {} for {took}", row.name, clock(row.began));
                canvas.text(MARGIN_PX, y + LINE_PX - 4, &row.name);
                canvas.cell((left + from, y), (wide, BAR_PX - 4), paint, "", &more);
                y += BAR_PX;
            }
            Told::Row(_) => {}
        }
    }
    if all.len() > ROWS_MOST {
        let more = format!("{} more are not drawn", all.len() - ROWS_MOST);
        canvas.dim(MARGIN_PX, y + LINE_PX, &more);
        y += LINE_PX;
    }
    if let Some((spread, (low, high))) = played
        .spread
        .as_ref()
        .and_then(|spread| Some((spread, spread.share(10).zip(spread.share(90))?)))
    {
        let says = format!(
            "of {} rehearsals 8 in 10 took from {} to {}",
            spread.runs,
            short(low),
            short(high)
        );
        canvas.text(MARGIN_PX, y + 2 * LINE_PX, &says);
    }
    canvas.document(&title)
}

/// How far many rehearsals are: a line on a terminal, nothing elsewhere.
#[derive(Clone, Debug)]
pub struct Progress(Option<ProgressBar>);

impl Progress {
    /// Of so many.
    #[must_use]
    pub fn of(outlet: &Outlet, runs: u64) -> Self {
        if !outlet.live || runs < 2 {
            return Self(None);
        }
        let bar = ProgressBar::with_draw_target(Some(runs), ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("  {pos} of {len} rehearsals {wide_bar}");
        if let Ok(style) = style {
            bar.set_style(style);
        }
        Self(Some(bar))
    }

    /// So many are done.
    pub fn at(&self, done: u64) {
        if let Some(bar) = &self.0 {
            bar.set_position(done);
        }
    }

    /// All are.
    pub fn end(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
