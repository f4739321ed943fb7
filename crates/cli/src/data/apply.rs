//! `windlass apply`: files become registrations and requests; what changes is shown.
//!
//! All files are read before anything is changed.
//! Must never know: how files are read. Stories: `tests/it/files.rs`.

mod waiver;

use crate::args::data::ApplyArgs;
use crate::assemble;
use crate::context::Context;
use crate::exit::{Exit, Failed};
use crate::outlet::style::Tone;
use crate::render::{count, flowing};
use serde::Serialize;
use std::io::Read;
use std::path::Path;
use windlass_engine::names::{ClusterName, RunId};
use windlass_engine::plan::Goal;
use windlass_engine::policy::Policy;
use windlass_engine::run::event::Approval;
use windlass_runner::desk::Asked;
use windlass_runner::ports::store::{Created, Registration};
use windlass_wire::convert::{ClusterDeclared, UpgradeAsked};
use windlass_wire::diff::{Change, diff};
use windlass_wire::registered::Registered;
use windlass_wire::v1::cluster::Cluster;
use windlass_wire::v1::reach::Reach;
use windlass_wire::v1::upgrade::Upgrade;
use windlass_wire::v1::{API_VERSION, Object};

/// What came of one object, for programs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Applied {
    /// `Cluster`, `Upgrade`, `Waiver`
    kind: &'static str,
    /// Its `metadata.name`.
    name: String,
    /// `new`, `changed`, `unchanged`, `asked`, `refused`
    outcome: &'static str,
    /// Whether it was only shown.
    dry_run: bool,
    /// What is different from what was registered.
    changes: Vec<Change>,
    /// The run that it asked for.
    run: Option<String>,
}

/// What came of all of them, for programs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AppliedList {
    /// `windlass.dev/v1`
    api_version: &'static str,
    /// `AppliedList`
    kind: &'static str,
    /// One for each object of the files.
    items: Vec<Applied>,
}

/// Whether anything is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    /// Yes.
    Changing,
    /// Only shown.
    Showing,
}

/// Runs it.
///
/// # Errors
/// Where a file is wrong, a cluster is not registered, or the store fails.
pub async fn run(context: &Context, args: &ApplyArgs) -> Result<Exit, Failed> {
    let objects = read(&args.files)?;
    let manner = if args.dry_run {
        Manner::Showing
    } else {
        Manner::Changing
    };
    for object in &objects {
        match object {
            Object::Waiver(waiver) => waiver::sound(context, &objects, waiver).await?,
            Object::Cluster(_) | Object::Upgrade(_) => {}
        }
    }
    let mut items = Vec::new();
    for object in &objects {
        let item = match object {
            Object::Cluster(cluster) => self::cluster(context, cluster, manner).await?,
            Object::Upgrade(upgrade) => {
                let policy = policy_of(context, &objects, &upgrade.spec.cluster).await?;
                self::upgrade(context, upgrade, &policy, manner).await?
            }
            Object::Waiver(waiver) => waiver::apply(context, waiver, manner).await?,
        };
        if !context.outlet.is_data() {
            say(context, object, &item);
        }
        items.push(item);
    }
    let refused = items.iter().any(|item| item.outcome == "refused");
    if context.outlet.is_data() {
        context.outlet.data(&AppliedList {
            api_version: API_VERSION,
            kind: "AppliedList",
            items,
        });
    }
    Ok(if refused { Exit::Refused } else { Exit::Done })
}

/// All objects of all files; everything wrong with any of them at once.
fn read(files: &[std::path::PathBuf]) -> Result<Vec<Object>, Failed> {
    let (mut objects, mut wrong) = (Vec::new(), Vec::new());
    for path in files {
        let text = text_of(path)?;
        let name = if path == Path::new("-") {
            "standard input".into()
        } else {
            path.display().to_string()
        };
        match windlass_wire::read::read(&name, &text) {
            Ok(found) => {
                let found = found.into_iter();
                objects.extend(found.map(|object| anchored(object, path)));
            }
            Err(found) => wrong.extend(found),
        }
    }
    if wrong.is_empty() {
        Ok(objects)
    } else {
        Err(Failed::Files(wrong))
    }
}

