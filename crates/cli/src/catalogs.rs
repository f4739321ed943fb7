//! The makers' facts: built into the binary, added to or replaced by a folder of the user's.
//!
//! A file of the folder takes the place of the built-in catalog of its system as a whole: two halves of
//! a catalog from two hands would be nobody's facts, unless the file says that it `extends` one. Only
//! what is asked for is put together.
//! Must never know: what the facts are used for. Stories: `tests/it/catalogs.rs`.

use crate::exit::Failed;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use windlass_engine::catalog::Catalog;
use windlass_engine::nearest::nearest;
use windlass_wire::catalog::{Sheet, load, whole};

macro_rules! built_in {
    ($($system:literal)*) => {
        &[$((
            $system,
            concat!("catalogs/", $system, ".yaml (built in)"),
            include_str!(concat!("../../../catalogs/", $system, ".yaml")),
        )),*]
    };
}

/// Every built-in catalog: its system, the name it is shown by, and its text.
const BUILT_IN: &[(&str, &str, &str)] = built_in![
    "ack" "acp" "ckafka" "istio" "kafka" "kong-mesh" "kubedb-kafka" "kubernetes" "kuma"
];

/// One catalog, and where it came from.
#[derive(Clone, Debug)]
pub struct Source {
    /// The file, or the name of what is built in.
    pub from: String,
    /// What stands there.
    pub text: String,
    /// The facts, with those of what it extends.
    pub catalog: Arc<Catalog>,
}

/// All catalogs.
#[derive(Debug)]
pub struct Catalogs {
    folder: Option<PathBuf>,
    sheets: OnceLock<Vec<Sheet>>,
    read: Mutex<BTreeMap<String, Arc<Catalog>>>,
}

impl Catalogs {
    /// Those built in, and those of a folder; nothing is read yet.
    #[must_use]
    pub fn new(folder: Option<PathBuf>) -> Self {
        Self {
            folder,
            sheets: OnceLock::new(),
            read: Mutex::default(),
        }
    }

    /// The catalog of a system.
    ///
    /// # Errors
    /// Where a file cannot be read, does not fit, or no catalog knows the system.
    pub fn of(&self, system: &str) -> Result<Arc<Catalog>, Failed> {
        Ok(self.source(system)?.catalog)
    }

    /// The systems that have one.
    ///
    /// # Errors
    /// Where a file cannot be read.
    pub fn systems(&self) -> Result<Vec<&str>, Failed> {
        let sheets = self.sheets()?.iter();
        Ok(sheets.map(|sheet| sheet.system.as_str()).collect())
    }

    /// The catalog of a system, with where it came from.
    ///
    /// # Errors
    /// As [`Catalogs::of`].
    pub fn source(&self, system: &str) -> Result<Source, Failed> {
        let sheets = self.sheets()?;
        let Some(sheet) = sheets.iter().find(|sheet| sheet.system == system) else {
            let known = sheets.iter().map(|sheet| sheet.system.as_str());
            let hint = match nearest(system, known) {
                Some(near) => format!("did you mean `{near}`? --catalog DIR adds one"),
                None => "--catalog DIR adds one".into(),
            };
            return Err(Failed::hinted(
                format!("there is no catalog for {system}"),
                hint,
            ));
        };
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let catalog = match read.get(system) {
            Some(catalog) => catalog.clone(),
            None => {
                let found = whole(&sheet.file, &sheet.text, sheets).map_err(Failed::Files)?;
                let found = Arc::new(found);
                read.insert(system.to_owned(), found.clone());
                found
            }
        };
        Ok(Source {
            from: sheet.file.clone(),
            text: sheet.text.clone(),
            catalog,
        })
    }

    /// The catalog of a system, or one in a file: a name with a dot or a slash in it is a file.
    ///
    /// # Errors
    /// As [`Catalogs::of`].
    pub fn named(&self, of: &str) -> Result<Source, Failed> {
        if !of.contains(['.', '/']) {
            return self.source(of);
        }
        self.file(Path::new(of))
    }

    /// The catalog in a file, put together with what it extends of those in use.
    ///
    /// # Errors
    /// As [`Catalogs::of`].
    pub fn file(&self, path: &Path) -> Result<Source, Failed> {
        let from = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(unreadable(path))?;
        let catalog = whole(&from, &text, self.sheets()?).map_err(Failed::Files)?;
        Ok(Source {
            from,
            text,
            catalog: Arc::new(catalog),
        })
    }

    /// All of them, by system.
    ///
    /// # Errors
    /// Where a file cannot be read or does not fit.
    pub fn all(&self) -> Result<Vec<Source>, Failed> {
        let sheets = self.sheets()?;
        sheets
            .iter()
            .map(|sheet| self.source(&sheet.system))
            .collect()
    }

    fn sheets(&self) -> Result<&[Sheet], Failed> {
        if let Some(sheets) = self.sheets.get() {
            return Ok(sheets);
        }
        let mut all: Vec<Sheet> = match &self.folder {
            Some(folder) => files(folder)?,
            None => Vec::new(),
        };
        for (system, file, text) in BUILT_IN {
            if !all.iter().any(|sheet| sheet.system == *system) {
                all.push(Sheet {
                    system: (*system).to_owned(),
                    file: (*file).to_owned(),
                    text: (*text).to_owned(),
                });
            }
        }
        all.sort_by(|a, b| a.system.cmp(&b.system));
        Ok(self.sheets.get_or_init(|| all))
    }
}

fn unreadable(path: &Path) -> impl Fn(std::io::Error) -> Failed + use<> {
    let path = path.to_owned();
    move |source| Failed::File {
        verb: "read",
        path: path.clone(),
        source,
    }
}

fn files(folder: &Path) -> Result<Vec<Sheet>, Failed> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable(folder))? {
        let path = entry.map_err(unreadable(folder))?.path();
        let ending = path.extension().and_then(|ending| ending.to_str());
        if matches!(ending, Some("yaml" | "yml" | "json")) {
            paths.push(path);
        }
    }
    paths.sort();
    let mut found: Vec<Sheet> = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(&path).map_err(unreadable(&path))?;
        let file = path.display().to_string();
        let system = load(&file, &text).map_err(Failed::Files)?.system;
        if let Some(first) = found.iter().find(|one| one.system == system) {
            return Err(Failed::hinted(
                format!("two catalogs for {system}: {} and {file}", first.file),
                "keep one of them in the folder",
            ));
        }
        found.push(Sheet { system, file, text });
    }
    Ok(found)
}
