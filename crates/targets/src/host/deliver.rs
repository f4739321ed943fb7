//! How a release comes to its host: it lies there, is fetched there by a declared command, or is sent
//! from here. What is sent comes in one piece or in several: the host keeps what it got, under the
//! checksum of the whole, and the next attempt goes on from there.
//!
//! Must never know: by which way the host is reached. Stories: `tests/it/host_release.rs`, `tests/it/ssh.rs`.

use super::call::{Ask, Body, Said, Unsaid, Verb};
use super::deed::Deed;
use super::spec::ReleaseSource;
use sha2::{Digest, Sha256};
use std::io::SeekFrom;
use std::process::Stdio;
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio::process::Command;
use windlass_engine::hash::Hash;
use windlass_engine::version::Version;

/// A piece of what is read: large enough that system calls do not count.
const BLOCK_BYTES: usize = 256 * 1024;
/// Each of them brings at least something; a way that is cut more often than this is no way.
const CUTS_MAX: u32 = 20;
/// Whether the release lies on the host whole and is what it says it is; in words, why not.
pub(super) async fn ready(ask: Ask<'_>, version: &Version) -> Result<(), String> {
    let deed = ask.spec.deed(ask.places, version);
    let mut deed = deed.map_err(|why| why.to_string())?;
    if let ReleaseSource::Fetch { .. } = ask.spec.release
        && deed.checksum.is_none()
    {
        // Only what lies there already can be used.
        let said = check(ask, version, &deed).await?;
        return match said.word.as_str() {
            "ready" => Ok(()),
            _ => Err(format!(
                "{}, and it is not fetched: no SHA-256 is declared for {version}",
                said.part(0)
            )),
        };
    }
    let mut packed = None;
    let mut had = 0;
    let mut cuts = 0;
    loop {
        let said = check(ask, version, &deed).await?;
        let offset = match said.word.as_str() {
            "ready" => return Ok(()),
            "wanting" => said.part(0).parse::<u64>().unwrap_or(0),
            _ => return Err(said.part(0).into()),
        };
        let Some(packed) = &packed else {
            let read = Packed::read(deed.from.clone().unwrap_or_default()).await?;
            deed.source = Some(read.hash);
            packed = Some(read);
            continue;
        };
        if offset < had || cuts > CUTS_MAX {
            return Err(format!(
                "{version} could not be sent: the way to the host is cut again and again"
            ));
        }
        (had, cuts) = (offset, cuts + 1);
        let verb = Verb::Receive {
            version,
            deed: &deed,
            size: packed.size,
            offset,
        };
        let body = packed.body(offset).await?;
        match ask.run(verb, Some(body)).await {
            Ok(said) => match said.word.as_str() {
                "received" | "partial" => {}
                // Another member of that host sends it: asking what it has waits for that a while.
                "busy" => cuts = 0,
                _ => return Err(said.part(0).into()),
            },
            // Asked again what it has by now; where it does not answer at all, that says why.
            Err(Unsaid::Ended(_)) => {}
            Err(Unsaid::NotRun(why)) => return Err(why.to_string()),
        }
    }
}

async fn check(ask: Ask<'_>, version: &Version, deed: &Deed) -> Result<Said, String> {
    let verb = Verb::Ready { version, deed };
    ask.run(verb, None).await.map_err(Unsaid::words)
}

/// A release that lies here, as one stream of bytes: an archive as it is, a folder packed the same
/// way each time.
struct Packed {
    from: String,
    folder: bool,
    size: u64,
    hash: Hash,
}

impl Packed {
    async fn read(from: String) -> Result<Self, String> {
        let about = tokio::fs::metadata(&from).await;
        let about = about.map_err(|why| format!("{from} cannot be sent: {why}"))?;
        let mut packed = Self {
            folder: about.is_dir(),
            from,
            size: 0,
            hash: Hash::of(&[]),
        };
        let mut body = packed.body(0).await?;
        let mut hasher = Sha256::new();
        let mut block = vec![0; BLOCK_BYTES];
        loop {
            let read = body.read(&mut block).await;
            let read = read.map_err(|why| format!("{}: {why}", packed.from))?;
            let Some(bytes) = block.get(..read).filter(|bytes| !bytes.is_empty()) else {
                break;
            };
            hasher.update(bytes);
            packed.size += bytes.len() as u64;
        }
        packed.hash = Hash(hasher.finalize().into());
        Ok(packed)
    }

    /// From an offset on.
    async fn body(&self, offset: u64) -> Result<Body, String> {
        let words = |why: std::io::Error| format!("{} cannot be sent: {why}", self.from);
        if !self.folder {
            let mut file = File::open(&self.from).await.map_err(words)?;
            file.seek(SeekFrom::Start(offset)).await.map_err(words)?;
            return Ok(Box::new(file));
        }
        let mut tar = Command::new("tar")
            .args(["--sort=name", "--mtime=@0", "--owner=0", "--group=0"])
            .args([
                "--numeric-owner",
                "--format=gnu",
                "-C",
                &self.from,
                "-cf",
                "-",
                ".",
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(words)?;
        let output = tar.stdout.take();
        let mut output = output.ok_or_else(|| format!("{} cannot be packed", self.from))?;
        let mut before = (&mut output).take(offset);
        tokio::io::copy(&mut before, &mut tokio::io::sink())
            .await
            .map_err(words)?;
        Ok(Box::new(Tar { output, _tar: tar }))
    }
}

/// What a packer writes; it ends with us.
struct Tar {
    output: tokio::process::ChildStdout,
    _tar: tokio::process::Child,
}

impl tokio::io::AsyncRead for Tar {
    fn poll_read(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
        buffer: &mut tokio::io::ReadBuf<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        std::pin::Pin::new(&mut self.output).poll_read(context, buffer)
    }
}
