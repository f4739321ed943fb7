//! What may be asked of a run: by readers everywhere, and by the rooms of `step`.
//!
//! Must never change a run. Stories: those of the askers.

use super::*;

/// What readers may ask of a run.
impl Run {
    /// What was asked for.
    #[must_use]
    pub fn request(&self) -> &Request {
        &self.request
    }
    /// What is wanted now (a retarget changes it).
    #[must_use]
    pub fn goal(&self) -> &Goal {
        &self.request.goal
    }
    /// The user's will, with the pace as it was last set.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }
    /// The maker's facts.
    #[must_use]
    pub fn catalog(&self) -> &Arc<Catalog> {
        &self.catalog
    }
    /// The releases that hosts will need, as far as is known: those of the hops that are not done, or
    /// where there is no plan for the present goal, by what was asked for.
    #[must_use]
    pub fn releases(&self) -> Vec<Version> {
        let Some((_, plan)) = self.plan().filter(|(_, plan)| &plan.goal == self.goal()) else {
            return self.goal().needs(&self.policy.via, &self.catalog);
        };
        let done = self.cursor().map_or(0, |at| at.hop);
        let hops = plan.hops.iter().skip(done);
        let moving = hops.filter(|hop| hop.stages.iter().any(|stage| stage.moves() > 0));
        moving.map(|hop| hop.to.clone()).collect()
    }
    /// The epoch under which it is carried; 0: never taken.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.epoch
    }
    /// Who took it last.
    #[must_use]
    pub fn holder(&self) -> &str {
        &self.holder
    }
    /// Who the cluster said it is when first asked.
    #[must_use]
    pub fn identity(&self) -> Option<&Identity> {
        self.identity.as_ref()
    }
    /// The cluster as last seen.
    #[must_use]
    pub fn known(&self) -> Option<&Snapshot> {
        self.known.as_ref()
    }
    /// The findings of the last judgement.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }
    /// Permissions that stand.
    #[must_use]
    pub fn waivers(&self) -> &[Waiver] {
        &self.waivers
    }
    /// The plan with its name.
    #[must_use]
    pub fn plan(&self) -> Option<(&Hash, &Plan)> {
        self.plan.as_ref().map(|(name, plan)| (name, plan.as_ref()))
    }
    /// Why there is none.
    #[must_use]
    pub fn refusal(&self) -> Option<&Refusal> {
        self.refusal.as_ref()
    }
    /// Where it is in its plan.
    #[must_use]
    pub fn cursor(&self) -> Option<Cursor> {
        self.cursor
    }
    /// Members of the present stage that have not begun, in order.
    pub fn queue(&self) -> impl Iterator<Item = &MemberId> {
        self.queue.iter()
    }
    /// What has begun and is not done.
    #[must_use]
    pub fn flights(&self) -> &BTreeMap<Subject, Flight> {
        &self.flights
    }
    /// Subjects left as they stand by a human's word.
    #[must_use]
    pub fn skipped(&self) -> &BTreeSet<Subject> {
        &self.skipped
    }
    /// Members that this run has moved.
    #[must_use]
    pub fn moved(&self) -> &BTreeSet<MemberId> {
        &self.moved
    }
    /// Why it stands still.
    #[must_use]
    pub fn halt(&self) -> Option<&Halt> {
        self.halt.as_ref()
    }
    /// Why nothing more begins for now, and since when.
    #[must_use]
    pub fn shut(&self) -> Option<&Shut> {
        self.shut.as_ref()
    }
    /// Healthy time that is waited for.
    #[must_use]
    pub fn soak(&self) -> Option<&Soak> {
        self.soak.as_ref()
    }
    /// How long members took when they were last moved, by runs of before or by this one.
    #[must_use]
    pub fn times(&self) -> &Times {
        &self.times
    }
    /// Position in the inbox up to which it has read.
    #[must_use]
    pub fn inbox(&self) -> u64 {
        self.inbox
    }
    /// How it ended.
    #[must_use]
    pub fn ended(&self) -> Option<&End> {
        self.ended.as_ref()
    }
    /// Members that the plan touches.
    #[must_use]
    pub fn touched(&self) -> usize {
        self.touched
    }
    /// How many subjects have settled so far: an answer carries the number at which it was asked for
    /// (see [`crate::step::heard`]).
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.changes
    }
    /// Events folded, the first counted.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.events
    }
}

