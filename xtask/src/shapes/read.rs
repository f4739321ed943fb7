//! Rust's text → the shapes that serde prints, as tables.
//!
//! Must never know: where the text came from, but for its name in an error.
//! Tests: below.

#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "syn's enums are not ours, and grow"
)]

use crate::workspace::{NotSo, Trouble};
use std::fmt::Write as _;
use syn::{Attribute, Expr, Fields, GenericArgument, Item, Lit, Meta, PathArguments, Type};

/// All types of a source that are printed, each as a heading and a table.
///
/// # Errors
/// When it is not Rust, or a field has no words.
pub(super) fn shapes(source: &str, text: &str) -> Result<String, Trouble> {
    let file = syn::parse_file(text)?;
    let mut page = String::new();
    for item in file.items {
        let shape = match item {
            Item::Struct(item) if is_printed(&item.attrs) => {
                let rows = fields(source, &item.attrs, &item.fields)?;
                section(
                    &item.ident.to_string(),
                    &item.attrs,
                    "field | is | says",
                    &rows,
                )
            }
            Item::Enum(item) if is_printed(&item.attrs) => {
                let mut rows = Vec::new();
                for variant in &item.variants {
                    rows.extend(one_of(source, &item.attrs, variant)?);
                }
                let about = "one of | is | says";
                section(&item.ident.to_string(), &item.attrs, about, &rows)
            }
            _ => continue,
        };
        page.push_str(&shape);
    }
    Ok(page)
}

fn section(name: &str, attributes: &[Attribute], about: &str, rows: &[String]) -> String {
    format!(
        "\n## {}\n\n{}\n\n| {about} |\n|---|---|---|\n{}",
        bare(name),
        words(attributes).unwrap_or_default(),
        rows.concat()
    )
}

/// `PlanView` is called `Plan` by those who read it.
fn bare(name: &str) -> &str {
    name.strip_suffix("View").unwrap_or(name)
}

fn fields(source: &str, above: &[Attribute], fields: &Fields) -> Result<Vec<String>, Trouble> {
    let case = said(above, "rename_all");
    let row = |field: &syn::Field| {
        let name = field.ident.as_ref().map(ToString::to_string);
        let name = name.unwrap_or_default();
        let Some(about) = words(&field.attrs) else {
            return Err(NotSo(format!("{source}: the field {name} has no words")).into());
        };
        let called = said(&field.attrs, "rename").unwrap_or_else(|| cased(&name, case.as_deref()));
        let is = typed(&field.ty);
        Ok(if has(&field.attrs, "flatten") {
            format!("| *all of* | {is} | {about} |\n")
        } else {
            format!("| `{called}` | {is} | {about} |\n")
        })
    };
    fields.iter().map(row).collect()
}

fn one_of(
    source: &str,
    above: &[Attribute],
    variant: &syn::Variant,
) -> Result<Vec<String>, Trouble> {
    let name = variant.ident.to_string();
    let Some(about) = words(&variant.attrs) else {
        return Err(NotSo(format!("{source}: the case {name} has no words")).into());
    };
    let called = cased(&name, said(above, "rename_all").as_deref());
    let tag = said(above, "tag");
    let shown = match (&tag, has(above, "untagged")) {
        (Some(tag), _) => format!("`{tag}: {called}`"),
        (None, true) => "*itself*".into(),
        (None, false) => format!("`{called}`"),
    };
    Ok(match &variant.fields {
        Fields::Unit => vec![format!("| {shown} | text | {about} |\n")],
        Fields::Unnamed(inner) => {
            let is: Vec<String> = inner.unnamed.iter().map(|field| typed(&field.ty)).collect();
            vec![format!("| {shown} | {} | {about} |\n", is.join(", "))]
        }
        named @ Fields::Named(_) => {
            let mut rows = vec![format!("| {shown} | object | {about} |\n")];
            let inner = fields(source, &variant.attrs, named)?;
            rows.extend(inner.iter().map(|row| row.replacen("| `", "| · `", 1)));
            rows
        }
    })
}

fn is_printed(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) if list.path.is_ident("derive") => {
            list.tokens.to_string().contains("Serialize")
        }
        Meta::List(_) | Meta::Path(_) | Meta::NameValue(_) => false,
    })
}

/// The doc comment as one paragraph.
fn words(attributes: &[Attribute]) -> Option<String> {
    let line = |attribute: &Attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(value) => match &value.lit {
                Lit::Str(text) => Some(text.value().trim().replace('|', "\\|")),
                _ => None,
            },
            _ => None,
        },
        Meta::NameValue(_) | Meta::List(_) | Meta::Path(_) => None,
    };
    let lines: Vec<String> = attributes.iter().filter_map(line).collect();
    let text = lines
        .join(" ")
        .replace("[`API_VERSION`]", "`windlass.dev/v1`");
    (!text.is_empty()).then_some(text)
}

