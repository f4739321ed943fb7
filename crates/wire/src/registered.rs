//! What is registered under a name: the cluster as its file declares it, and the waivers given for it.
//!
//! Kept as one JSON document each, the cluster first, as a file with both would be written.
//! Must never know: stores. Stories: `tests/it/waiver.rs`.

use crate::diagnostic::Diagnostic;
use crate::read::read;
use crate::v1::Object;
use crate::v1::cluster::Cluster;
use crate::v1::waiver::Waiver;
use windlass_engine::check;
use windlass_engine::time::Wall;

/// A cluster and its waivers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registered {
    /// As declared.
    pub cluster: Cluster,
    /// In the order in which they were given; each name once.
    pub waivers: Vec<Waiver>,
}

impl Registered {
    /// A cluster without waivers.
    #[must_use]
    pub fn new(cluster: Cluster) -> Self {
        Self {
            cluster,
            waivers: Vec::new(),
        }
    }

    /// What was kept; none where it holds no cluster. `name` is shown in what is wrong.
    ///
    /// # Errors
    /// Where this windlass no longer understands it.
    pub fn read(name: &str, text: &str) -> Result<Option<Self>, Vec<Diagnostic>> {
        let (mut cluster, mut waivers) = (None, Vec::new());
        for object in read(name, text)? {
            match object {
                Object::Cluster(found) => cluster = Some(*found),
                Object::Waiver(waiver) => waivers.push(*waiver),
                Object::Upgrade(_) => {}
            }
        }
        Ok(cluster.map(|cluster| Self { cluster, waivers }))
    }

    /// As it is kept.
    #[must_use]
    pub fn text(&self) -> String {
        let cluster = Object::Cluster(Box::new(self.cluster.clone()));
        let waivers = self.waivers.iter().cloned().map(Box::new);
        let all = std::iter::once(cluster).chain(waivers.map(Object::Waiver));
        let texts: Vec<String> = all.map(|object| object.to_json().to_string()).collect();
        texts.join("\n---\n")
    }

    /// The waivers that have not ended, in the engine's words.
    #[must_use]
    pub fn given(&self, now: Wall) -> Vec<check::Waiver> {
        let all = self.waivers.iter().map(Waiver::given);
        all.filter(|waiver| waiver.until > now).collect()
    }
}
