//! A source of values that gives each type what it asks for, and writes down what that was.
//!
//! Must never know: catalogs. Stories: `tests/it/schema.rs`.

use serde::de::value::{BorrowedStrDeserializer, StrDeserializer};
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess,
    SeqAccess, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::{Map, Value, json};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

/// A text that every type of the catalog takes: names, versions, ranges.
const SAMPLE: &str = "1.0";
/// Far more passes than the enums of the catalog have variants.
const PASSES_MAX_COUNT: usize = 1_000;

type Wrong = serde::de::value::Error;

/// The schema of a type, and of the objects and words within it by name.
pub(super) fn of<T: DeserializeOwned>() -> (Value, Map<String, Value>) {
    let book = Book::default();
    let mut root = Value::Null;
    for _ in 0..PASSES_MAX_COUNT {
        let before = book.known();
        book.trial.set(Trial::Free);
        let said = RefCell::new(Value::Null);
        // Only what it asked for on the way is wanted.
        let _read = T::deserialize(Source {
            book: &book,
            says: &said,
        });
        root = said.into_inner();
        if book.known() == before && book.is_whole() {
            break;
        }
    }
    let mut definitions = Map::new();
    for (name, object) in book.objects.borrow().iter() {
        definitions.insert(name.clone(), object.schema());
    }
    for (name, words) in book.choices.borrow().iter() {
        definitions.insert(name.clone(), words.schema());
    }
    (root, definitions)
}

/// All that was asked for so far.
#[derive(Default)]
struct Book {
    objects: RefCell<BTreeMap<String, Object>>,
    choices: RefCell<BTreeMap<String, Choice>>,
    /// Whether a field is left out in this pass: one at a time, so that it is known whose refusal it is.
    trial: Cell<Trial>,
}

/// What is known of an object.
#[derive(Default)]
struct Object {
    fields: BTreeMap<&'static str, Value>,
    order: Vec<&'static str>,
    /// Fields without which it was refused; none: not tried yet.
    required: BTreeMap<&'static str, Required>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Trial {
    #[default]
    Free,
    Taken,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Required {
    Yes,
    No,
}

/// What is known of a choice between words.
#[derive(Default)]
struct Choice {
    variants: &'static [&'static str],
    known: BTreeMap<&'static str, Value>,
}

impl Book {
    fn known(&self) -> usize {
        let objects = self.objects.borrow();
        let choices = self.choices.borrow();
        let fields: usize = objects
            .values()
            .map(|o| o.fields.len() + o.required.len())
            .sum();
        fields + choices.values().map(|c| c.known.len()).sum::<usize>()
    }

    fn is_whole(&self) -> bool {
        let objects = self.objects.borrow();
        let choices = self.choices.borrow();
        objects.values().all(|o| o.required.len() == o.order.len())
            && choices.values().all(|c| c.known.len() == c.variants.len())
    }
}

impl Object {
    fn schema(&self) -> Value {
        let required: Vec<&str> = self
            .order
            .iter()
            .copied()
            .filter(|name| self.required.get(name) == Some(&Required::Yes))
            .collect();
        let properties: Map<String, Value> = self
            .order
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), self.fields.get(name)?.clone())))
            .collect();
        json!({
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": false,
        })
    }
}

impl Choice {
    fn schema(&self) -> Value {
        let words: Vec<&str> = self
            .variants
            .iter()
            .copied()
            .filter(|name| self.known.get(name) == Some(&Value::Null))
            .collect();
        let mut ways: Vec<Value> = Vec::new();
        if !words.is_empty() {
            ways.push(json!({"enum": words}));
        }
        for name in self.variants {
            if let Some(held) = self.known.get(name).filter(|held| !held.is_null()) {
                ways.push(json!({
                    "type": "object",
                    "properties": {*name: held},
                    "required": [name],
                    "additionalProperties": false,
                }));
            }
        }
        match ways.len() {
            1 => ways.remove(0),
            _ => json!({"oneOf": ways}),
        }
    }
}

/// Gives whatever is asked for.
struct Source<'a> {
    book: &'a Book,
    says: &'a RefCell<Value>,
}

impl<'a> Source<'a> {
    fn say(&self, schema: Value) {
        *self.says.borrow_mut() = schema;
    }

    /// Reads a part, and tells what it asked for.
    fn part<'de, S: DeserializeSeed<'de>>(
        book: &'a Book,
        seed: S,
    ) -> (Result<S::Value, Wrong>, Value) {
        let says = RefCell::new(Value::Null);
        let read = seed.deserialize(Source { book, says: &says });
        (read, says.into_inner())
    }
}

macro_rules! numbers {
    ($($ask:ident $visit:ident $schema:tt;)*) => {$(
        fn $ask<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
            self.say(json!($schema));
            visitor.$visit(1)
        }
    )*};
}

