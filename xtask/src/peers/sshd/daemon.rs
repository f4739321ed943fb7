//! One sshd with keys of its own in a folder of its own, and what tests do to it: stop it, start it
//! again at the same place, cut the connections it has, give it another host key.
//!
//! Must never know: anything but the standard library; the tests of other crates read this file too.

use std::fs;
use std::io::{self, Error};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Where every distribution has it.
pub const PROGRAM: &str = "/usr/sbin/sshd";
/// It answers within a second, on a loaded machine within ten.
const START_LIMIT: Duration = Duration::from_secs(30);
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// Whether there is one.
#[must_use]
pub fn found() -> bool {
    Path::new(PROGRAM).exists()
}

/// A server; ended with its value, and with it all its connections.
#[derive(Debug)]
pub struct Sshd {
    folder: PathBuf,
    port: u16,
    options: String,
    child: Option<Child>,
}

impl Sshd {
    /// Starts one on a free port of loopback; `options` are more lines for its configuration.
    ///
    /// # Errors
    /// When it cannot be started or does not answer.
    pub fn start(folder: &Path, options: &[&str]) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let mut sshd = Self {
            folder: folder.to_path_buf(),
            port,
            options: options.join("\n"),
            child: None,
        };
        for key in ["host", "user"] {
            sshd.keygen(key, "")?;
        }
        fs::copy(folder.join("user.pub"), folder.join("authorized"))?;
        fs::write(folder.join("port"), port.to_string())?;
        sshd.know()?;
        sshd.up()?;
        Ok(sshd)
    }

    /// Starts it again where it was.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn up(&mut self) -> io::Result<()> {
        let at = |name: &str| self.folder.join(name).display().to_string();
        let text = format!(
            "Port {}\nListenAddress 127.0.0.1\nHostKey {}\nAuthorizedKeysFile {}\nPidFile none\n\
             PasswordAuthentication no\nKbdInteractiveAuthentication no\nUsePAM no\n\
             StrictModes no\nPermitRootLogin yes\nLogLevel VERBOSE\n{}\n",
            self.port,
            at("host"),
            at("authorized"),
            self.options
        );
        fs::write(self.folder.join("config"), text)?;
        // Where it drops what it may do; the distribution's own start makes it.
        let _ = fs::create_dir_all("/run/sshd");
        let log = fs::File::options()
            .create(true)
            .append(true)
            .open(self.folder.join("log"))?;
        let child = Command::new(PROGRAM)
            .args(["-D", "-e", "-f", &at("config")])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()?;
        self.child = Some(child);
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            let ended = match &mut self.child {
                Some(child) => child.try_wait()?.is_some(),
                None => true,
            };
            if ended || begun.elapsed() > START_LIMIT {
                let log = fs::read_to_string(self.folder.join("log"))?;
                return Err(Error::other(format!("sshd does not answer: {log}")));
            }
            std::thread::sleep(LOOK_EVERY);
        }
        Ok(())
    }

    /// Ends it and all its connections; what runs in them goes on.
    pub fn down(&mut self) {
        if let Some(mut child) = self.child.take() {
            let sessions = children(child.id());
            let _ = child.kill();
            let _ = child.wait();
            end(&sessions);
        }
    }

    /// Cuts the connections that it has now, and takes new ones.
    pub fn cut(&self) {
        if let Some(child) = &self.child {
            end(&children(child.id()));
        }
    }

    /// The connections that it has now.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.child
            .as_ref()
            .map_or(0, |child| children(child.id()).len())
    }

    /// A new key pair in its folder, with this passphrase; what had the name before is gone.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn keygen(&self, name: &str, passphrase: &str) -> io::Result<PathBuf> {
        let path = self.folder.join(name);
        let _ = fs::remove_file(&path);
        let done = Command::new("ssh-keygen")
            .args(["-q", "-t", "ed25519", "-N", passphrase, "-C", name, "-f"])
            .arg(&path)
            .stdin(Stdio::null())
            .status()?;
        match done.success() {
            true => Ok(path),
            false => Err(Error::other("ssh-keygen failed")),
        }
    }

    /// Writes its host key where clients know hosts from.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn know(&self) -> io::Result<()> {
        let line = format!("[127.0.0.1]:{} {}", self.port, self.host_key()?);
        fs::write(self.known_hosts(), line)
    }

    /// Its public host key, as one line.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn host_key(&self) -> io::Result<String> {
        fs::read_to_string(self.folder.join("host.pub"))
    }

    /// Where it listens on loopback.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// A file that knows its host key.
    #[must_use]
    pub fn known_hosts(&self) -> PathBuf {
        self.folder.join("known_hosts")
    }

    /// A private key that it lets in.
    #[must_use]
    pub fn user_key(&self) -> PathBuf {
        self.folder.join("user")
    }

    /// What it wrote.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        self.down();
    }
}

/// The name of whoever runs this: whom a server of ours lets in.
///
/// # Errors
/// When `id` cannot be run.
pub fn user() -> io::Result<String> {
    let output = Command::new("id").arg("-un").output()?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn children(parent: u32) -> Vec<u32> {
    let all = fs::read_dir("/proc").into_iter().flatten();
    let pids = all.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(|pid| {
        let text = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let parent_of = text
            .rsplit_once(") ")
            .and_then(|(_, rest)| rest.split(' ').nth(1)?.parse().ok());
        parent_of == Some(parent)
    })
    .collect()
}

fn end(pids: &[u32]) {
    let pids: Vec<String> = pids.iter().map(ToString::to_string).collect();
    if !pids.is_empty() {
        let _ = Command::new("kill").arg("-KILL").args(&pids).status();
    }
}
