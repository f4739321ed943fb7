//! Reads `kind: Cluster`.
//!
//! Must never know: whether anything answers at the addresses. Stories: `tests/it/errors.rs`.

use super::member::{self, Seen, Written};
use super::policy;
use super::reach;
use super::security;
use super::upgrade::given;
use crate::diagnostic::{Code, Report};
use crate::field::{Field, Fields};
use crate::node::Value;
use crate::template::{self, IN_FETCHES, IN_RELEASES};
use crate::v1::API_VERSION;
use crate::v1::cluster::{
    Cluster, ClusterSpec, Copied, Fetch, Host, Kafka, Metadata, Release, System,
};
use crate::value::{self, Address, Wrong};
use std::collections::BTreeMap;
use windlass_engine::hash::Hash;
use windlass_engine::version::Version;

pub(super) fn cluster(
    metadata: Option<Field<'_>>,
    spec: Option<Field<'_>>,
    report: &mut Report<'_>,
) -> Option<Cluster> {
    let metadata = metadata.and_then(|field| self::metadata(&field, report));
    let spec = spec.and_then(|field| self::spec(&field, report));
    Some(Cluster {
        api_version: API_VERSION,
        metadata: metadata?,
        spec: spec?,
    })
}

fn metadata(field: &Field<'_>, report: &mut Report<'_>) -> Option<Metadata> {
    let mut fields = field.fields(report)?;
    let name = fields
        .need("name", "the name of the cluster")
        .and_then(|field| field.value(value::name, report));
    let labels = fields
        .get("labels")
        .map(|field| member::words(&field, |text| Ok(text.to_owned()), report));
    fields.end(report);
    Some(Metadata {
        name: name?.into(),
        labels: given(labels)?.unwrap_or_default(),
    })
}

fn spec(field: &Field<'_>, report: &mut Report<'_>) -> Option<ClusterSpec> {
    let mut fields = field.fields(report)?;
    let system = fields
        .need("system", "the kind of cluster, as kafka")
        .and_then(|field| {
            field.value(
                |text| {
                    value::choice(text, System::KNOWN).map_err(|mut wrong| {
                        wrong.code = Code::UnknownSystem;
                        wrong
                    })
                },
                report,
            )
        });
    let kafka = match system {
        Some(System::Kafka) => fields
            .need("kafka", "an object with `bootstrap`")
            .and_then(|field| kafka(&field, report)),
        // Without a system nobody knows which section belongs here; ours is not called unknown.
        None => {
            fields.get("kafka");
            None
        }
    };
    let release = fields.get("release").map(|field| release(&field, report));
    let defaults = fields
        .get("defaults")
        .map(|field| Written::defaults(&field, report));
    let defaults = given(defaults).map(Option::unwrap_or_default);
    let ssh = fields
        .get("ssh")
        .map(|field| reach::Written::defaults(&field, report));
    let ssh = given(ssh).map(Option::unwrap_or_default);
    let said = Said {
        members: defaults.clone().unwrap_or_default(),
        ssh: ssh.clone(),
    };
    let hosts = fields
        .get("hosts")
        .map(|field| hosts(&field, &said, report));
    let policy = fields
        .get("policy")
        .map(|field| policy::policy(&field, report));
    if release.is_none() && hosts.is_some() {
        fields.missing("release", "where releases lie, as \"/opt/kafka/{version}\"");
    }
    fields.end(report);
    defaults?;
    ssh?;
    Some(ClusterSpec {
        system: system?,
        kafka: kafka?,
        release: given(release)?,
        hosts: given(hosts)?.unwrap_or_default(),
        policy: given(policy)?.unwrap_or_default(),
    })
}

fn kafka(field: &Field<'_>, report: &mut Report<'_>) -> Option<Kafka> {
    let mut fields = field.fields(report)?;
    let bootstrap = fields
        .need("bootstrap", "a list of HOST:PORT")
        .and_then(|field| bootstrap(&field, report));
    // `security:` without a value is told as such: it must not read as no security.
    let mut guarded = |name| {
        let field = fields.get_even_empty(name)?;
        Some(security::security(&field, report))
    };
    let security = guarded("security");
    let controller_security = guarded("controllerSecurity");
    fields.end(report);
    Some(Kafka {
        bootstrap: bootstrap?,
        security: given(security)?,
        controller_security: given(controller_security)?,
    })
}

fn bootstrap(field: &Field<'_>, report: &mut Report<'_>) -> Option<Vec<Address>> {
    let items = field.list(report)?;
    if items.is_empty() {
        field.say(
            report,
            Code::BadValue,
            format!("`{}` is empty", field.path),
            "expected at least one HOST:PORT",
            None,
        );
        return None;
    }
    let mut addresses: Vec<Option<Address>> = Vec::new();
    for item in &items {
        let address = item.value(value::address, report);
        if address.is_some() && addresses.contains(&address) {
            item.say(
                report,
                Code::DuplicateName,
                format!("`{}` stands in the list already", item.path),
                "given twice",
                Some("keep one of the two".into()),
            );
        }
        addresses.push(address);
    }
    addresses.into_iter().collect()
}

