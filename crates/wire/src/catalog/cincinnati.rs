//! Update graphs as Cincinnati serves them, read as catalogs and written back.
//!
//! The protocol: nodes with a version and a payload, edges as pairs of places in that list, conditional
//! edges with risks, each with rules that say whether it applies (OpenShift's Cincinnati,
//! docs/design/cincinnati.md, and its update service's conditional edges).
//! Must never know: where a graph was fetched. Stories: `tests/it/cincinnati.rs`.

use super::{HOPS_MAX_COUNT, OBJECTS_MAX_COUNT, place};
use crate::diagnostic::{Code, Diagnostic, Report, Told};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use thiserror::Error;
use windlass_engine::catalog::{Catalog, ComponentFacts, Edge, Matching, Path, Release, Risk};
use windlass_engine::names::{Component, RiskName};
use windlass_engine::version::Version;

/// What a graph does not say of itself.
#[derive(Clone, Debug)]
pub struct Origin<'a> {
    /// The system that it is about.
    pub system: &'a str,
    /// The day on which it was served, `2026-11-20`.
    pub as_of: &'a str,
    /// Where it was served, or the file it was kept in.
    pub source: &'a str,
}

/// A graph as it is served. What the protocol does not name is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Graph {
    /// The protocol's number.
    #[serde(default)]
    pub version: u32,
    /// Releases.
    pub nodes: Vec<Served>,
    /// Hops open to all, as places in the list of releases.
    pub edges: Vec<(usize, usize)>,
    /// Hops that carry risks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditional_edges: Vec<Conditional>,
}

/// A release as it is served.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Served {
    /// Its version.
    pub version: String,
    /// What is fetched for it.
    #[serde(default)]
    pub payload: String,
    /// What its maker says besides, by name.
    #[serde(default)]
    pub metadata: BTreeMap<String, String>,
}

/// Hops under the same risks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Conditional {
    /// The hops.
    pub edges: Vec<Hop>,
    /// What may make each of them unwise.
    pub risks: Vec<ServedRisk>,
}

/// A hop by its versions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Hop {
    /// From this one.
    pub from: String,
    /// To this one.
    pub to: String,
}

/// A risk as it is served.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServedRisk {
    /// Where it is described.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub url: String,
    /// Its name.
    pub name: String,
    /// What happens where it applies.
    pub message: String,
    /// How to find out whether it does.
    pub matching_rules: Vec<Rule>,
}

/// A rule as it is served.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum Rule {
    /// It applies to all.
    Always,
    /// It applies where a query of Prometheus answers 1.
    PromQL {
        /// The query.
        promql: Query,
    },
}

/// A query of Prometheus.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Query {
    /// Its text, kept as it is.
    pub promql: String,
}

/// What the catalog says that the protocol has no words for.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unsaid {
    /// A risk that is found out by a fact of the cluster.
    #[error(
        "risk {risk} is found out by fact {fact}: a Cincinnati graph knows queries and `Always` only"
    )]
    Fact {
        /// The risk.
        risk: RiskName,
        /// The fact.
        fact: String,
    },
    /// A hop from or to a version that is not among the releases.
    #[error("edge {from} to {to}: {from} or {to} is no release of the catalog")]
    Release {
        /// From this one.
        from: Version,
        /// To this one.
        to: Version,
    },
    /// A hop with a risk that is described nowhere.
    #[error("risk {risk} is described nowhere")]
    Risk {
        /// The risk.
        risk: RiskName,
    },
}

/// Reads a graph as a catalog. Its one component is `cluster`; payloads and metadata stand in the notes
/// of releases.
///
/// # Errors
/// The first thing that does not fit, with its place.
pub fn import(file: &str, text: &str, origin: &Origin<'_>) -> Result<Catalog, Vec<Diagnostic>> {
    if text.len() > super::CATALOG_MAX_BYTES {
        let most = super::CATALOG_MAX_BYTES >> 20;
        let message = format!("the file is larger than {most} megabytes");
        return Err(said(file, text, 0, Code::TooLarge, message));
    }
    let graph: Graph = serde_json::from_str(text).map_err(|error| {
        let line_start = text
            .split_inclusive('\n')
            .take(error.line().saturating_sub(1))
            .map(str::len)
            .sum::<usize>();
        let message = "this is no Cincinnati graph".to_owned();
        let mut found = said(
            file,
            text,
            line_start + error.column().saturating_sub(1),
            Code::BadValue,
            message,
        );
        let told = error.to_string();
        let told = told.split(" at line ").next().unwrap_or_default();
        for one in &mut found {
            told.clone_into(&mut one.label);
        }
        found
    })?;
    catalog(&graph, origin).map_err(|wrong| {
        let place = place::json(text, &wrong.path);
        said(file, text, place, Code::BadValue, wrong.message)
    })
}

struct Wrong {
    path: Vec<place::Step>,
    message: String,
}