/// What the rooms of `step` ask.
impl Run {
    pub(crate) fn observed_at(&self) -> Option<Mark> {
        self.observed
    }
    pub(crate) fn judged_at(&self) -> Option<Mark> {
        self.judged
    }
    pub(crate) fn approved(&self) -> Option<&Hash> {
        self.approved.as_ref()
    }
    pub(crate) fn silent(&self) -> u32 {
        self.silent
    }
    pub(crate) fn is_claimed(&self) -> bool {
        self.claimed == Some(self.epoch)
            || self.plan.as_ref().is_some_and(|(_, plan)| plan.is_empty())
    }
    /// Whether a member has settled at a release, and no healthy time has passed since.
    pub(crate) fn owes_soak(&self, release: &Version) -> bool {
        self.landed.contains(release) && !self.soaked.contains(release)
    }
    /// Whether the first member on a release goes alone, and healthy time is waited for after it.
    pub(crate) fn owes_canary(&self, release: &Version) -> bool {
        self.policy.soak > Ms(0) && !self.soaked.contains(release)
    }
    /// Whether a successor of the plan is wanted: nothing begins before.
    pub(crate) fn doubts(&self) -> bool {
        self.doubt.is_some()
    }
    /// A member as last told.
    pub(crate) fn told(&self, id: &MemberId) -> Option<&Arc<Member>> {
        self.told.get(id)
    }
    /// All members as last told.
    pub(crate) fn all_told(&self) -> &BTreeMap<MemberId, Arc<Member>> {
        &self.told
    }
    /// Members that have settled after so many changes.
    pub(crate) fn settled_after(&self, changes: u64) -> impl Iterator<Item = &MemberId> {
        let settled = self.settled_at.iter();
        settled.filter_map(move |(id, at)| (*at > changes).then_some(id))
    }
    pub(crate) fn is_stopping(&self) -> bool {
        self.ending == Some(Ending::Stopping)
    }
    /// What was not to be seen at the last look, in words; none: all was.
    pub(crate) fn unseen(&self) -> Option<String> {
        let known = self.known()?;
        let untold = |m: &&Arc<Member>| !m.unversioned.is_empty() || m.components.is_empty();
        let untold = known.members.values().find(untold);
        let gap = known.gaps.first().map(|gap| gap.what.clone());
        gap.or_else(|| {
            untold.map(|m| alloc::format!("the exact release of {} is not known", m.name))
        })
    }
    pub(crate) fn ailing(&self) -> impl Iterator<Item = &MemberId> {
        self.ailing.iter()
    }
    pub(crate) fn next_attempt(&self, subject: &Subject) -> u32 {
        self.attempts.get(subject).map_or(1, |last| last + 1)
    }
    /// The last look is younger than the last thing that settled.
    pub(crate) fn seen_since_last_change(&self) -> bool {
        self.settled_since_look == 0
    }
    /// Whether a pace is above what was approved: more at once, or as many without a ramp.
    pub(crate) fn raises_pace(&self, pace: Pace) -> bool {
        let members = if self.plan.is_some() {
            self.touched
        } else {
            usize::MAX
        };
        let (asked, may) = (pace.ceiling(members), self.pace_approved.ceiling(members));
        let at_once = pace.ramp == Ramp::Fixed && self.pace_approved.ramp == Ramp::Double;
        asked > may || (at_once && asked > 1)
    }
    pub(crate) fn pace_asked(&self) -> Option<Pace> {
        self.pace_asked
    }
}

impl Run {
    /// Which of the policy's hours are kept: a human may say to begin outside of windows.
    pub(crate) fn keeps(&self) -> Keep {
        self.keep
    }
    /// The longest that a member of this run took.
    pub(crate) fn slowest(&self) -> Ms {
        self.slowest
    }
    /// Whether a member is in flight.
    pub(crate) fn flies(&self, id: &MemberId) -> bool {
        self.flights.contains_key(&Subject::Member(id.clone()))
    }
    /// Which budgets members stand in.
    pub(crate) fn budgets(&self) -> &Index {
        &self.budgets
    }
    /// The limit as it grows.
    pub(crate) fn ramp(&self) -> &Limit {
        &self.limit
    }
    /// What this run has taught of the times that members take.
    pub(crate) fn lessons(&self) -> &Lessons {
        &self.lessons
    }
    /// The release that the present stage moves to.
    pub(crate) fn stage_goal(&self) -> Option<Version> {
        self.moving().map(|step| step.to.clone())
    }
}

/// Names of what is spoken of.
impl Run {
    pub(super) fn member_name(&self, id: &MemberId) -> String {
        let named = self
            .known
            .as_ref()
            .and_then(|seen| seen.members.get(id))
            .map(|member| member.name.clone());
        named.unwrap_or_else(|| alloc::format!("member {id}"))
    }

    /// What people call a subject.
    #[must_use]
    pub fn call(&self, subject: &Subject) -> String {
        match subject {
            Subject::Member(id) => self.member_name(id),
            Subject::Level(name) => alloc::format!("level {name}"),
            Subject::Action(name) => alloc::format!("action {name}"),
        }
    }

    /// Members that stay as they are by a human's word.
    #[must_use]
    pub fn left(&self) -> BTreeSet<MemberId> {
        let member = |subject: &Subject| match subject {
            Subject::Member(id) => Some(id.clone()),
            Subject::Level(_) | Subject::Action(_) => None,
        };
        self.skipped.iter().filter_map(member).collect()
    }
}
