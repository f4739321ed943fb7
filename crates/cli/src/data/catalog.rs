//! `windlass catalog`: what the makers' facts say, whether they can be meant so, and other forms of them.
//!
//! Must never know: what the facts are used for. Stories: `tests/it/catalogs.rs`.

use crate::args::Form;
use crate::args::catalog::{
    CatalogArgs, CincinnatiArgs, Deed, DiffArgs, ExplainArgs, ExportArgs, ImportForm, LintArgs,
};
use crate::catalogs::Source;
use crate::context::Bare;
use crate::exit::{Exit, Failed};
use crate::render::{catalog as render, count};
use serde::Serialize;
use windlass_engine::nearest::nearest;
use windlass_runner::ports::clock::Clock;
use windlass_runner::system::SystemClock;
use windlass_wire::catalog::cincinnati::{Origin, export, import};
use windlass_wire::catalog::{Named, changes, linted, named, schema};
use windlass_wire::stamp;

/// Runs it.
///
/// # Errors
/// Where a catalog or a file cannot be read, or something of a name is not there.
pub fn run(bare: &Bare, args: &CatalogArgs) -> Result<Exit, Failed> {
    let outlet = &bare.outlet;
    match &args.deed {
        Deed::Show(args) => {
            let source = bare.catalogs.named(&args.of)?;
            if outlet.is_data() {
                outlet.data(&*source.catalog);
            } else {
                outlet.lines(render::lines(outlet, &source));
            }
            Ok(Exit::Done)
        }
        Deed::Lint(args) => lint(bare, args),
        Deed::Diff(args) => diff(bare, args),
        Deed::Explain(args) => explain(bare, args),
        Deed::Import(args) => match &args.form {
            ImportForm::Cincinnati(args) => from_cincinnati(bare, args),
        },
        Deed::Export(args) => to_others(bare, args),
        Deed::Schema(_) => {
            outlet.data(&schema());
            Ok(Exit::Done)
        }
    }
}

/// A fault for programs.
#[derive(Debug, Serialize)]
struct FaultView {
    system: String,
    about: String,
    what: String,
    file: String,
    line: usize,
    column: usize,
}

fn lint(bare: &Bare, args: &LintArgs) -> Result<Exit, Failed> {
    let outlet = &bare.outlet;
    let sources: Vec<Source> = if args.files.is_empty() {
        bare.catalogs.all()?
    } else {
        let mut sources = Vec::with_capacity(args.files.len());
        for file in &args.files {
            sources.push(bare.catalogs.file(file)?);
        }
        sources
    };
    let mut views = Vec::new();
    let mut told = Vec::new();
    for source in &sources {
        let lints = source.catalog.lint();
        let found = linted(&source.from, &source.text, &lints);
        for (lint, place) in lints.iter().zip(&found) {
            views.push(FaultView {
                system: source.catalog.system.clone(),
                about: lint.about.to_string(),
                what: lint.what.clone(),
                file: place.file.clone(),
                line: place.line,
                column: place.column,
            });
        }
        told.extend(found);
    }
    let clean = told.is_empty();
    if outlet.is_data() {
        outlet.data(&views);
    } else if clean {
        let checked = count(sources.len(), "catalog");
        outlet.line(&format!("{} {checked} without a fault", outlet.style.ok()));
    } else {
        Failed::Files(told).tell(outlet);
    }
    Ok(if clean { Exit::Done } else { Exit::Refused })
}

fn diff(bare: &Bare, args: &DiffArgs) -> Result<Exit, Failed> {
    let outlet = &bare.outlet;
    let (old, new) = (
        bare.catalogs.named(&args.old)?,
        bare.catalogs.named(&args.new)?,
    );
    let changes = changes(&old.catalog, &new.catalog)?;
    if outlet.is_data() {
        outlet.data(&changes);
    } else if changes.is_empty() {
        outlet.line("they say the same");
    } else {
        outlet.line(&format!(
            "{} → {}   {}",
            old.from,
            new.from,
            count(changes.len(), "difference")
        ));
        for change in changes {
            outlet.line(&render::change(outlet, &change));
        }
    }
    Ok(Exit::Done)
}

/// An object for programs.
#[derive(Debug, Serialize)]
struct ExplainedView {
    system: String,
    from: String,
    kind: &'static str,
    name: String,
    says: serde_json::Map<String, serde_json::Value>,
}

fn explain(bare: &Bare, args: &ExplainArgs) -> Result<Exit, Failed> {
    let outlet = &bare.outlet;
    let sources = match &args.system {
        Some(of) => vec![bare.catalogs.named(of)?],
        None => bare.catalogs.all()?,
    };
    let mut known: Vec<String> = Vec::new();
    let mut found: Vec<(Source, Named)> = Vec::new();
    for source in sources {
        for one in named(&source.catalog)? {
            if one.name == args.rule {
                found.push((source.clone(), one));
            } else {
                known.push(one.name);
            }
        }
    }
    if found.is_empty() {
        let hint = match nearest(&args.rule, known.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`windlass catalog show SYSTEM -o yaml` shows all names".to_owned(),
        };
        let place = args.system.as_ref().map_or_else(
            || "no catalog says anything of".to_owned(),
            |of| format!("{of} says nothing of"),
        );
        return Err(Failed::hinted(format!("{place} `{}`", args.rule), hint));
    }
    if outlet.is_data() {
        let view = |(source, one): (Source, Named)| ExplainedView {
            system: source.catalog.system.clone(),
            from: source.from,
            kind: one.part.one(),
            name: one.name,
            says: one.says,
        };
        outlet.data(&found.into_iter().map(view).collect::<Vec<_>>());
        return Ok(Exit::Done);
    }
    for (at, (source, one)) in found.iter().enumerate() {
        if at > 0 {
            outlet.line("");
        }
        outlet.lines(render::explained(outlet, source, one));
    }
    Ok(Exit::Done)
}

fn from_cincinnati(bare: &Bare, args: &CincinnatiArgs) -> Result<Exit, Failed> {
    let file = args.file.display().to_string();
    let text = std::fs::read_to_string(&args.file).map_err(|source| Failed::File {
        verb: "read",
        path: args.file.clone(),
        source,
    })?;
    let today = || stamp::day(SystemClock::new().now().wall, &bare.zone);
    let name = args
        .file
        .file_name()
        .map_or(file.clone(), |name| name.to_string_lossy().into_owned());
    let origin = Origin {
        system: &args.system,
        as_of: &args.as_of.clone().unwrap_or_else(today),
        source: &args.source.clone().unwrap_or(name),
    };
    let catalog = import(&file, &text, &origin).map_err(Failed::Files)?;
    bare.outlet.as_file(&catalog);
    Ok(Exit::Done)
}

fn to_others(bare: &Bare, args: &ExportArgs) -> Result<Exit, Failed> {
    let outlet = &bare.outlet;
    let source = bare.catalogs.named(&args.of)?;
    if outlet.format != Form::Cincinnati {
        return Err(Failed::hinted(
            "in which form?",
            "-o cincinnati; `windlass catalog show` prints a catalog as it is",
        ));
    }
    let graph = export(&source.catalog).map_err(|unsaid| Failed::says(unsaid.to_string()))?;
    outlet.data(&graph);
    Ok(Exit::Done)
}
