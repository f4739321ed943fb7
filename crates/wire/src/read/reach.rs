//! Reads the way to a host: `local`, or `ssh` with what `spec.ssh` says for all hosts.
//!
//! Must never know: whether anything answers there. Stories: `tests/it/ssh.rs`.

use super::member::absolute;
use super::security;
use super::upgrade::given;
use crate::diagnostic::{Code, Report};
use crate::field::{Field, Fields};
use crate::node::Value;
use crate::v1::reach::{Agent, HostKeys, Key, Reach, Ssh};
use crate::value::{self, Wrong};
use windlass_engine::time::Ms;

/// The port of ssh.
const PORT: u16 = 22;
/// Below the ten that sshd allows a connection unless told otherwise (`MaxSessions`, sshd_config(5)).
const SESSIONS: u32 = 8;
/// One for what is done, one for looks meanwhile.
const SESSIONS_MIN: u32 = 2;
/// No host has so many members that more would help.
const SESSIONS_MAX: u32 = 100;
/// Three unanswered ones end a connection: a cut is known within a quarter of a minute.
const KEEPALIVE: Ms = Ms::seconds(5);
/// A handshake takes a second; a jump host as much again.
const LIMIT: Ms = Ms::seconds(15);
/// Kinds of host keys (RFC 4253, 5656, 8709) that can be compared. RSA host keys are not: each sshd of
/// today has one of these too.
const KINDS: &[&str] = &[
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
];

/// What `ssh` of a host, or of all hosts, may say.
#[derive(Clone, Debug, Default)]
pub(super) struct Written {
    address: Option<String>,
    port: Option<u16>,
    user: Option<String>,
    host_keys: Option<HostKeys>,
    key: Option<Key>,
    agent: Option<Agent>,
    jump: Option<Ssh>,
    sessions: Option<u32>,
    keepalive: Option<Ms>,
    limit: Option<Ms>,
}

impl Written {
    /// `spec.ssh`.
    pub(super) fn defaults(field: &Field<'_>, report: &mut Report<'_>) -> Option<Self> {
        let mut fields = field.fields(report)?;
        let written = Self::read(&mut fields, report);
        let user = fields.blank("user", "whom windlass logs in as");
        fields.end(report);
        // Told here: what is missing is not told of each host again.
        written.filter(|_| !user)
    }

    fn read(fields: &mut Fields<'_>, report: &mut Report<'_>) -> Option<Self> {
        let address = fields
            .get("address")
            .map(|field| field.value(machine, report));
        let port = fields
            .get("port")
            .map(|field| field.value(value::port, report));
        let user = fields.get("user").map(|field| field.value(user, report));
        let host_key = fields
            .get("hostKey")
            .map(|field| (host_key(&field, report), field));
        let known_hosts = fields
            .get("knownHosts")
            .map(|field| field.value(security::place, report));
        let both = host_key.as_ref().filter(|_| known_hosts.is_some());
        if let Some((_, field)) = both {
            field.say(
                report,
                Code::BadValue,
                format!("`{}` and `knownHosts` are both given", field.path),
                "expected one of the two",
                None,
            );
        }
        let both = both.is_some();
        let key = fields.get("key").map(|field| key(&field, report));
        let agent = fields
            .get_even_empty("agent")
            .map(|field| agent(&field, report));
        let jump = fields.get("jump").map(|field| jump(&field, report));
        let sessions = fields
            .get("sessions")
            .map(|field| field.value(sessions, report));
        let mut length = |name| {
            let field = fields.get(name);
            field.map(|field| field.value(value::positive_length, report))
        };
        let keepalive = length("keepalive");
        let limit = length("limit");
        if both {
            return None;
        }
        let host_key = given(host_key.map(|(keys, _)| keys))?.map(HostKeys::HostKey);
        let known_hosts = given(known_hosts)?.map(HostKeys::KnownHosts);
        Some(Self {
            address: given(address)?,
            port: given(port)?,
            user: given(user)?,
            host_keys: host_key.or(known_hosts),
            key: given(key)?,
            agent: given(agent)?,
            jump: given(jump)?,
            sessions: given(sessions)?,
            keepalive: given(keepalive)?,
            limit: given(limit)?,
        })
    }

