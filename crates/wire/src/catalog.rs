//! Catalog files become the engine's catalog; what is wrong is said with its place.
//!
//! A catalog that extends another is put together with it here, so that nobody after has to know.
//! Must never know: where catalogs lie. Stories: `tests/it/catalog.rs`, `tests/it/extends.rs`.

pub mod cincinnati;
mod named;
mod place;
mod schema;

pub use named::{Named, changes, named};
pub use place::linted;
pub use schema::schema;

use crate::diagnostic::{Code, Diagnostic, Report, Told};
use crate::field::one_of;
use crate::node;
use serde_saphyr::Error;
use windlass_engine::catalog::{Catalog, Part};
use windlass_engine::nearest::nearest;

/// Imported graphs have thousands of hops; ten megabytes of them were named by mistake.
const CATALOG_MAX_BYTES: usize = 10 << 20;

/// The largest graph that is served has 12,421 hops (data of 2026-11); four times that.
const HOPS_MAX_COUNT: usize = 50_000;

/// The largest catalog of the house has some hundred objects. Faults are looked for by comparing them with
/// each other, so that a file of a megabyte could hold a reader for minutes.
const OBJECTS_MAX_COUNT: usize = 2_000;

/// A catalog file that others may extend.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// The system that it is about.
    pub system: String,
    /// The file, or the name of what is built in.
    pub file: String,
    /// What it says.
    pub text: String,
}

/// Reads one catalog and puts it together with what it extends, which must be among the sheets.
///
/// # Errors
/// As [`load`], in whichever file it is; a catalog that extends one that is not there, or itself.
pub fn whole(file: &str, text: &str, sheets: &[Sheet]) -> Result<Catalog, Vec<Diagnostic>> {
    let mut chain = vec![(file, text, load(file, text)?)];
    while let Some((file, text, last)) = chain.last() {
        let Some(base) = &last.extends else {
            break;
        };
        let been: Vec<&str> = chain.iter().map(|(.., c)| c.system.as_str()).collect();
        if been.contains(&base.as_str()) {
            let round = format!("{} → {base}", been.join(" → "));
            let message = format!("catalogs extend each other in a circle: {round}");
            let help = "let one of them stand by itself";
            return Err(place::extends(file, text, message, String::new(), help));
        }
        let Some(sheet) = sheets.iter().find(|sheet| &sheet.system == base) else {
            let known: Vec<&str> = sheets.iter().map(|sheet| sheet.system.as_str()).collect();
            let message = format!("there is no catalog for `{base}` to extend");
            let help = "--catalog DIR adds one";
            return Err(place::extends(
                file,
                text,
                message,
                meant(base, &known),
                help,
            ));
        };
        let found = load(&sheet.file, &sheet.text)?;
        chain.push((&sheet.file, &sheet.text, found));
    }
    let mut catalogs = chain.into_iter().rev().map(|(.., catalog)| catalog);
    let Some(mut whole) = catalogs.next() else {
        return Ok(Catalog::default());
    };
    for next in catalogs {
        whole = next.over(&whole);
    }
    Ok(whole)
}

/// Reads one catalog by itself: what it extends is only named.
///
/// # Errors
/// The first thing that does not fit, with its place; duplicate keys all at once.
pub fn load(file: &str, text: &str) -> Result<Catalog, Vec<Diagnostic>> {
    let mut report = Report::new(file, text);
    // Syntax, duplicate keys, and what passes a limit are found by our own walk, which says them as in
    // all other files; only what it bounded is given to the parser of values.
    node::documents_within(text, CATALOG_MAX_BYTES, &mut report);
    let found = report.into_found();
    if !found.is_empty() {
        return Err(found);
    }
    let options = serde_saphyr::options! { budget: None };
    let catalog =
        serde_saphyr::from_str_with_options::<Catalog>(text, options).map_err(|error| {
            let mut report = Report::new(file, text);
            report.say(told(&error, text));
            report.into_found()
        })?;
    match too_many(&catalog) {
        Some((list, message)) => Err(place::too_large(file, text, list, message)),
        None => Ok(catalog),
    }
}

/// The longest list of a catalog that holds more than can be compared, and what is said of it.
fn too_many(catalog: &Catalog) -> Option<(Part, String)> {
    let c = catalog;
    if c.edges.len() > HOPS_MAX_COUNT {
        let message = format!("more than {HOPS_MAX_COUNT} hops");
        return Some((Part::Edges, message));
    }
    let lists = [
        (Part::Components, c.components.len()),
        (Part::Releases, c.releases.len()),
        (Part::Lines, c.lines.len()),
        (Part::Levels, c.levels.len()),
        (Part::Paths, c.paths.len()),
        (Part::Risks, c.risks.len()),
        (Part::Blocked, c.blocked.len()),
        (Part::Skew, c.skew.len()),
        (Part::Facts, c.facts.len()),
        (Part::Checks, c.checks.len()),
        (Part::Hazards, c.hazards.len()),
        (Part::Actions, c.actions.len()),
        (Part::Offers, c.offers.len()),
        (Part::Advisories, c.advisories.len()),
    ];
    let all: usize = lists.iter().map(|(_, count)| count).sum();
    if all <= OBJECTS_MAX_COUNT {
        return None;
    }
    let (longest, _) = lists.into_iter().max_by_key(|(_, count)| *count)?;
    let message = format!("{all} objects beside hops, above {OBJECTS_MAX_COUNT}");
    Some((longest, message))
}

/// The parser's words, in ours.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the enum is the parser's, and grows"
)]
pub(crate) fn told(error: &Error, text: &str) -> Told {
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
