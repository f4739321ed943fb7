//! A human's word on its way to a run: posted, rung for, and its answer told.
//!
//! Where nobody carries the run, words that end it or let it begin are answered by this process; the
//! others wait for a carrier, and it is said how one is had.
//! Must never know: what a word means to the engine. Stories: `tests/it/live.rs`.

use super::crew::{self, bells};
use super::reading::Reading;
use super::span::{Since, rest};
use crate::context::Context;
use crate::exit::{Exit, Failed};
use crate::outlet::spoken;
use tokio::sync::watch;
use windlass_engine::run::command::{Answered, Command};
use windlass_engine::run::event::Event;
use windlass_engine::time::Ms;
use windlass_runner::bell;
use windlass_runner::drive;
use windlass_runner::keeper::CarryError;
use windlass_runner::ports::store::{Acknowledged, InboxSeq, RunRow};

/// A carrier answers within milliseconds once rung; this long is waited before it is said that it has not.
const ANSWER_WITHIN_MS: Ms = Ms::seconds(3);
/// The journal is looked at this often meanwhile.
const LOOK_EVERY_MS: Ms = Ms(25);

/// A key that no other post has.
#[must_use]
pub fn key(context: &Context) -> String {
    let now = context.now();
    format!("{}-{}-{}", std::process::id(), now.wall.0, now.mono.ms)
}

/// Posts, without waiting for the answer.
///
/// # Errors
/// Where it cannot be made durable.
pub async fn post(
    context: &Context,
    row: &RunRow,
    command: &Command,
) -> Result<Acknowledged, Failed> {
    let key = key(context);
    let posted = context
        .desk
        .post(&row.run, &key, &context.user, command)
        .await?;
    bell::ring_all(&bells(context)).await;
    Ok(posted)
}

/// Posts, waits for the answer, and tells it.
///
/// # Errors
/// Where it cannot be posted, or the journal cannot be read.
pub async fn say(context: &Context, row: RunRow, command: Command) -> Result<Exit, Failed> {
    let store = context.world.store.as_ref();
    let mut reading = Reading::open(store, row.clone(), None, |_, _| {}).await?;
    let ack = post(context, &row, &command).await?;
    if ack.ended {
        let how = reading.run().phase().word();
        context
            .outlet
            .told(&format!("not now: run {} has ended ({how})", row.run));
        return Ok(Exit::Refused);
    }
    let carrier = context.desk.carrier(&row.cluster).await?;
    if carrier.is_none() && answers_itself(&command) {
        shortly(context, &row, &mut reading, &ack, &command).await?;
    }
    let waits = if carrier.is_some() {
        ANSWER_WITHIN_MS
    } else {
        Ms(0)
    };
    match answer(context, &mut reading, ack.seq, waits).await? {
        Some(answered) => Ok(tell(context, &row, &reading, &command, &answered)),
        None => {
            unread(context, &row, &reading, &command, &ack, carrier.as_deref());
            Ok(Exit::Done)
        }
    }
}

/// Words that shall be heard whether or not somebody carries.
fn answers_itself(command: &Command) -> bool {
    match command {
        Command::Cancel | Command::Stop | Command::Approve { .. } => true,
        Command::Waive(_)
        | Command::Pause
        | Command::Continue
        | Command::Retry { .. }
        | Command::Confirm { .. }
        | Command::Skip { .. }
        | Command::Pace(_)
        | Command::Retarget(_)
        | Command::Begin => false,
    }
}

async fn answer(
    context: &Context,
    reading: &mut Reading,
    seq: InboxSeq,
    waits: Ms,
) -> Result<Option<Answered>, Failed> {
    let begun = Since::now(context);
    // The short carry may have folded it already.
    reading.catch_up(context.world.store.as_ref()).await?;
    let known = context.world.store.read(&reading.row.run, 1).await?;
    for stored in known.iter().rev() {
        if let Some(answered) = in_text(&stored.payload, seq) {
            return Ok(Some(answered));
        }
    }
    loop {
        for fact in reading.catch_up(context.world.store.as_ref()).await? {
            if let Some(answered) = of(&fact.event, seq) {
                return Ok(Some(answered));
            }
        }
        if begun.gone(context) >= waits {
            return Ok(None);
        }
        rest(context, LOOK_EVERY_MS).await;
    }
}

fn in_text(payload: &str, seq: InboxSeq) -> Option<Answered> {
    let event: Event = serde_json::from_str(payload).ok()?;
    of(&event, seq)
}

fn of(event: &Event, wanted: InboxSeq) -> Option<Answered> {
    if let Event::Commanded { seq, answered, .. } = event
        && *seq == wanted
    {
        return Some(answered.clone());
    }
    None
}