/// The object with its relative paths under the folder of its file; under ours where it is piped in.
fn anchored(object: Object, file: &Path) -> Object {
    let file = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    match object {
        Object::Cluster(mut cluster) => {
            let folder = file.parent().unwrap_or(Path::new("/"));
            let kafka = &mut cluster.spec.kafka;
            let declared = [&mut kafka.security, &mut kafka.controller_security];
            for security in declared.into_iter().flatten() {
                security.anchor(folder);
            }
            for host in &mut cluster.spec.hosts {
                match &mut host.reach {
                    Reach::Ssh(ssh) => ssh.anchor(folder),
                    Reach::Local {} => {}
                }
            }
            Object::Cluster(cluster)
        }
        Object::Upgrade(_) | Object::Waiver(_) => object,
    }
}

fn text_of(path: &Path) -> Result<String, Failed> {
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        std::io::stdin().lock().read_to_end(&mut bytes).map(|_| ())
    } else {
        std::fs::read(path).map(|found| bytes = found)
    };
    let text = read.and_then(|()| {
        String::from_utf8(bytes).map_err(|why| {
            let at = why.utf8_error().valid_up_to();
            std::io::Error::other(format!("it is no text: byte {at} is not UTF-8"))
        })
    });
    text.map_err(|source| Failed::File {
        verb: "read",
        path: path.to_owned(),
        source,
    })
}

async fn cluster(context: &Context, cluster: &Cluster, manner: Manner) -> Result<Applied, Failed> {
    let name = &cluster.metadata.name;
    let known = context.world.store.registered(name).await?;
    let kept = known.as_ref().map(assemble::registered).transpose()?;
    let json = |cluster: &Cluster| Object::Cluster(Box::new(cluster.clone())).to_json();
    let changes = match &kept {
        Some(kept) => diff(&json(&kept.cluster), &json(cluster)),
        None => Vec::new(),
    };
    let outcome = match (&known, changes.is_empty()) {
        (None, _) => "new",
        (Some(_), true) => "unchanged",
        (Some(_), false) => "changed",
    };
    if manner == Manner::Changing && outcome != "unchanged" {
        let registration = Registration {
            name: name.clone(),
            identity: known.and_then(|known| known.identity),
            object: Registered {
                cluster: cluster.clone(),
                waivers: kept.map_or_else(Vec::new, |kept| kept.waivers),
            }
            .text(),
            changed: context.now().wall,
        };
        context.world.store.register(registration).await?;
    }
    Ok(Applied {
        kind: "Cluster",
        name: name.to_string(),
        outcome,
        dry_run: manner == Manner::Showing,
        changes,
        run: None,
    })
}

/// The policy of a cluster: as the same files say, else as it is registered.
async fn policy_of(
    context: &Context,
    objects: &[Object],
    name: &ClusterName,
) -> Result<Policy, Failed> {
    let given = objects.iter().find_map(|object| match object {
        Object::Cluster(cluster) if cluster.metadata.name == *name => {
            Some(cluster.spec.policy.clone())
        }
        Object::Cluster(_) | Object::Upgrade(_) | Object::Waiver(_) => None,
    });
    match given {
        Some(policy) => Ok(policy),
        None => {
            let registration = context.desk.registered(name).await?;
            Ok(assemble::declared(&registration)?.spec.policy)
        }
    }
}

async fn upgrade(
    context: &Context,
    upgrade: &Upgrade,
    policy: &Policy,
    manner: Manner,
) -> Result<Applied, Failed> {
    let wanted = UpgradeAsked::of(upgrade);
    let item = |outcome, run: Option<RunId>| Applied {
        kind: "Upgrade",
        name: wanted.key.clone(),
        outcome,
        dry_run: manner == Manner::Showing,
        changes: Vec::new(),
        run: run.map(|run| run.to_string()),
    };
    if wanted.in_window && policy.hours.windows.is_empty() {
        return Err(Failed::hinted(
            format!(
                "{} has no windows, and `inWindow` asks for one",
                wanted.cluster
            ),
            "declare one as spec.policy.windows in the cluster's file",
        ));
    }
    if manner == Manner::Showing {
        return Ok(item("asked", None));
    }
    let registered = context.desk.registered(&wanted.cluster).await?;
    let registered = assemble::registered(&registered)?;
    let system = ClusterDeclared::of(&registered.cluster).system;
    let catalog = context.catalogs.of(system.name())?;
    let asked = Asked {
        cluster: wanted.cluster.clone(),
        goal: wanted.goal.clone(),
        policy: wanted.policy(policy),
        approval: wanted.approval,
        waivers: registered.given(context.now().wall),
        by: context.user.clone(),
        key: wanted.key.clone(),
    };
    Ok(match context.desk.request(asked, &catalog).await? {
        Created::New(run) => {
            windlass_runner::bell::ring_all(&context.bells()).await;
            item("asked", Some(run))
        }
        Created::Known(run) => item("unchanged", Some(run)),
        Created::Busy(run) => item("refused", Some(run)),
    })
}

