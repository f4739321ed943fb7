//! Catalog files become the engine's catalog; what is wrong is said with its place.
//!
//! Must never know: where catalogs lie. Stories: `tests/it/catalog.rs`.

use crate::diagnostic::{Code, Diagnostic, Report, Told};
use crate::nearest::nearest;
use crate::node;
use windlass_engine::catalog::Catalog;

/// Reads one catalog.
///
/// # Errors
/// The first thing that does not fit, with its place; duplicate keys all at once.
pub fn load(file: &str, text: &str) -> Result<Catalog, Vec<Diagnostic>> {
    let mut report = Report::new(file, text);
    // Syntax and duplicate keys are found by our own walk, which says them as in all other files.
    node::documents(text, &mut report);
    let found = report.into_found();
    if !found.is_empty() {
        return Err(found);
    }
    serde_saphyr::from_str::<Catalog>(text).map_err(|error| {
        let mut report = Report::new(file, text);
        report.say(told(&error, text));
        report.into_found()
    })
}

/// The parser's words, in ours.
fn told(error: &serde_saphyr::Error, text: &str) -> Told {
    let span = error
        .location()
        .map(|location| location.span())
        .and_then(|span| {
            let start = usize::try_from(span.byte_offset()?).ok()?;
            let length = usize::try_from(span.byte_len()?).ok()?;
            Some(start..start + length)
        })
        .unwrap_or(0..0);
    let says = bare(&error.without_snippet().to_string());
    let quoted: Vec<&str> = says.split('`').skip(1).step_by(2).collect();
    let (code, message, label) =
        if says.contains("unknown field") || says.contains("unknown variant") {
            let what = if says.contains("field") {
                "field"
            } else {
                "word"
            };
            let (wrong, known) = quoted
                .split_first()
                .map_or(("", [].as_slice()), |(first, rest)| (*first, rest));
            let label = match nearest(wrong, known.iter().copied()) {
                Some(name) => format!("did you mean `{name}`?"),
                None => format!("expected {}", crate::field::one_of(known)),
            };
            (
                Code::UnknownField,
                format!("unknown {what} `{wrong}`"),
                label,
            )
        } else if says.contains("missing field") {
            let name = quoted.first().copied().unwrap_or("");
            let label = format!("`{name}` must be given here");
            (Code::MissingField, format!("missing field `{name}`"), label)
        } else {
            let found = text.get(span.clone()).unwrap_or("").trim();
            let message = if found.is_empty() || found.contains('\n') {
                "this does not fit".to_owned()
            } else {
                format!("`{found}` does not fit")
            };
            (Code::BadValue, message, says.clone())
        };
    Told {
        code,
        field: String::new(),
        span,
        message,
        label,
        help: None,
    }
}

/// The first line without the place that the parser adds.
fn bare(says: &str) -> String {
    let line = says.lines().next().unwrap_or(says);
    let line = line.strip_prefix("error: ").unwrap_or(line);
    line.split(" at line ").next().unwrap_or(line).to_owned()
}
