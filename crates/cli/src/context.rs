//! What a command has at hand: the store behind its desk, the world, catalogs, and where output goes.
//!
//! Must never know: commands. Stories: `tests/it/usage.rs`.

use crate::args::Global;
use crate::assemble::Assembly;
use crate::catalogs::Catalogs;
use crate::demo::stage::Stage;
use crate::environment;
use crate::exit::Failed;
use crate::outlet::Outlet;
use jiff::tz::TimeZone;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use windlass_engine::names::{ClusterName, RunId};
use windlass_runner::bell::Bell;
use windlass_runner::desk::Desk;
use windlass_runner::ports::store::{RunRow, StoreError};
use windlass_runner::system::SystemClock;
use windlass_runner::world::{Targets, World};
use windlass_stores::sqlite::{Opening, SqliteStore};

/// What a command has that needs no store.
#[derive(Debug)]
pub struct Bare {
    /// Where output goes.
    pub outlet: Outlet,
    /// The makers' facts.
    pub catalogs: Arc<Catalogs>,
    /// Joins declarations with hosts and systems.
    pub assembly: Arc<Assembly>,
    /// The zone of this user.
    pub zone: TimeZone,
}

impl Bare {
    /// As the options and the environment say.
    #[must_use]
    pub fn new(global: &Global) -> Self {
        let catalogs = Arc::new(Catalogs::new(global.catalog.clone()));
        Self {
            outlet: Outlet::new(global),
            assembly: Arc::new(Assembly::new(catalogs.clone(), agent())),
            catalogs,
            zone: TimeZone::system(),
        }
    }
}

/// What a command has at hand.
#[derive(Debug)]
pub struct Context {
    /// The one path in.
    pub desk: Desk,
    /// Every port.
    pub world: World,
    /// The file that remembers.
    pub store_path: PathBuf,
    /// Beside the store: `bells`, `leases`, `logs`.
    pub folder: PathBuf,
    /// Where output goes.
    pub outlet: Outlet,
    /// The makers' facts.
    pub catalogs: Arc<Catalogs>,
    /// Joins declarations with hosts and systems.
    pub assembly: Arc<Assembly>,
    /// Where false clusters are played; none: the store is no demo's.
    pub stage: Option<Arc<Stage>>,
    /// Who is at the keyboard: `anna@laptop`.
    pub user: String,
    /// The zone of this user.
    pub zone: TimeZone,
    /// A carrier hangs its bell here; hints of effects go to it.
    pub news: Arc<OnceLock<Arc<Bell>>>,
}

impl Context {
    /// Opens the store and stands everything in front of it.
    ///
    /// # Errors
    /// Where there is no place for the store, or it cannot be opened.
    pub fn open(global: &Global, bare: Bare, opening: Opening) -> Result<Self, Failed> {
        let store_path = store_path(global)?;
        let file = |source| Failed::File {
            verb: "open",
            path: store_path.clone(),
            source,
        };
        if let Some(parent) = store_path.parent().filter(|p| !p.as_os_str().is_empty()) {
            std::fs::create_dir_all(parent).map_err(file)?;
        }
        let store =
            SqliteStore::open(&store_path, opening).map_err(|why| opened(&store_path, &why))?;
        let folder = beside(&store_path);
        let assembly = bare.assembly;
        let stage = Stage::beside(&folder);
        // From a demo's store no real cluster is ever reached.
        let targets: Arc<dyn Targets> = match &stage {
            Some(stage) => stage.clone(),
            None => assembly.clone(),
        };
        let news: Arc<OnceLock<Arc<Bell>>> = Arc::default();
        let told = news.clone();
        let host = host();
        let world = World {
            store: Arc::new(store),
            clock: Arc::new(SystemClock::new()),
            targets,
            news: Arc::new(move |run, hint| {
                if let Some(bell) = told.get() {
                    bell.tell(run, hint);
                }
            }),
            holder: format!("windlass on {host}, pid {}", std::process::id()),
        };
        Ok(Self {
            desk: Desk::new(world.clone()),
            world,
            folder,
            store_path,
            outlet: bare.outlet,
            catalogs: bare.catalogs,
            assembly,
            stage,
            user: user(&host),
            zone: bare.zone,
            news,
        })
    }

    /// A run by its number, or the live or newest run of a cluster.
    ///
    /// # Errors
    /// Where there is no such run or cluster.
    pub async fn run_ref(&self, of: &str) -> Result<RunRow, Failed> {
        if of.bytes().all(|byte| byte.is_ascii_digit()) {
            return match self.world.store.run(&RunId::from(of)).await {
                Ok(row) => Ok(row),
                Err(StoreError::Missing(_)) => Err(Failed::hinted(
                    format!("there is no run {of}"),
                    "`windlass runs` lists them",
                )),
                Err(other) => Err(other.into()),
            };
        }
        let name = ClusterName::from(of);
        self.desk.registered(&name).await?;
        let live = self.world.store.live().await?;
        match live.into_iter().find(|row| row.cluster == name) {
            Some(row) => Ok(row),
            None => Ok(self.desk.run_of(&name).await?),
        }
    }

    /// The folder of the carriers' bells.
    #[must_use]
    pub fn bells(&self) -> PathBuf {
        self.folder.join("bells")
    }

    /// The present.
    #[must_use]
    pub fn now(&self) -> windlass_engine::time::Now {
        self.world.clock.now()
    }
}

/// Leases, bells and logs lie in a folder beside the store, named after it.
#[must_use]
pub fn beside(store: &Path) -> PathBuf {
    let mut name = store.as_os_str().to_owned();
    name.push(".d");
    PathBuf::from(name)
}

/// Who is at the keyboard: `anna@laptop`.
#[must_use]
pub fn who() -> String {
    user(&host())
}

/// The file that remembers.
///
/// # Errors
/// Where nothing says where it lies.
pub fn store_path(global: &Global) -> Result<PathBuf, Failed> {
    if let Some(path) = &global.store {
        return Ok(path.clone());
    }
    let state = environment::folder("XDG_STATE_HOME")
        .or_else(|| environment::folder("HOME").map(|home| home.join(".local/state")));
    match state {
        Some(state) => Ok(state.join("windlass").join("windlass.db")),
        None => Err(Failed::hinted(
            "there is no place for the store: neither XDG_STATE_HOME nor HOME is set",
            "name one with --store FILE or WINDLASS_STORE",
        )),
    }
}

fn opened(path: &Path, why: &StoreError) -> Failed {
    let path = path.display();
    match why {
        StoreError::Damaged(_) => Failed::hinted(
            format!("{why} ({path})"),
            "nothing was changed; `windlass doctor` names all that is hurt, `windlass restore FILE` puts a backup in its place",
        ),
        StoreError::Newer { .. }
        | StoreError::Full
        | StoreError::Missing(_)
        | StoreError::Failed(_) => Failed::says(format!("{why} ({path})")),
    }
}

fn host() -> String {
    let name = rustix::system::uname();
    name.nodename().to_string_lossy().into_owned()
}

/// Who is recorded as the author of commands.
fn user(host: &str) -> String {
    let name = environment::text("USER").or_else(|| environment::text("LOGNAME"));
    let name = name.unwrap_or_else(|| format!("uid {}", rustix::process::getuid().as_raw()));
    let name: String = name.chars().filter(|letter| !letter.is_control()).collect();
    format!("{name}@{host}")
}

/// The socket of this user's ssh-agent, as ssh itself finds it.
fn agent() -> Option<PathBuf> {
    environment::folder("SSH_AUTH_SOCK")
}
