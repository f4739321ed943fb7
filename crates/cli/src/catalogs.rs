//! The makers' facts: built into the binary, added to or replaced by a folder of the user's.
//!
//! A file of the folder takes the place of the built-in catalog of its system as a whole: two halves of
//! a catalog from two hands would be nobody's facts. Read when first asked for.
//! Must never know: what the facts are used for. Stories: `tests/it/catalogs.rs`.

use crate::exit::Failed;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use windlass_engine::catalog::Catalog;

/// Facts about Apache Kafka.
const KAFKA: &str = include_str!("../../../catalogs/kafka.yaml");
/// Every built-in catalog: the name it is shown by, and its text.
const BUILT_IN: &[(&str, &str)] = &[("catalogs/kafka.yaml (built in)", KAFKA)];

/// One catalog, and where it came from.
#[derive(Clone, Debug)]
pub struct Source {
    /// The file, or the name of what is built in.
    pub from: String,
    /// The facts.
    pub catalog: Arc<Catalog>,
}

/// All catalogs.
#[derive(Debug)]
pub struct Catalogs {
    folder: Option<PathBuf>,
    read: OnceLock<Vec<Source>>,
}

impl Catalogs {
    /// Those built in, and those of a folder; nothing is read yet.
    #[must_use]
    pub fn new(folder: Option<PathBuf>) -> Self {
        Self {
            folder,
            read: OnceLock::new(),
        }
    }

    /// The catalog of a system.
    ///
    /// # Errors
    /// Where a file cannot be read, does not fit, or no catalog knows the system.
    pub fn of(&self, system: &str) -> Result<Arc<Catalog>, Failed> {
        let found = self.all()?.iter().find(|one| one.catalog.system == system);
        found.map(|one| one.catalog.clone()).ok_or_else(|| {
            Failed::hinted(
                format!("there is no catalog for {system}"),
                "--catalog DIR adds one",
            )
        })
    }

    /// All of them, by system.
    ///
    /// # Errors
    /// Where a file cannot be read or does not fit.
    pub fn all(&self) -> Result<&[Source], Failed> {
        if let Some(read) = self.read.get() {
            return Ok(read);
        }
        let mut all: Vec<Source> = match &self.folder {
            Some(folder) => files(folder)?,
            None => Vec::new(),
        };
        for (name, text) in BUILT_IN {
            let source = load(name, text)?;
            if !all
                .iter()
                .any(|one| one.catalog.system == source.catalog.system)
            {
                all.push(source);
            }
        }
        all.sort_by(|a, b| a.catalog.system.cmp(&b.catalog.system));
        Ok(self.read.get_or_init(|| all))
    }
}

fn load(name: &str, text: &str) -> Result<Source, Failed> {
    let catalog = windlass_wire::catalog::load(name, text).map_err(Failed::Files)?;
    Ok(Source {
        from: name.to_owned(),
        catalog: Arc::new(catalog),
    })
}

fn files(folder: &Path) -> Result<Vec<Source>, Failed> {
    let unreadable = |path: &Path| {
        let path = path.to_owned();
        move |source| Failed::File {
            verb: "read",
            path,
            source,
        }
    };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable(folder))? {
        let path = entry.map_err(unreadable(folder))?.path();
        let ending = path.extension().and_then(|ending| ending.to_str());
        if matches!(ending, Some("yaml" | "yml" | "json")) {
            paths.push(path);
        }
    }
    paths.sort();
    let mut found: Vec<Source> = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(&path).map_err(unreadable(&path))?;
        let source = load(&path.display().to_string(), &text)?;
        let system = &source.catalog.system;
        if let Some(first) = found.iter().find(|one| one.catalog.system == *system) {
            return Err(Failed::hinted(
                format!(
                    "two catalogs for {system}: {} and {}",
                    first.from, source.from
                ),
                "keep one of them in the folder",
            ));
        }
        found.push(source);
    }
    Ok(found)
}