/// Carries the run until the word is answered, and to the end where it ends the run.
async fn shortly(
    context: &Context,
    row: &RunRow,
    reading: &mut Reading,
    ack: &Acknowledged,
    command: &Command,
) -> Result<(), Failed> {
    let (let_go, listens) = watch::channel(false);
    let bell = drive::Bell {
        ring: std::sync::Arc::default(),
        let_go: listens,
    };
    let mut task = tokio::spawn(crew::carry(context.world.clone(), row.run.clone(), bell));
    let ends = matches!(command, Command::Cancel | Command::Stop);
    loop {
        tokio::select! {
            went = &mut task => {
                let went = went.map_err(|why| Failed::says(format!("the carrier broke off: {why}")))?;
                return match went {
                    Ok(_) | Err(CarryError::Held { .. }) => Ok(()),
                    Err(why @ (CarryError::Silent(_)
                        | CarryError::Target(_)
                        | CarryError::Unregistered { .. }
                        | CarryError::IdentityHeld { .. })) => without_cluster(context, row, &why).await,
                    Err(other @ (CarryError::Store(_) | CarryError::Ledger(_) | CarryError::Drive(_))) => {
                        Err(other.into())
                    }
                };
            }
            () = rest(context, LOOK_EVERY_MS) => {}
        }
        reading.catch_up(context.world.store.as_ref()).await?;
        let run = reading.run();
        let is_ending = match run.phase() {
            windlass_engine::run::Phase::Cancelling | windlass_engine::run::Phase::Stopping => true,
            windlass_engine::run::Phase::Requested
            | windlass_engine::run::Phase::Observing
            | windlass_engine::run::Phase::Barred
            | windlass_engine::run::Phase::AwaitingApproval(_)
            | windlass_engine::run::Phase::AwaitingWindow
            | windlass_engine::run::Phase::AwaitingHuman(_)
            | windlass_engine::run::Phase::Rolling
            | windlass_engine::run::Phase::Soaking
            | windlass_engine::run::Phase::Pausing(_)
            | windlass_engine::run::Phase::Paused
            | windlass_engine::run::Phase::Ended(_) => false,
        };
        if run.inbox() >= ack.seq && !(ends && is_ending) {
            let_go.send_replace(true);
        }
    }
}

/// A cluster that cannot be reached is no reason to keep a run alive in which nothing is in flight.
async fn without_cluster(context: &Context, row: &RunRow, why: &CarryError) -> Result<(), Failed> {
    let answered =
        windlass_runner::keeper::answer_without_cluster(&context.world, &row.run).await?;
    let told = match answered {
        windlass_runner::keeper::Unreached::Answered => {
            format!("the cluster was not looked at: {why}")
        }
        windlass_runner::keeper::Unreached::InFlight(subjects) => format!(
            "{why}; {} in flight, so the run waits until it can be looked at",
            super::words::counted(subjects, "member")
        ),
    };
    context.outlet.note(&context.outlet.wrapped(&told, 2));
    Ok(())
}

fn tell(
    context: &Context,
    row: &RunRow,
    reading: &Reading,
    command: &Command,
    answered: &Answered,
) -> Exit {
    let cluster = row.cluster.as_str();
    let outlet = &context.outlet;
    match answered {
        Answered::Taken(says) => {
            let glyph = outlet.style.ok();
            outlet.line(&outlet.wrapped(
                &format!("{glyph} run {}: {}", row.run, spoken(says, cluster)),
                2,
            ));
            if reading.run().ended().is_some() {
                let says = reading.run().standing(context.now()).sentence;
                let line = format!("  it has ended: {}", spoken(&says, cluster));
                outlet.line(&outlet.wrapped(&line, 4));
            } else if matches!(
                command,
                Command::Approve { .. }
                    | Command::Continue
                    | Command::Retry { .. }
                    | Command::Begin
            ) {
                outlet.note(&format!("  watch    windlass watch {cluster}"));
            }
            Exit::Done
        }
        Answered::NotNow { why, instead } => {
            let glyph = outlet.notes.bad();
            outlet.note(&outlet.wrapped(&format!("{glyph} not now: {}", spoken(why, cluster)), 2));
            outlet.note(&outlet.wrapped(&format!("  next     {}", spoken(instead, cluster)), 11));
            Exit::Refused
        }
    }
}

fn unread(
    context: &Context,
    row: &RunRow,
    reading: &Reading,
    command: &Command,
    ack: &Acknowledged,
    carrier: Option<&str>,
) {
    let outlet = &context.outlet;
    let word = command.word();
    let run = &row.run;
    outlet.line(&format!(
        "{} {word} is noted for run {run}",
        outlet.style.dot()
    ));
    if !ack.begun.is_empty() {
        let names: Vec<String> = ack.begun.iter().map(|s| reading.run().call(s)).collect();
        outlet.line(&outlet.wrapped(&format!("  begun    {}", names.join(", ")), 11));
    }
    if let Some(carrier) = carrier {
        outlet.note(&outlet.wrapped(
            &format!("  not read yet by {carrier}; nothing begins before it has"),
            2,
        ));
    } else {
        outlet.told(&format!(
            "  nobody carries this run; it is read when somebody does: windlass carry {run}"
        ));
    }
}
