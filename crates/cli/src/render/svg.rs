//! Pictures as SVG: text stays text, so it can be searched and read aloud.
//!
//! Must never know: what is drawn. Stories: `tests/it/scenarios.rs`.

pub mod graph;
pub mod plan;

use super::xml::escaped;

/// Every letter of the one font is so wide; ids and versions stand in it alone.
pub const LETTER_PX: usize = 8;
/// From one line of text to the next.
pub const LINE_PX: usize = 18;

/// A colour by what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// Nothing changes here.
    Quiet,
    /// Something moves here.
    Moves,
    /// Where the way leads.
    Goal,
    /// What cannot be gone back from, or bars.
    Bars,
    /// What a human must look at.
    Warns,
}

impl Paint {
    fn fill(self) -> &'static str {
        match self {
            Self::Quiet => "#f3f4f6",
            Self::Moves => "#dbeafe",
            Self::Goal => "#dcfce7",
            Self::Bars => "#fee2e2",
            Self::Warns => "#fef3c7",
        }
    }

    fn line(self) -> &'static str {
        match self {
            Self::Quiet => "#9ca3af",
            Self::Moves => "#2563eb",
            Self::Goal => "#15803d",
            Self::Bars => "#b91c1c",
            Self::Warns => "#b45309",
        }
    }
}

/// What is drawn, part by part.
#[derive(Debug, Default)]
pub struct Canvas {
    parts: String,
    wide: usize,
    high: usize,
}

impl Canvas {
    fn reach(&mut self, x: usize, y: usize) {
        self.wide = self.wide.max(x);
        self.high = self.high.max(y);
    }

    /// Text that begins at a place, its line there.
    pub fn text(&mut self, x: usize, y: usize, text: &str) {
        self.words(x, y, text, "");
    }

    /// The same, heavier.
    pub fn bold(&mut self, x: usize, y: usize, text: &str) {
        self.words(x, y, text, " font-weight=\"bold\"");
    }

    /// The same, lighter.
    pub fn dim(&mut self, x: usize, y: usize, text: &str) {
        self.words(x, y, text, " fill=\"#6b7280\"");
    }

    fn words(&mut self, x: usize, y: usize, text: &str, how: &str) {
        self.reach(x + width(text), y + LINE_PX / 2);
        self.parts.push_str(&format!(
            "<text x=\"{x}\" y=\"{y}\"{how}>{}</text>\n",
            escaped(text)
        ));
    }

    /// A box with text in it; on hover it says more.
    pub fn cell(
        &mut self,
        at: (usize, usize),
        size: (usize, usize),
        paint: Paint,
        text: &str,
        more: &str,
    ) {
        let ((x, y), (w, h)) = (at, size);
        self.reach(x + w, y + h);
        let title = if more.is_empty() {
            String::new()
        } else {
            format!("<title>{}</title>", escaped(more))
        };
        self.parts.push_str(&format!(
            "<g>{title}<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"4\" fill=\"{}\" stroke=\"{}\"/>\
             <text x=\"{}\" y=\"{}\">{}</text></g>\n",
            paint.fill(),
            paint.line(),
            x + LETTER_PX,
            y + h / 2 + 5,
            escaped(text),
        ));
    }

    /// An arc from one place to another on the same height, above or below it by `bow`; on hover it says
    /// more.
    pub fn arc(
        &mut self,
        from: (usize, usize),
        to: usize,
        bow: Bow,
        paint: Paint,
        thick: Thick,
        more: &str,
    ) {
        let (x1, y) = from;
        let high = match bow {
            Bow::Above(high) => y.saturating_sub(high),
            Bow::Below(high) => y + high,
        };
        self.reach(x1.max(to), y.max(high));
        let (wide, dash) = match thick {
            Thick::Thin => ("1", ""),
            Thick::Way => ("3", ""),
            Thick::Dashed => ("1.5", " stroke-dasharray=\"5 4\""),
        };
        self.parts.push_str(&format!(
            "<g><title>{}</title><path d=\"M {x1} {y} C {x1} {high} {to} {high} {to} {y}\" fill=\"none\" \
             stroke=\"{}\" stroke-width=\"{wide}\"{dash} marker-end=\"url(#end)\"/></g>\n",
            escaped(more),
            paint.line(),
        ));
    }

    /// The whole document, titled.
    #[must_use]
    pub fn document(&self, title: &str) -> String {
        let (wide, high) = (self.wide + MARGIN_PX, self.high + MARGIN_PX);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{wide}\" height=\"{high}\" \
             viewBox=\"0 0 {wide} {high}\" role=\"img\" font-family=\"DejaVu Sans Mono, monospace\" \
             font-size=\"13\">\n<title>{}</title>\n\
             <defs><marker id=\"end\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" \
             markerHeight=\"7\" markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path d=\"M 0 0 L 8 4 L 0 8 z\" fill=\"#4b5563\"/></marker></defs>\n\
             <rect width=\"{wide}\" height=\"{high}\" fill=\"#ffffff\"/>\n{}</svg>",
            escaped(title),
            self.parts
        )
    }
}

/// On which side an arc lies, and how far it reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bow {
    /// Above.
    Above(usize),
    /// Below.
    Below(usize),
}

/// How an arc is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thick {
    /// One of many.
    Thin,
    /// On the way.
    Way,
    /// It is barred, or only under a condition.
    Dashed,
}

/// Around all that is drawn.
pub const MARGIN_PX: usize = 16;

/// How wide a text is drawn.
#[must_use]
pub fn width(text: &str) -> usize {
    crate::outlet::style::columns(text) * LETTER_PX
}