fn release(field: &Field<'_>, report: &mut Report<'_>) -> Option<Release> {
    let object = matches!(field.node.value, Value::Map(_));
    let ways = ["fetch", "copy"];
    if !object || field.unquoted().is_some_and(|name| !ways.contains(&name)) {
        return field.value(folder, report).map(Release::Folder);
    }
    let mut fields = field.fields(report)?;
    let release = match fields.get("copy") {
        Some(field) => copy(&field, report).map(Release::Copy),
        None => fields
            .need(
                "fetch",
                "an object with `command`, `into`, `checksum` (or `copy`)",
            )
            .and_then(|field| fetch(&field, report))
            .map(Release::Fetch),
    };
    fields.end(report);
    release
}

fn copy(field: &Field<'_>, report: &mut Report<'_>) -> Option<Copied> {
    let mut fields = field.fields(report)?;
    let from = fields
        .need("from", "where each release lies here, with {version} in it")
        .and_then(|field| field.value(folder, report));
    let into = fields
        .need("into", "the folder of a release, with {version} in it")
        .and_then(|field| field.value(folder, report));
    let checksum = fields.get("checksum").map(|field| sums(&field, report));
    fields.end(report);
    Some(Copied {
        from: from?,
        into: into?,
        checksum: given(checksum)?.unwrap_or_default(),
    })
}

/// `sha256:…` by release.
fn sums(field: &Field<'_>, report: &mut Report<'_>) -> Option<BTreeMap<Version, Hash>> {
    let mut sums = BTreeMap::new();
    let mut whole = Some(());
    for (entry, field) in field.pairs(report)? {
        let version = value::version(&entry.key);
        let sum = match version {
            Ok(_) => field.value(value::checksum, report),
            Err(_) => None,
        };
        match (version, sum) {
            (Ok(version), Some(sum)) => {
                sums.insert(version, sum);
            }
            (Ok(_), None) => whole = None,
            (Err(wrong), _) => {
                let label = format!("expected {}", wrong.expected);
                field.say_of_name(report, wrong.says, label);
                whole = None;
            }
        }
    }
    whole.map(|()| sums)
}

fn folder(text: &str) -> Result<String, Wrong> {
    const EXPECTED: &str = "an absolute path with {version} in it, as /opt/kafka/{version}";
    template::check(text, IN_RELEASES)?;
    if !text.starts_with('/') {
        return Err(Wrong::new(
            format!("`{text}` is no absolute path"),
            EXPECTED,
        ));
    }
    if !template::uses(text, "version") {
        return Err(Wrong::new(
            format!("`{text}` is the same for each release"),
            EXPECTED,
        ));
    }
    Ok(text.to_owned())
}

fn fetch(field: &Field<'_>, report: &mut Report<'_>) -> Option<Fetch> {
    let mut fields = field.fields(report)?;
    let command = fields
        .need("command", "an argument list")
        .and_then(|field| member::command(&field, IN_FETCHES, report));
    let into = fields
        .need("into", "the folder of a release, with {version} in it")
        .and_then(|field| field.value(folder, report));
    let checksum = fields
        .need("checksum", "sha256:… by release")
        .and_then(|field| sums(&field, report));
    fields.end(report);
    Some(Fetch {
        command: command?,
        into: into?,
        checksum: checksum?,
    })
}

/// What is said once for all hosts.
struct Said {
    members: Written,
    /// None where it could not be read.
    ssh: Option<reach::Written>,
}

fn hosts(field: &Field<'_>, said: &Said, report: &mut Report<'_>) -> Option<Vec<Host>> {
    let mut seen = Seen::default();
    let mut names: Vec<String> = Vec::new();
    let items = field.list(report)?;
    let mut hosts = Vec::new();
    for item in &items {
        let Some(fields) = item.fields(report) else {
            hosts.push(None);
            continue;
        };
        hosts.push(host(fields, said, &mut seen, &mut names, report));
    }
    hosts.into_iter().collect()
}

fn host(
    mut fields: Fields<'_>,
    said: &Said,
    seen: &mut Seen,
    names: &mut Vec<String>,
    report: &mut Report<'_>,
) -> Option<Host> {
    let name = fields
        .need("name", "the name of the machine")
        .and_then(|field| {
            let name = field.value(value::name, report)?;
            if names.contains(&name) {
                field.say(
                    report,
                    Code::DuplicateName,
                    format!("host `{name}` is given twice"),
                    "another host has this name",
                    Some("put all its members under one".into()),
                );
            }
            names.push(name.clone());
            Some(name)
        });
    let reach = reach::reach(&mut fields, name.as_deref(), said.ssh.as_ref(), report);
    let own = fields
        .get("defaults")
        .map(|field| Written::defaults(&field, report));
    let own = given(own).map(Option::unwrap_or_default);
    let defaults = own.clone().unwrap_or_default().over(&said.members);
    let host = name.clone().unwrap_or_default();
    let members = fields
        .need("members", "a list of members")
        .and_then(|field| {
            let items = field.list(report)?;
            let read: Vec<_> = items
                .iter()
                .map(|item| member::member(item, &host, &defaults, seen, report))
                .collect();
            read.into_iter().collect()
        });
    fields.end(report);
    own?;
    Some(Host {
        name: name?,
        reach: reach?,
        members: members?,
    })
}
