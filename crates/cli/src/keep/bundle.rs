//! `windlass bundle`: what whoever helps needs, in one file, without secrets.
//!
//! Must never know: what is secret; `mask` does. Stories: `tests/it/keep.rs`.

use super::doctor::{Doctor, examined};
use super::mask::Mask;
use super::size;
use crate::args::Global;
use crate::args::keep::BundleArgs;
use crate::context::{Bare, Context, beside};
use crate::exit::{Exit, Failed};
use crate::live::told::told;
use crate::render::table::{Cell, Table};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Serialize;
use serde_json::Value;
use std::fs::OpenOptions;
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use windlass_runner::ports::store::RunRow;
use windlass_stores::sqlite::Opening;
use windlass_wire::v1::API_VERSION;

/// Of a carrier's log so much is packed, from its end: days of a large run.
const LOG_BYTES: u64 = 1024 * 1024;
/// Runs that are listed.
const RUNS: usize = 1_000;
/// The folder in the archive.
const FOLDER: &str = "windlass-bundle";

/// A bundle that was written, for programs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Bundle {
    /// `windlass.dev/v1`
    api_version: &'static str,
    /// `Bundle`
    kind: &'static str,
    /// The file; none: it was only listed.
    file: Option<String>,
    /// What is inside.
    items: Vec<Packed>,
}

/// A file in a bundle, for programs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Packed {
    /// Its path in the archive.
    path: String,
    /// Its length.
    bytes: usize,
    /// What it holds.
    holds: &'static str,
}

struct Item {
    path: String,
    holds: &'static str,
    text: String,
}

/// What is packed, and how it is masked.
#[derive(Default)]
struct Pack {
    mask: Mask,
    items: Vec<Item>,
}

impl Pack {
    fn text(&mut self, path: &str, holds: &'static str, text: &str) {
        self.items.push(Item {
            path: path.into(),
            holds,
            text: self.mask.text(text),
        });
    }

    fn data<T: Serialize>(
        &mut self,
        path: &str,
        holds: &'static str,
        value: &T,
    ) -> Result<(), Failed> {
        let masked = self.mask.value(&serde_json::to_value(value)?);
        self.items.push(Item {
            path: path.into(),
            holds,
            text: serde_json::to_string_pretty(&masked)? + "\n",
        });
        Ok(())
    }
}

/// Runs it.
///
/// # Errors
/// Where there is no such run, or the file cannot be written.
pub async fn run(
    global: &Global,
    bare: Bare,
    store: &Path,
    args: &BundleArgs,
) -> Result<Exit, Failed> {
    if args.to.exists() && !args.force && !args.dry_run {
        return Err(Failed::hinted(
            format!("{} is there already", args.to.display()),
            "give another name, or --force to take its place",
        ));
    }
    let outlet = crate::outlet::Outlet::new(global);
    let pack = packed(global, bare, store, args).await?;
    let items: Vec<Packed> = pack
        .items
        .iter()
        .map(|item| Packed {
            path: item.path.clone(),
            bytes: item.text.len(),
            holds: item.holds,
        })
        .collect();
    if !outlet.is_data() {
        let mut table = Table::new(&["FILE", "SIZE", "HOLDS"]);
        for item in &items {
            table.row(vec![
                Cell::plain(item.path.clone()),
                Cell::plain(size(u64::try_from(item.bytes).unwrap_or(u64::MAX))),
                Cell::plain(item.holds),
            ]);
        }
        outlet.lines(table.lines(&outlet));
        outlet.told("  values of environments, arguments, prepared texts, and what looks like a secret stand as ***");
    }
    if !args.dry_run {
        write(&args.to, &pack)?;
        if !outlet.is_data() {
            outlet.line(&format!("{} {}", outlet.style.ok(), args.to.display()));
            outlet.told("  look it over before you hand it on: tar -xzOf FILE shows all of it");
        }
    }
    if outlet.is_data() {
        outlet.data(&Bundle {
            api_version: API_VERSION,
            kind: "Bundle",
            file: (!args.dry_run).then(|| args.to.display().to_string()),
            items,
        });
    }
    Ok(Exit::Done)
}

async fn packed(
    global: &Global,
    bare: Bare,
    store: &Path,
    args: &BundleArgs,
) -> Result<Pack, Failed> {
    let mut pack = Pack::default();
    let version = crate::data::version::view(&bare)?;
    let report = examined(store);
    match Context::open(global, bare, Opening::Look) {
        Ok(context) => of_store(&context, args, &mut pack).await?,
        // A store that cannot be opened is told of all the same: that may be what help is sought for.
        Err(why) => pack.text(
            "store-error.txt",
            "why the store cannot be read",
            &why.to_string(),
        ),
    }
    pack.data(
        "version.json",
        "versions of windlass and its catalogs",
        &version,
    )?;
    pack.text("machine.txt", "the system it runs on", &machine());
    if let Ok(report) = report {
        let doctor = Doctor::of(store, &report, None);
        pack.data("doctor.json", "what the doctor says of the store", &doctor)?;
    }
    Ok(pack)
}

