//! Catalog files become the engine's catalog; what is wrong is said with its place.
//!
//! Must never know: where catalogs lie. Stories: `tests/it/catalog.rs`.

use crate::diagnostic::{Code, Diagnostic, Report, Told};
use crate::field::one_of;
use crate::nearest::nearest;
use crate::node;
use serde_saphyr::Error;
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
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the enum is the parser's, and grows"
)]
fn told(error: &Error, text: &str) -> Told {
    let span = error
        .location()
        .map(|location| location.span())
        .and_then(|span| {
            let start = usize::try_from(span.byte_offset()?).ok()?;
            let length = usize::try_from(span.byte_len()?).ok()?;
            Some(start..start + length)
        })
        .unwrap_or(0..0);
    let found = text.get(span.clone()).unwrap_or("").trim();
    let unfit = if found.is_empty() || found.contains('\n') {
        "this does not fit".to_owned()
    } else {
        format!("`{found}` does not fit")
    };
    let (code, message, label) = match error.without_snippet() {
        Error::SerdeUnknownField {
            field, expected, ..
        } => (
            Code::UnknownField,
            format!("unknown field `{field}`"),
            meant(field, expected),
        ),
        Error::SerdeUnknownVariant {
            variant, expected, ..
        } => (
            Code::BadValue,
            format!("`{variant}` is not known"),
            meant(variant, expected),
        ),
        Error::SerdeMissingField { field, .. } => (
            Code::MissingField,
            format!("missing field `{field}`"),
            format!("`{field}` must be given in this object"),
        ),
        Error::InvalidScalar { ty, .. } => {
            let kind = match *ty {
                "bool" => "`true` or `false`".to_owned(),
                ty if ty.starts_with(['u', 'i']) => "a whole number".to_owned(),
                ty => ty.to_owned(),
            };
            (Code::WrongType, unfit, format!("expected {kind}"))
        }
        // The enum is not ours; all else says in its own words what was expected.
        other => (Code::BadValue, unfit, bare(&other.to_string())),
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

fn meant(wrong: &str, known: &[&str]) -> String {
    match nearest(wrong, known.iter().copied()) {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("expected {}", one_of(known)),
    }
}

/// The first line without the place that the parser adds.
fn bare(says: &str) -> String {
    let line = says.lines().next().unwrap_or(says);
    let line = line.strip_prefix("error: ").unwrap_or(line);
    line.split(" at line ").next().unwrap_or(line).to_owned()
}