fn catalog(graph: &Graph, origin: &Origin<'_>) -> Result<Catalog, Wrong> {
    use place::Step::{At, In};
    let source = || origin.source.to_owned();
    let conditional = graph.conditional_edges.iter();
    let conditional = conditional.map(|group| group.edges.len()).sum::<usize>();
    for (list, count, most) in [
        ("nodes", graph.nodes.len(), OBJECTS_MAX_COUNT),
        ("edges", graph.edges.len() + conditional, HOPS_MAX_COUNT),
    ] {
        if count > most {
            return Err(Wrong {
                path: vec![In(list)],
                message: format!("{count} {list}, above {most}"),
            });
        }
    }
    let mut releases = Vec::with_capacity(graph.nodes.len());
    let mut versions = Vec::with_capacity(graph.nodes.len());
    let mut seen: BTreeMap<Version, usize> = BTreeMap::new();
    for (at, node) in graph.nodes.iter().enumerate() {
        let path = || vec![In("nodes"), At(at), In("version")];
        let version = Version::parse(&node.version).map_err(|error| Wrong {
            path: path(),
            message: error.to_string(),
        })?;
        if let Some(first) = seen.insert(version.clone(), at) {
            let message = format!("{version} stands twice, first as number {first}");
            return Err(Wrong {
                path: path(),
                message,
            });
        }
        let mut release = Release::of(version.clone(), source());
        if !node.payload.is_empty() {
            release.notes.insert(PAYLOAD.into(), node.payload.clone());
        }
        for (name, text) in &node.metadata {
            release
                .notes
                .insert(format!("{METADATA}{name}"), text.clone());
        }
        versions.push(version);
        releases.push(release);
    }
    releases.sort_by(|a, b| a.version.cmp(&b.version));
    let mut edges = Vec::new();
    for (at, (from, to)) in graph.edges.iter().enumerate() {
        let end = |place: &usize, side: usize| {
            versions.get(*place).cloned().ok_or_else(|| Wrong {
                path: vec![In("edges"), At(at), At(side)],
                message: format!(
                    "there is no release number {place}: there are {}",
                    versions.len()
                ),
            })
        };
        edges.push(Edge {
            from: end(from, 0)?,
            to: end(to, 1)?,
            risks: Vec::new(),
        });
    }
    let mut risks: BTreeMap<&str, (&ServedRisk, Risk)> = BTreeMap::new();
    for (at, group) in graph.conditional_edges.iter().enumerate() {
        for (which, risk) in group.risks.iter().enumerate() {
            let field = |name: &'static str| {
                let group = [In("conditionalEdges"), At(at)];
                [&group[..], &[In("risks"), At(which), In(name)]].concat()
            };
            if !(risk.url.is_empty() || is_address(&risk.url)) {
                return Err(Wrong {
                    path: field("url"),
                    message: format!("`{}` is no address: expected https://…", risk.url),
                });
            }
            match risks.get(risk.name.as_str()) {
                Some((first, _)) if *first != risk => {
                    return Err(Wrong {
                        path: field("name"),
                        message: format!("risk {} is described twice, and differently", risk.name),
                    });
                }
                Some(_) => {}
                None => {
                    risks.insert(&risk.name, (risk, told(risk, origin)));
                }
            }
        }
        let names: Vec<RiskName> = group.risks.iter().map(|r| r.name.as_str().into()).collect();
        for (which, hop) in group.edges.iter().enumerate() {
            let end = |text: &str, side: &'static str| {
                let version = Version::parse(text).ok().filter(|v| seen.contains_key(v));
                version.ok_or_else(|| Wrong {
                    path: vec![
                        In("conditionalEdges"),
                        At(at),
                        In("edges"),
                        At(which),
                        In(side),
                    ],
                    message: format!("{text} is none of the releases"),
                })
            };
            edges.push(Edge {
                from: end(&hop.from, "from")?,
                to: end(&hop.to, "to")?,
                risks: names.clone(),
            });
        }
    }
    edges.sort();
    // A graph is a set of hops, however often one is served.
    edges.dedup();
    Ok(Catalog {
        system: origin.system.to_owned(),
        as_of: origin.as_of.to_owned(),
        components: vec![ComponentFacts::of(
            Component::from("cluster"),
            windlass_engine::time::Ms(0),
            "the graph does not tell".into(),
            source(),
        )],
        releases,
        edges,
        risks: risks.into_values().map(|(_, risk)| risk).collect(),
        ..Catalog::default()
    })
}

const PAYLOAD: &str = "payload";
const METADATA: &str = "metadata/";

fn told(risk: &ServedRisk, origin: &Origin<'_>) -> Risk {
    let matching = risk.matching_rules.iter().map(|rule| match rule {
        Rule::Always => Matching::Always,
        Rule::PromQL { promql } => Matching::Promql(promql.promql.clone()),
    });
    Risk {
        name: risk.name.as_str().into(),
        message: risk.message.clone(),
        matching: matching.collect(),
        source: if risk.url.is_empty() {
            origin.source.to_owned()
        } else {
            risk.url.clone()
        },
    }
}