    /// This one, with what it does not say taken from the other.
    fn over(self, other: &Self) -> Self {
        // A key and an agent are one word: who we are.
        let own = self.key.is_some() || self.agent.is_some();
        let (key, agent) = match own {
            true => (self.key, self.agent),
            false => (other.key.clone(), other.agent.clone()),
        };
        Self {
            address: self.address.or_else(|| other.address.clone()),
            port: self.port.or(other.port),
            user: self.user.or_else(|| other.user.clone()),
            host_keys: self.host_keys.or_else(|| other.host_keys.clone()),
            key,
            agent,
            jump: self.jump.or_else(|| other.jump.clone()),
            sessions: self.sessions.or(other.sessions),
            keepalive: self.keepalive.or(other.keepalive),
            limit: self.limit.or(other.limit),
        }
    }

    /// Whole, or what is missing is said; `name` is the host's where it has no address.
    fn whole(self, fields: &mut Fields<'_>, name: Option<&str>) -> Option<Ssh> {
        if self.user.is_none() {
            fields.missing("user", "whom windlass logs in as");
        }
        if self.host_keys.is_none() {
            let what = "the host's public key (or `knownHosts`, a file that knows it)";
            fields.missing("hostKey", what);
        }
        if self.key.is_none() && self.agent.is_none() {
            fields.missing(
                "key",
                "where a private key lies, as {fromFile: id_ed25519} (or `agent: {}`)",
            );
        }
        let address = self.address.or_else(|| name.map(Into::into));
        if address.is_none() {
            fields.missing("address", "a name or an IP address");
        }
        (self.key.is_some() || self.agent.is_some()).then_some(())?;
        Some(Ssh {
            address: address?,
            port: self.port.unwrap_or(PORT),
            user: self.user?,
            host_keys: self.host_keys?,
            key: self.key,
            agent: self.agent,
            jump: self.jump.map(Box::new),
            sessions: self.sessions.unwrap_or(SESSIONS),
            keepalive: self.keepalive.unwrap_or(KEEPALIVE),
            limit: self.limit.unwrap_or(LIMIT),
        })
    }
}

/// The way to a host, of the fields of a host.
pub(super) fn reach(
    fields: &mut Fields<'_>,
    name: Option<&str>,
    defaults: Option<&Written>,
    report: &mut Report<'_>,
) -> Option<Reach> {
    let local = fields.get_even_empty("local");
    let ssh = fields.get_even_empty("ssh");
    match (local, ssh) {
        (Some(field), None) => {
            empty(&field, report)?;
            Some(Reach::Local {})
        }
        (None, Some(field)) => {
            let said = match field.node.value {
                Value::Empty => {
                    return bare(&field, name, defaults?, report).map(Reach::Ssh);
                }
                Value::Text(_) | Value::List(_) | Value::Map(_) => field.fields(report),
            };
            let mut fields = said?;
            let written = Written::read(&mut fields, report);
            // Where `spec.ssh` could not be read, it was told there; what is missing is not known.
            let both = written.zip(defaults);
            let ssh = both.and_then(|(own, all)| own.over(all).whole(&mut fields, name));
            fields.end(report);
            ssh.map(Reach::Ssh)
        }
        (Some(_), Some(field)) => {
            field.say(
                report,
                Code::BadValue,
                format!("`{}` and `local` are both given", field.path),
                "expected one way to the machine",
                None,
            );
            None
        }
        (None, None) => {
            let what = "how the machine is reached: `local: {}`, or `ssh` with `user` and its keys";
            fields.missing("local", what);
            None
        }
    }
}

/// `ssh:` alone: all of it is said for all hosts.
fn bare(
    field: &Field<'_>,
    name: Option<&str>,
    defaults: &Written,
    report: &mut Report<'_>,
) -> Option<Ssh> {
    let node = crate::node::Node {
        value: Value::Map(Vec::new()),
        span: field.node.span.clone(),
    };
    let object = Field {
        node: &node,
        path: field.path.clone(),
        named: field.named.clone(),
    };
    let mut fields = object.fields(report)?;
    let ssh = defaults.clone().whole(&mut fields, name);
    fields.end(report);
    ssh
}

fn empty(field: &Field<'_>, report: &mut Report<'_>) -> Option<()> {
    match field.node.value {
        Value::Empty => Some(()),
        Value::Text(_) | Value::List(_) | Value::Map(_) => {
            field.fields(report).map(|fields| fields.end(report))
        }
    }
}

