//! Reads a plan file, as `windlass plan --out` writes it.
//!
//! Must never know: whether the plan still fits its cluster. Stories: scenarios/kafka/out-file.txt.

use crate::catalog::told;
use crate::diagnostic::{Code, Diagnostic, Report, Told};
use crate::node;
use crate::v1::plan::PlanView;

/// Reads one plan.
///
/// # Errors
/// The first thing that does not fit, with its place.
pub fn plan(file: &str, text: &str) -> Result<PlanView, Vec<Diagnostic>> {
    let mut report = Report::new(file, text);
    node::documents(text, &mut report);
    let found = report.into_found();
    if !found.is_empty() {
        return Err(found);
    }
    let mut report = Report::new(file, text);
    match serde_saphyr::from_str::<PlanView>(text) {
        Ok(plan) if plan.kind == "Plan" => return Ok(plan),
        Ok(plan) => report.say(Told {
            code: Code::UnknownKind,
            field: "kind".into(),
            span: 0..0,
            message: format!("`{}` is no plan", plan.kind),
            label: "expected `kind: Plan`".into(),
            help: Some("windlass plan … --out FILE writes a plan file".into()),
        }),
        Err(error) => report.say(told(&error, text)),
    }
    Err(report.into_found())
}
