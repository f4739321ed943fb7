//! The JSON Schema of catalog files, found by asking the types themselves.
//!
//! Each type of the catalog is read from a source that gives it whatever it asks for and writes down
//! what that was; fields without which it refuses are the required ones. So the schema cannot say
//! anything else than the reader does.
//! Must never know: what the fields mean. Stories: `tests/it/schema.rs`.

mod trace;

use serde_json::{Value, json};
use windlass_engine::catalog::Catalog;

/// The schema of a catalog file, draft 2020-12.
#[must_use]
pub fn schema() -> Value {
    let (mut root, definitions) = trace::of::<Catalog>();
    let Value::Object(fields) = &mut root else {
        return root;
    };
    fields.insert(
        "$schema".into(),
        json!("https://json-schema.org/draft/2020-12/schema"),
    );
    fields.insert("title".into(), json!("A Windlass catalog"));
    fields.insert("$defs".into(), Value::Object(definitions));
    root
}