fn say(context: &Context, object: &Object, item: &Applied) {
    let outlet = &context.outlet;
    let style = &outlet.style;
    let run = item.run.as_deref().unwrap_or_default();
    let head = |glyph: &str, text: &str| {
        let head = format!("{glyph} {} ", style.bold(&item.name));
        outlet.lines(flowing(outlet, &head, &style.text(text)));
    };
    let would = if item.dry_run { "would be " } else { "" };
    match (object, item.outcome) {
        (Object::Cluster(cluster), "new") => {
            let declared = ClusterDeclared::of(cluster);
            let at: Vec<String> = declared.bootstrap.iter().map(ToString::to_string).collect();
            let members = count(declared.members.len(), "member");
            let text = format!(
                "{would}registered: {}, {members}, at {}",
                declared.system.name(),
                at.join(" ")
            );
            head(&style.paint(Tone::Good, "+"), &text);
        }
        (Object::Cluster(_), "changed") => {
            head(&style.paint(Tone::Warn, "~"), &format!("{would}changed"));
            for change in &item.changes {
                outlet.lines(flowing(outlet, "    ", &style.text(&change.to_string())));
            }
        }
        (Object::Upgrade(upgrade), "asked") => {
            let wanted = UpgradeAsked::of(upgrade);
            let goal = goal_text(&wanted.goal);
            let approval = match wanted.approval {
                Approval::InAdvance | Approval::Of(_) => "approved in advance",
                Approval::Asked => "waits for windlass approve",
            };
            let run = if run.is_empty() {
                "a run".into()
            } else {
                format!("run {run}")
            };
            head(
                &style.paint(Tone::Good, "+"),
                &format!(
                    "{would}asked for: {run}, {} → {goal}, {approval}",
                    wanted.cluster
                ),
            );
            if !item.dry_run {
                outlet.note(&format!(
                    "  carry it: windlass carry {}; watch it: windlass watch {}",
                    item.run.as_deref().unwrap_or_default(),
                    wanted.cluster
                ));
            }
        }
        (Object::Upgrade(upgrade), "refused") => {
            let cluster = &upgrade.spec.cluster;
            head(
                &style.bad(),
                &format!("refused: run {run} of {cluster} lives: windlass status {cluster}"),
            );
        }
        (Object::Waiver(waiver), "new" | "changed") => {
            let spec = &waiver.spec;
            let glyph = match item.outcome {
                "new" => style.paint(Tone::Good, "+"),
                _ => style.paint(Tone::Warn, "~"),
            };
            let until = windlass_wire::stamp::long(spec.until, &context.zone);
            let text = format!(
                "{would}waived: {} of {} may pass until {until}: {}",
                spec.check, spec.cluster, spec.reason
            );
            head(&glyph, &text);
        }
        (Object::Waiver(_), _) => head(&style.dot(), "unchanged"),
        (Object::Upgrade(_), _) => head(&style.dot(), &format!("unchanged: run {run}")),
        (Object::Cluster(_), _) => head(&style.dot(), "unchanged"),
    }
}

fn goal_text(goal: &Goal) -> String {
    match goal {
        Goal::Version(version) => version.to_string(),
        Goal::Finalize => "levels raised".into(),
        Goal::Of(_) => windlass_wire::v1::plan::goal_word(goal),
        Goal::Back(version) => format!("back to {version}"),
    }
}
