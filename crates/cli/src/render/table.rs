//! A table without lines: columns in line, dropped from the right where the terminal is narrow.
//!
//! The last column may flow over several lines. Empty columns are left out.
//! Must never know: what is in it. Stories: in this file.

use crate::outlet::Outlet;
use crate::outlet::style::{Tone, columns, wrap};

/// Columns between two columns.
const GAP: &str = "  ";
/// A flowing column narrower than this is dropped like the others.
const FLOW_LEAST: usize = 16;
/// Who and what it is: these are never dropped.
const KEPT: usize = 2;

/// One cell.
#[derive(Clone, Debug)]
pub struct Cell {
    text: String,
    tone: Tone,
}

impl Cell {
    /// A text as it is.
    pub fn plain(text: impl Into<String>) -> Self {
        Self::toned(text, Tone::Plain)
    }

    /// A text in a tone.
    pub fn toned(text: impl Into<String>, tone: Tone) -> Self {
        Self {
            text: text.into(),
            tone,
        }
    }
}

/// A table.
#[derive(Debug)]
pub struct Table {
    heads: Vec<&'static str>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// One with these heads; each row has as many cells.
    #[must_use]
    pub fn new(heads: &[&'static str]) -> Self {
        Self {
            heads: heads.to_vec(),
            rows: Vec::new(),
        }
    }

    /// One more row.
    pub fn row(&mut self, cells: Vec<Cell>) {
        self.rows.push(cells);
    }

    /// Its lines, each two columns in.
    #[must_use]
    pub fn lines(&self, outlet: &Outlet) -> Vec<String> {
        let text = |cell: &Cell| outlet.style.text(&cell.text);
        let filled = |column: usize| {
            self.rows
                .iter()
                .any(|row| row.get(column).is_some_and(|c| !c.text.is_empty()))
        };
        let mut shown: Vec<(usize, usize)> = (0..self.heads.len())
            .filter(|column| *column < KEPT || filled(*column))
            .map(|column| {
                let cells = self.rows.iter().filter_map(|row| row.get(column));
                let widest = cells.map(|cell| columns(&text(cell))).max().unwrap_or(0);
                (column, widest.max(self.heads[column].len()))
            })
            .collect();
        if !outlet.is_wide() {
            self.fit(&mut shown, outlet.width);
        }
        let head = |(column, width): &(usize, usize)| {
            format!("{:<width$}", self.heads[*column], width = *width)
        };
        let heads: Vec<String> = shown.iter().map(head).collect();
        let mut lines = vec![
            outlet
                .style
                .dim(format!("{GAP}{}", heads.join(GAP)).trim_end()),
        ];
        for row in &self.rows {
            lines.extend(row_lines(outlet, row, &shown));
        }
        lines
    }

    /// Lets the last column flow, or drops it, until all fit.
    fn fit(&self, shown: &mut Vec<(usize, usize)>, width: usize) {
        let last = self.heads.len() - 1;
        while let Some((column, widest)) = shown.last().copied() {
            let before: usize = shown.iter().rev().skip(1).map(|(_, w)| w + GAP.len()).sum();
            let room = width.saturating_sub(before + GAP.len());
            if widest <= room {
                return;
            }
            if (column == last && room >= FLOW_LEAST) || shown.len() <= KEPT {
                if let Some(flowing) = shown.last_mut() {
                    flowing.1 = room.max(FLOW_LEAST);
                }
                return;
            }
            shown.pop();
        }
    }
}

fn row_lines(outlet: &Outlet, row: &[Cell], shown: &[(usize, usize)]) -> Vec<String> {
    let cells: Vec<(Vec<String>, Tone, usize)> = shown
        .iter()
        .filter_map(|(column, width)| {
            let cell = row.get(*column)?;
            let text = outlet.style.text(&cell.text);
            let lines = if columns(&text) > *width {
                broken(&text, *width)
            } else {
                vec![text]
            };
            Some((lines, cell.tone, *width))
        })
        .collect();
    let high = cells
        .iter()
        .map(|(lines, _, _)| lines.len())
        .max()
        .unwrap_or(0);
    let line = |at: usize| {
        let mut line = String::new();
        for (lines, tone, width) in &cells {
            let text = lines.get(at).map_or("", String::as_str);
            line.push_str(GAP);
            if !text.is_empty() {
                line.push_str(&outlet.style.paint(*tone, text));
            }
            line.push_str(&" ".repeat(width.saturating_sub(columns(text))));
        }
        line.trim_end().to_owned()
    };
    (0..high).map(line).collect()
}

/// Wrapped, and words that are wider than the column cut: they would push all else out of line.
fn broken(text: &str, width: usize) -> Vec<String> {
    let cut = |line: String| {
        let letters: Vec<char> = line.chars().collect();
        letters
            .chunks(width.max(1))
            .map(|part| part.iter().collect())
            .collect::<Vec<String>>()
    };
    wrap(text, width, 0).into_iter().flat_map(cut).collect()
}