/// Cluster files first: what is secret in them is known from then on.
async fn of_store(context: &Context, args: &BundleArgs, pack: &mut Pack) -> Result<(), Failed> {
    let store = &context.world.store;
    let row = match &args.of {
        Some(of) => Some(context.run_ref(of).await),
        None => None,
    };
    // A cluster without any run has its file all the same.
    let (row, named) = match row {
        None => (None, None),
        Some(Ok(row)) => {
            let cluster = row.cluster.clone();
            (Some(row), Some(cluster))
        }
        Some(Err(why)) => {
            let name = args.of.as_deref().unwrap_or_default().into();
            if store.registered(&name).await?.is_none() {
                return Err(why);
            }
            (None, Some(name))
        }
    };
    let mut files = Vec::new();
    for registration in store.registrations().await? {
        // The cluster's own object stands first; one that is no longer understood is packed all the same.
        let mut objects = serde_json::Deserializer::from_str(&registration.object).into_iter();
        let object: Value = objects.next().transpose()?.unwrap_or_default();
        // All are read, so that the secrets of one are masked in the log of another.
        let masked = pack.mask.object(&object);
        if named.as_ref().is_none_or(|name| *name == registration.name) {
            files.push((registration.name, masked));
        }
    }
    for (name, masked) in files {
        pack.data(
            &format!("clusters/{name}.json"),
            "its file, masked",
            &masked,
        )?;
    }
    let rows = store.runs(named.as_ref(), RUNS).await?;
    let lines: Vec<_> = rows.iter().map(crate::live::line).collect();
    pack.data("runs.json", "its runs", &lines)?;
    if let Some(row) = row {
        of_run(context, row, pack).await?;
    }
    Ok(())
}

async fn of_run(context: &Context, row: RunRow, pack: &mut Pack) -> Result<(), Failed> {
    let folder = format!("run-{}", row.run);
    let log = beside(&context.store_path)
        .join("logs")
        .join(format!("run-{}.log", row.run));
    match told(context, row).await {
        Ok(told) => {
            pack.data(
                &format!("{folder}/status.json"),
                "where it stands",
                &told.status,
            )?;
            pack.data(
                &format!("{folder}/events.json"),
                "its journal",
                &told.events,
            )?;
            if let Some(snapshot) = &told.snapshot {
                pack.data(
                    &format!("{folder}/snapshot.json"),
                    "the cluster as last seen",
                    snapshot,
                )?;
            }
        }
        Err(why) => pack.text(
            &format!("{folder}/error.txt"),
            "why its journal cannot be read",
            &why.to_string(),
        ),
    }
    if log.exists() {
        let text = tail(&log).map_err(|source| Failed::File {
            verb: "read",
            path: log,
            source,
        })?;
        pack.text(
            &format!("{folder}/carrier.log"),
            "the end of its carrier's log",
            &text,
        );
    }
    Ok(())
}

fn tail(log: &Path) -> std::io::Result<String> {
    let mut file = std::fs::File::open(log)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(LOG_BYTES)))?;
    let mut bytes = Vec::new();
    file.take(LOG_BYTES).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn machine() -> String {
    let about = rustix::system::uname();
    format!(
        "{} {} {}\n",
        about.sysname().to_string_lossy(),
        about.release().to_string_lossy(),
        about.machine().to_string_lossy()
    )
}

fn write(to: &Path, pack: &Pack) -> Result<(), Failed> {
    let mut part = to.as_os_str().to_owned();
    part.push(".part");
    let part = std::path::PathBuf::from(part);
    let pack_into = || -> std::io::Result<()> {
        let file = OpenOptions::new()
            .create(true)
            .truncate(true)
            .write(true)
            .mode(0o600)
            .open(&part)?;
        let mut archive = tar::Builder::new(GzEncoder::new(file, Compression::default()));
        for item in &pack.items {
            let mut header = tar::Header::new_gnu();
            header.set_size(u64::try_from(item.text.len()).unwrap_or(u64::MAX));
            header.set_mode(0o600);
            let path = format!("{FOLDER}/{}", item.path);
            archive.append_data(&mut header, path, item.text.as_bytes())?;
        }
        let mut file = archive.into_inner()?.finish()?;
        file.flush()?;
        file.sync_all()?;
        std::fs::rename(&part, to)
    };
    pack_into().map_err(|source| Failed::File {
        verb: "write",
        path: to.to_owned(),
        source,
    })
}