/// Writes the main scheme of a catalog as a graph: its edges, and of paths each hop between releases
/// that they offer and nothing blocks. Distances, levels and checks have no words there.
///
/// # Errors
/// [`Unsaid`] where an edge or a risk cannot be said.
pub fn export(catalog: &Catalog) -> Result<Graph, Unsaid> {
    let releases: Vec<&Release> = catalog
        .releases
        .iter()
        .filter(|r| r.track.is_main())
        .collect();
    let place: BTreeMap<&Version, usize> = releases
        .iter()
        .enumerate()
        .map(|(at, r)| (&r.version, at))
        .collect();
    let mut edges: BTreeSet<(usize, usize)> = BTreeSet::new();
    let mut groups: BTreeMap<Vec<&RiskName>, BTreeSet<Hop>> = BTreeMap::new();
    let offered = catalog
        .paths
        .iter()
        .flat_map(|path| hops(catalog, &releases, path));
    let named = catalog
        .edges
        .iter()
        .map(|edge| (&edge.from, &edge.to, &edge.risks));
    for (from, to, risks) in named.chain(offered) {
        let unknown = || Unsaid::Release {
            from: from.clone(),
            to: to.clone(),
        };
        let ends = (place.get(from), place.get(to));
        let (Some(first), Some(second)) = ends else {
            return Err(unknown());
        };
        if risks.is_empty() {
            edges.insert((*first, *second));
        } else {
            let hop = Hop {
                from: from.to_string(),
                to: to.to_string(),
            };
            groups
                .entry(risks.iter().collect())
                .or_default()
                .insert(hop);
        }
    }
    // A risk that no hop carries is served by itself, where the protocol has words for it.
    let mut conditional_edges: Vec<Conditional> = catalog
        .risks
        .iter()
        .filter(|risk| !groups.keys().any(|names| names.contains(&&risk.name)))
        .filter_map(|risk| served(risk).ok())
        .map(|risk| Conditional {
            edges: Vec::new(),
            risks: vec![risk],
        })
        .collect();
    for (names, hops) in groups {
        let risks = names.into_iter().map(|name| {
            let mut known = catalog.risks.iter();
            let risk = known.find(|risk| &risk.name == name);
            risk.map_or_else(|| Err(Unsaid::Risk { risk: name.clone() }), served)
        });
        conditional_edges.push(Conditional {
            risks: risks.collect::<Result<_, _>>()?,
            edges: hops.into_iter().collect(),
        });
    }
    let nodes = releases.iter().map(|release| {
        let metadata = release.notes.iter().filter_map(|(name, text)| {
            Some((name.strip_prefix(METADATA)?.to_owned(), text.clone()))
        });
        Served {
            version: release.version.to_string(),
            payload: release.notes.get(PAYLOAD).cloned().unwrap_or_default(),
            metadata: metadata.collect(),
        }
    });
    Ok(Graph {
        version: 1,
        nodes: nodes.collect(),
        edges: edges.into_iter().collect(),
        conditional_edges,
    })
}

/// The hops between releases that a path offers.
fn hops<'a>(
    catalog: &'a Catalog,
    releases: &'a [&'a Release],
    path: &'a Path,
) -> Vec<(&'a Version, &'a Version, &'a Vec<RiskName>)> {
    if !path.track.is_main() {
        return Vec::new();
    }
    let newest = |from: &Version| {
        !path.from_newest
            || !releases
                .iter()
                .any(|r| r.version.line() == from.line() && &r.version > from)
    };
    let near = |from: &Version, to: &Version| {
        path.at_most.is_none_or(|most| {
            to.minors_from(from)
                .is_some_and(|far| far <= i64::from(most))
        })
    };
    let barred = |from: &Version, to: &Version| {
        let mut blocked = catalog.blocked.iter();
        blocked
            .any(|b| b.of.is_empty() && b.track.is_main() && b.from.holds(from) && b.to.holds(to))
    };
    let versions = || releases.iter().map(|release| &release.version);
    let mut found = Vec::new();
    for from in versions().filter(|from| path.from.holds(from) && newest(from)) {
        for to in versions().filter(|to| path.to.holds(to) && *to > from) {
            if near(from, to) && !barred(from, to) {
                found.push((from, to, &path.risks));
            }
        }
    }
    found
}

fn served(risk: &Risk) -> Result<ServedRisk, Unsaid> {
    let rules = risk.matching.iter().map(|matching| match matching {
        Matching::Always => Ok(Rule::Always),
        Matching::Promql(query) => Ok(Rule::PromQL {
            promql: Query {
                promql: query.clone(),
            },
        }),
        Matching::Fact(fact) => Err(Unsaid::Fact {
            risk: risk.name.clone(),
            fact: fact.clone(),
        }),
    });
    Ok(ServedRisk {
        url: if is_address(&risk.source) {
            risk.source.clone()
        } else {
            String::new()
        },
        name: risk.name.to_string(),
        message: risk.message.clone(),
        matching_rules: rules.collect::<Result<_, _>>()?,
    })
}

fn is_address(text: &str) -> bool {
    text.starts_with("https://") || text.starts_with("http://")
}

fn said(file: &str, text: &str, at: usize, code: Code, message: String) -> Vec<Diagnostic> {
    let mut report = Report::new(file, text);
    report.say(Told {
        code,
        field: String::new(),
        span: at..at,
        message,
        label: String::new(),
        help: None,
    });
    report.into_found()
}