impl<'de> Deserializer<'de> for Source<'_> {
    type Error = Wrong;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        self.say(json!({"type": "string"}));
        visitor.visit_str(SAMPLE)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        self.say(json!({"type": "boolean"}));
        visitor.visit_bool(false)
    }

    numbers! {
        deserialize_u8 visit_u8 {"type": "integer", "minimum": 0, "maximum": 255};
        deserialize_u16 visit_u16 {"type": "integer", "minimum": 0, "maximum": 65535};
        deserialize_u32 visit_u32 {"type": "integer", "minimum": 0};
        deserialize_u64 visit_u64 {"type": "integer", "minimum": 0};
        deserialize_i32 visit_i32 {"type": "integer"};
        deserialize_i64 visit_i64 {"type": "integer"};
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        let parts = RefCell::new(Vec::new());
        let read = visitor.visit_seq(Parts {
            book: self.book,
            left: 1,
            parts: &parts,
        });
        let item = parts.into_inner().into_iter().next().unwrap_or(Value::Null);
        self.say(json!({"type": "array", "items": item}));
        read
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        let parts = RefCell::new(Vec::new());
        let read = visitor.visit_seq(Parts {
            book: self.book,
            left: length,
            parts: &parts,
        });
        self.say(tuple(length, parts.into_inner()));
        read
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        let parts = RefCell::new(Vec::new());
        let read = visitor.visit_map(Pairs {
            book: self.book,
            left: 1,
            parts: &parts,
        });
        let value = parts.into_inner().into_iter().next().unwrap_or(Value::Null);
        self.say(json!({"type": "object", "additionalProperties": value}));
        read
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        self.say(json!({"$ref": format!("#/$defs/{name}")}));
        let left_out = {
            let mut objects = self.book.objects.borrow_mut();
            let object = objects.entry(name.to_owned()).or_default();
            object.order = fields.to_vec();
            // Once each field was seen, one at a time is left out to learn whether it must be given.
            let seen = fields.iter().all(|field| object.fields.contains_key(field));
            let next = fields
                .iter()
                .find(|field| !object.required.contains_key(*field));
            let left_out = next.copied();
            let left_out = left_out.filter(|_| seen && self.book.trial.get() == Trial::Free);
            if left_out.is_some() {
                self.book.trial.set(Trial::Taken);
            }
            left_out
        };
        let read = visitor.visit_map(Fields {
            book: self.book,
            name,
            left: fields
                .iter()
                .copied()
                .filter(|f| Some(*f) != left_out)
                .collect(),
            field: None,
        });
        if let Some(field) = left_out {
            let required = if read.is_err() {
                Required::Yes
            } else {
                Required::No
            };
            let mut objects = self.book.objects.borrow_mut();
            objects
                .entry(name.to_owned())
                .or_default()
                .required
                .insert(field, required);
        }
        read
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        self.say(json!({"$ref": format!("#/$defs/{name}")}));
        let next = {
            let mut choices = self.book.choices.borrow_mut();
            let choice = choices.entry(name.to_owned()).or_default();
            choice.variants = variants;
            let next = variants.iter().find(|v| !choice.known.contains_key(*v));
            next.or(variants.first()).copied()
        };
        let Some(variant) = next else {
            return Err(serde::de::Error::custom("a choice between nothing"));
        };
        visitor.visit_enum(Variant {
            book: self.book,
            name,
            variant,
        })
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        self.say(Value::Null);
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        i8 i16 i128 u128 f32 f64 char str string bytes byte_buf unit_struct tuple_struct identifier
        ignored_any
    }
}

fn tuple(length: usize, parts: Vec<Value>) -> Value {
    json!({"type": "array", "prefixItems": parts, "minItems": length, "maxItems": length})
}

struct Parts<'a> {
    book: &'a Book,
    left: usize,
    parts: &'a RefCell<Vec<Value>>,
}

impl<'de> SeqAccess<'de> for Parts<'_> {
    type Error = Wrong;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Wrong> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let (read, says) = Source::part(self.book, seed);
        self.parts.borrow_mut().push(says);
        read.map(Some)
    }
}

struct Pairs<'a> {
    book: &'a Book,
    left: usize,
    parts: &'a RefCell<Vec<Value>>,
}

impl<'de> MapAccess<'de> for Pairs<'_> {
    type Error = Wrong;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Wrong> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        Source::part(self.book, seed).0.map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Wrong> {
        let (read, says) = Source::part(self.book, seed);
        self.parts.borrow_mut().push(says);
        read
    }
}

struct Fields<'a> {
    book: &'a Book,
    name: &'static str,
    left: Vec<&'static str>,
    field: Option<&'static str>,
}

impl<'de> MapAccess<'de> for Fields<'_> {
    type Error = Wrong;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Wrong> {
        if self.left.is_empty() {
            return Ok(None);
        }
        let field = self.left.remove(0);
        self.field = Some(field);
        let text: BorrowedStrDeserializer<'_, Wrong> = BorrowedStrDeserializer::new(field);
        seed.deserialize(text).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Wrong> {
        let (read, says) = Source::part(self.book, seed);
        if let Some(field) = self.field.take() {
            let mut objects = self.book.objects.borrow_mut();
            objects
                .entry(self.name.to_owned())
                .or_default()
                .fields
                .insert(field, says);
        }
        read
    }
}

struct Variant<'a> {
    book: &'a Book,
    name: &'static str,
    variant: &'static str,
}

impl Variant<'_> {
    fn learned(&self, held: Value) {
        let mut choices = self.book.choices.borrow_mut();
        choices
            .entry(self.name.to_owned())
            .or_default()
            .known
            .insert(self.variant, held);
    }
}

impl<'de> EnumAccess<'de> for Variant<'_> {
    type Error = Wrong;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Wrong> {
        let text: StrDeserializer<'_, Wrong> = self.variant.into_deserializer();
        Ok((seed.deserialize(text)?, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_> {
    type Error = Wrong;

    fn unit_variant(self) -> Result<(), Wrong> {
        self.learned(Value::Null);
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Wrong> {
        let (read, says) = Source::part(self.book, seed);
        self.learned(says);
        read
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Wrong> {
        let parts = RefCell::new(Vec::new());
        let read = visitor.visit_seq(Parts {
            book: self.book,
            left: length,
            parts: &parts,
        });
        self.learned(tuple(length, parts.into_inner()));
        read
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        // No word of a catalog holds fields of its own.
        self.learned(json!({"type": "object"}));
        visitor.visit_unit()
    }
}