fn serde_words(attributes: &[Attribute]) -> impl Iterator<Item = String> + '_ {
    attributes
        .iter()
        .filter_map(|attribute| match &attribute.meta {
            Meta::List(list) if list.path.is_ident("serde") => Some(list.tokens.to_string()),
            Meta::List(_) | Meta::Path(_) | Meta::NameValue(_) => None,
        })
}

/// `key = "…"` of a serde attribute.
fn said(attributes: &[Attribute], key: &str) -> Option<String> {
    serde_words(attributes).find_map(|tokens| {
        tokens.split(',').find_map(|part| {
            let (name, value) = part.split_once('=')?;
            (name.trim() == key).then(|| value.trim().trim_matches('"').to_owned())
        })
    })
}

fn has(attributes: &[Attribute], word: &str) -> bool {
    serde_words(attributes).any(|tokens| tokens.split(',').any(|part| part.trim() == word))
}

/// A name as serde's `rename_all` would print it; only the ways that we use.
fn cased(name: &str, case: Option<&str>) -> String {
    match case {
        Some("camelCase") => camel(name),
        Some("kebab-case") => dashed(name),
        Some("lowercase") => name.to_lowercase(),
        Some(_) | None => name.to_owned(),
    }
}

fn camel(name: &str) -> String {
    let mut out = String::new();
    for (n, part) in name.split('_').enumerate() {
        let mut letters = part.chars();
        let first = letters.next().into_iter();
        if n == 0 {
            out.extend(first.flat_map(char::to_lowercase));
        } else {
            out.extend(first.flat_map(char::to_uppercase));
        }
        out.push_str(letters.as_str());
    }
    out
}

fn dashed(name: &str) -> String {
    let mut out = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !out.is_empty() {
            out.push('-');
        }
        let _ = write!(out, "{}", letter.to_lowercase());
    }
    out
}

/// A type in words; one of ours as a link to its heading.
fn typed(is: &Type) -> String {
    match is {
        Type::Reference(to) => typed(&to.elem),
        Type::Path(path) => path.path.segments.last().map_or_else(String::new, segment),
        _ => "any value".into(),
    }
}

fn segment(last: &syn::PathSegment) -> String {
    let inner: Vec<String> = match &last.arguments {
        PathArguments::AngleBracketed(all) => all
            .args
            .iter()
            .filter_map(|one| match one {
                GenericArgument::Type(is) => Some(typed(is)),
                _ => None,
            })
            .collect(),
        PathArguments::None | PathArguments::Parenthesized(_) => Vec::new(),
    };
    let of = inner.last().cloned().unwrap_or_default();
    match last.ident.to_string().as_str() {
        "String" | "str" => "text".into(),
        "bool" => "true or false".into(),
        "usize" | "u64" | "u32" | "u16" | "i64" => "number".into(),
        "Option" => format!("{of} or null"),
        "Vec" => format!("list of {of}"),
        "BTreeMap" => format!("map of {of}"),
        "Runs" => "map of list of text".into(),
        "Value" => "any value".into(),
        "T" => "what its kind says".into(),
        ours => {
            let name = bare(ours);
            format!("[{name}](#{})", name.to_lowercase())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::shapes;

    #[test]
    fn a_type_becomes_a_table() {
        let text = r#"
            /// A level.
            #[derive(Clone, Serialize)]
            #[serde(rename_all = "camelCase")]
            pub struct LevelView {
                /// What it is finalized at.
                pub finalized_at: u16,
                /// What every member supports.
                #[serde(rename = "for")]
                pub supported: Option<Span>,
            }
            struct Hidden { secret: String }
        "#;
        let page = shapes("level.rs", text).expect("it is Rust");
        assert_eq!(
            page,
            "\n## Level\n\nA level.\n\n| field | is | says |\n|---|---|---|\n\
             | `finalizedAt` | number | What it is finalized at. |\n\
             | `for` | [Span](#span) or null | What every member supports. |\n"
        );
    }

    #[test]
    fn a_case_with_fields_names_its_tag() {
        let text = r#"
            /// One kind of change.
            #[derive(Serialize)]
            #[serde(tag = "kind", rename_all = "camelCase")]
            enum Stage {
                /// Members move.
                Move {
                    /// Who.
                    members: Vec<String>,
                },
            }
        "#;
        let page = shapes("stage.rs", text).expect("it is Rust");
        assert_eq!(
            page,
            "\n## Stage\n\nOne kind of change.\n\n| one of | is | says |\n|---|---|---|\n\
             | `kind: move` | object | Members move. |\n| · `members` | list of text | Who. |\n"
        );
    }

    #[test]
    fn a_field_without_words_is_refused() {
        let text = "/// A.\n#[derive(Serialize)]\nstruct A { b: bool }";
        let why = shapes("a.rs", text).err().map(|why| why.to_string());
        assert_eq!(why.as_deref(), Some("a.rs: the field b has no words"));
    }
}