/// A jump host is told whole: what holds behind it is another network.
fn jump(field: &Field<'_>, report: &mut Report<'_>) -> Option<Ssh> {
    let mut fields = field.fields(report)?;
    let written = Written::read(&mut fields, report);
    let ssh = written.and_then(|own| own.whole(&mut fields, None));
    fields.end(report);
    ssh
}

fn key(field: &Field<'_>, report: &mut Report<'_>) -> Option<Key> {
    let mut fields = security::sealed(field, &["passphrase"], report)?;
    let from = security::one_of(field, &mut fields, report);
    let passphrase = fields
        .get("passphrase")
        .map(|field| security::source(&field, report));
    fields.end(report);
    Some(Key {
        from: from?,
        passphrase: given(passphrase)?,
    })
}

fn agent(field: &Field<'_>, report: &mut Report<'_>) -> Option<Agent> {
    if let Value::Empty = field.node.value {
        return Some(Agent::default());
    }
    let mut fields = field.fields(report)?;
    let socket = fields
        .get("socket")
        .map(|field| field.value(absolute, report));
    fields.end(report);
    Some(Agent {
        socket: given(socket)?,
    })
}

fn host_key(field: &Field<'_>, report: &mut Report<'_>) -> Option<Vec<String>> {
    match &field.node.value {
        Value::List(_) => field
            .values(key_line, report)
            .filter(|keys| !keys.is_empty()),
        Value::Empty | Value::Text(_) | Value::Map(_) => {
            field.value(key_line, report).map(|line| vec![line])
        }
    }
}

/// A line as in a file that ends in `.pub`; the comment does not count.
fn key_line(text: &str) -> Result<String, Wrong> {
    const EXPECTED: &str = "a line as in /etc/ssh/ssh_host_ed25519_key.pub: ssh-ed25519 AAAA…";
    let mut words = text.split_ascii_whitespace();
    let (Some(kind), Some(key)) = (words.next(), words.next()) else {
        let mut wrong = Wrong::new(format!("`{text}` is no public key"), EXPECTED);
        if text.starts_with("SHA256:") {
            wrong.help = Some("a fingerprint names a key; the key itself belongs here".into());
        }
        return Err(wrong);
    };
    if !KINDS.contains(&kind) {
        let says = format!("`{kind}` is no kind of host key that can be compared");
        return Err(Wrong::new(says, crate::field::one_of(KINDS)));
    }
    let base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
    if !key.starts_with("AAAA") || !key.chars().all(base64) {
        return Err(Wrong::new(format!("`{key}` is no public key"), EXPECTED));
    }
    Ok(format!("{kind} {key}"))
}

fn machine(text: &str) -> Result<String, Wrong> {
    const EXPECTED: &str = "a name or an IP address, as k1.example";
    if text.contains('@') {
        let mut wrong = Wrong::new(format!("`{text}` is no address"), EXPECTED);
        wrong.help = Some("the user stands in `user`".into());
        return Err(wrong);
    }
    let is_v6 = text.parse::<std::net::Ipv6Addr>().is_ok();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    if is_v6 || (!text.is_empty() && text.chars().all(plain)) {
        return Ok(text.to_owned());
    }
    let mut wrong = Wrong::new(format!("`{text}` is no address"), EXPECTED);
    if value::address(text).is_ok() {
        wrong.help = Some("the port stands in `port`".into());
    }
    Err(wrong)
}

fn user(text: &str) -> Result<String, Wrong> {
    let odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, ':' | '@' | '/');
    match text.is_empty() || text.contains(odd) {
        true => Err(Wrong::new(
            format!("`{text}` is no user"),
            "a name as in /etc/passwd of the host",
        )),
        false => Ok(text.to_owned()),
    }
}

fn sessions(text: &str) -> Result<u32, Wrong> {
    let expected = format!("a number from {SESSIONS_MIN} to {SESSIONS_MAX}");
    match text.parse::<u32>() {
        Ok(count) if (SESSIONS_MIN..=SESSIONS_MAX).contains(&count) => Ok(count),
        Ok(_) | Err(_) => Err(Wrong::new(
            format!("`{text}` is no number of sessions that works"),
            expected,
        )),
    }
}
