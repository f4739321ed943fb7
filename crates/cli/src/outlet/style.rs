//! Colours and glyphs. Colour never carries meaning alone: a glyph or a word does.
//!
//! Must never know: what is said. Stories: in this file.

/// Whether colours are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// Escape codes.
    Colour,
    /// Text only.
    None,
}

/// Which letters are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyphs {
    /// `✓ ! ✗ ? · ▸ →`
    Unicode,
    /// `+ ! x ? . > ->`
    Ascii,
}

/// Colours, by what they mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// As it is.
    Plain,
    /// Well.
    Good,
    /// To be known.
    Warn,
    /// Wrong.
    Bad,
    /// Of less weight.
    Dim,
    /// Of more weight.
    Bold,
    /// Something to be typed.
    Typed,
}

/// Colours and glyphs of one stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether colours are written.
    pub ink: Ink,
    /// Which letters are written.
    pub glyphs: Glyphs,
}

/// Letters that have no place in ASCII, and what stands for them.
const ASCII: &[(char, &str)] = &[
    ('✓', "+"),
    ('✗', "x"),
    ('·', "."),
    ('▸', ">"),
    ('→', "->"),
    ('…', "..."),
    ('–', "-"),
    ('—', "-"),
    ('×', "x"),
    ('≥', ">="),
    ('≤', "<="),
    ('÷', "/"),
    ('“', "\""),
    ('”', "\""),
    ('’', "'"),
    ('█', "#"),
    ('░', "."),
];

impl Style {
    /// Whether colours are written.
    #[must_use]
    pub fn is_coloured(&self) -> bool {
        self.ink == Ink::Colour
    }

    /// The text in letters that may be written: measure and pad after this, not before.
    #[must_use]
    pub fn text(&self, text: &str) -> String {
        match self.glyphs {
            Glyphs::Unicode => text.to_owned(),
            Glyphs::Ascii => {
                let letter = |c: char| match ASCII.iter().find(|(known, _)| *known == c) {
                    Some((_, plain)) => (*plain).to_owned(),
                    None => c.to_string(),
                };
                text.chars().map(letter).collect()
            }
        }
    }

    /// The text in a tone.
    #[must_use]
    pub fn paint(&self, tone: Tone, text: &str) -> String {
        let text = self.text(text);
        let code = match tone {
            Tone::Plain => return text,
            Tone::Good => "32",
            Tone::Warn => "33",
            Tone::Bad => "31",
            Tone::Dim => "2",
            Tone::Bold => "1",
            Tone::Typed => "36",
        };
        match self.ink {
            Ink::None => text,
            Ink::Colour => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
        }
    }

    /// Well.
    #[must_use]
    pub fn ok(&self) -> String {
        self.paint(Tone::Good, "✓")
    }
    /// To be known.
    #[must_use]
    pub fn warn(&self) -> String {
        self.paint(Tone::Warn, "!")
    }
    /// Wrong.
    #[must_use]
    pub fn bad(&self) -> String {
        self.paint(Tone::Bad, "✗")
    }
    /// Not known.
    #[must_use]
    pub fn unknown(&self) -> String {
        self.paint(Tone::Warn, "?")
    }
    /// Neither.
    #[must_use]
    pub fn dot(&self) -> String {
        self.paint(Tone::Dim, "·")
    }
    /// In flight.
    #[must_use]
    pub fn flying(&self) -> String {
        self.paint(Tone::Typed, "▸")
    }
    /// From here to there.
    #[must_use]
    pub fn arrow(&self) -> String {
        self.text("→")
    }
    /// Of less weight.
    #[must_use]
    pub fn dim(&self, text: &str) -> String {
        self.paint(Tone::Dim, text)
    }
    /// Of more weight.
    #[must_use]
    pub fn bold(&self, text: &str) -> String {
        self.paint(Tone::Bold, text)
    }
    /// Something to be typed.
    #[must_use]
    pub fn typed(&self, text: &str) -> String {
        self.paint(Tone::Typed, text)
    }
    /// A word that says that something is wrong.
    #[must_use]
    pub fn bad_word(&self, text: &str) -> String {
        match self.ink {
            Ink::None => self.text(text),
            Ink::Colour => format!("\u{1b}[1;31m{}\u{1b}[0m", self.text(text)),
        }
    }
}

/// Columns that a text takes: escape codes take none.
#[must_use]
pub fn columns(text: &str) -> usize {
    let mut letters = text.chars();
    let mut count = 0;
    while let Some(letter) = letters.next() {
        if letter == '\u{1b}' {
            for code in letters.by_ref() {
                if code.is_ascii_alphabetic() {
                    break;
                }
            }
        } else {
            count += 1;
        }
    }
    count
}

/// Breaks a text at spaces to fit `width`; lines after the first begin with `indent` spaces. Spaces at
/// the beginning and between words of the first line stay as they are. A word longer than a line
/// stands alone.
#[must_use]
pub fn wrap(text: &str, width: usize, indent: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        let mut is_bare = true;
        for (index, word) in paragraph.split(' ').enumerate() {
            let gap = usize::from(index > 0);
            if !is_bare && columns(&line) + gap + columns(word) > width {
                lines.push(line.trim_end().to_owned());
                line = format!("{}{word}", " ".repeat(indent));
            } else {
                if gap == 1 {
                    line.push(' ');
                }
                line.push_str(word);
            }
            is_bare = is_bare && word.is_empty();
        }
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_breaks_at_the_width_and_goes_on_indented() {
        assert_eq!(
            wrap("  says one two three four", 14, 4),
            ["  says one two", "    three four"]
        );
    }

    #[test]
    fn colours_take_no_columns_and_plain_letters_are_ascii() {
        let style = Style {
            ink: Ink::Colour,
            glyphs: Glyphs::Ascii,
        };
        assert_eq!(style.ok(), "\u{1b}[32m+\u{1b}[0m");
        assert_eq!(columns(&style.bold("3.9 → 4.1")), 10);
    }
}
