//! Names in an expression that lead nowhere: variables, functions, fields of the cluster.
//!
//! They would be found only when the expression is evaluated, and there only where it comes so far.
//! Must never know: values. Stories: `tests/it/expression.rs`.

use super::{CLUSTER, Flaw, LOOPS_MAX_DEPTH};
use cel::Program;
use cel::common::ast::{EntryExpr, Expr, IdedExpr};
use windlass_engine::nearest::nearest;

/// Functions of the language as it is spoken here (the standard ones without time).
const FUNCTIONS: &[&str] = &[
    "size",
    "contains",
    "startsWith",
    "endsWith",
    "matches",
    "string",
    "bytes",
    "double",
    "int",
    "uint",
    "type",
    "dyn",
];
/// Macros of the language, and how many loops one is.
const MACROS: &[&str] = &["all", "exists", "exists_one", "filter", "map", "has"];
/// Fields of `cluster`.
const FIELDS: &[&str] = &[
    "apiVersion",
    "kind",
    "cluster",
    "system",
    "identity",
    "seen",
    "members",
    "levels",
    "budgets",
    "facts",
    "troubles",
    "gaps",
];
/// Words that name values of the language.
const WORDS: &[&str] = &[
    "true",
    "false",
    "null",
    "bool",
    "int",
    "uint",
    "double",
    "string",
    "bytes",
    "list",
    "map",
    "null_type",
    "type",
];

pub(super) fn flaws(text: &str, program: &Program) -> Vec<Flaw> {
    let mut walk = Walk {
        text,
        bound: Vec::new(),
        loops: 0,
        found: Vec::new(),
    };
    walk.of(program.expression());
    walk.found
}

struct Walk<'t> {
    text: &'t str,
    /// Names that loops around bind.
    bound: Vec<String>,
    loops: usize,
    found: Vec<Flaw>,
}

impl Walk<'_> {
    fn of(&mut self, part: &IdedExpr) {
        match &part.expr {
            Expr::Ident(name) => self.ident(name),
            Expr::Call(call) => {
                self.function(&call.func_name);
                call.target.iter().for_each(|target| self.of(target));
                call.args.iter().for_each(|argument| self.of(argument));
            }
            Expr::Select(select) => {
                let of_cluster =
                    matches!(&select.operand.expr, Expr::Ident(name) if name == CLUSTER);
                if of_cluster && !self.bound.iter().any(|name| name == CLUSTER) {
                    self.field(&select.field);
                }
                self.of(&select.operand);
            }
            Expr::Comprehension(turn) => {
                self.of(&turn.iter_range);
                if self.loops == LOOPS_MAX_DEPTH {
                    let says = format!("more than {LOOPS_MAX_DEPTH} loops in one another");
                    self.say(&turn.iter_var, says, None);
                    return;
                }
                self.loops += 1;
                let before = self.bound.len();
                self.bound.push(turn.iter_var.clone());
                self.bound.extend(turn.iter_var2.clone());
                self.bound.push(turn.accu_var.clone());
                for part in [
                    &turn.accu_init,
                    &turn.loop_cond,
                    &turn.loop_step,
                    &turn.result,
                ] {
                    self.of(part);
                }
                self.bound.truncate(before);
                self.loops -= 1;
            }
            Expr::List(list) => list.elements.iter().for_each(|element| self.of(element)),
            Expr::Map(map) => map.entries.iter().for_each(|entry| self.entry(&entry.expr)),
            Expr::Struct(object) => {
                let says = format!("there is no type `{}`", object.type_name);
                self.say(&object.type_name, says, None);
            }
            Expr::Literal(_) | Expr::Unspecified => {}
        }
    }

    fn entry(&mut self, entry: &EntryExpr) {
        match entry {
            EntryExpr::MapEntry(entry) => {
                self.of(&entry.key);
                self.of(&entry.value);
            }
            EntryExpr::StructField(field) => self.of(&field.value),
        }
    }

    fn ident(&mut self, name: &str) {
        let bound = self.bound.iter().any(|known| known == name);
        if bound || name == CLUSTER || WORDS.contains(&name) || name.starts_with('@') {
            return;
        }
        let known = self.bound.iter().map(String::as_str).chain([CLUSTER]);
        let help = match nearest(name, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                format!("`{CLUSTER}` is what there is: windlass observe CLUSTER -o json shows it")
            }
        };
        self.say(name, format!("there is no `{name}`"), Some(help));
    }

    fn function(&mut self, name: &str) {
        let operator = !name.starts_with(|c: char| c.is_ascii_alphabetic());
        if operator || FUNCTIONS.contains(&name) {
            return;
        }
        let known = FUNCTIONS.iter().chain(MACROS).copied();
        let help = match nearest(name, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are {}", [MACROS, FUNCTIONS].concat().join(", ")),
        };
        self.say(name, format!("there is no function `{name}`"), Some(help));
    }

    fn field(&mut self, name: &str) {
        if FIELDS.contains(&name) {
            return;
        }
        let help = match nearest(name, FIELDS.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("it has {}", FIELDS.join(", ")),
        };
        self.say(name, format!("`{CLUSTER}` has no `{name}`"), Some(help));
    }

    fn say(&mut self, word: &str, says: String, help: Option<String>) {
        let at = place(self.text, word);
        let flaw = Flaw {
            at,
            length: word.len().min(self.text.len() - at),
            says,
            help,
        };
        if !self.found.contains(&flaw) {
            self.found.push(flaw);
        }
    }
}

/// Where a word stands by itself, outside of quotes; the beginning where it does not.
fn place(text: &str, word: &str) -> usize {
    let letter = |c: char| c.is_alphanumeric() || c == '_';
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if c == '"' || c == '\'' => quote = Some(c),
            None => {
                let before = text[..at].chars().next_back().is_some_and(letter);
                let rest = text[at..].strip_prefix(word);
                let after = rest.is_some_and(|rest| rest.chars().next().is_some_and(letter));
                if rest.is_some() && !before && !after {
                    return at;
                }
            }
        }
    }
    0
}
