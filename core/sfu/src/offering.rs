//! Offers of ours on one connection, and their answers (RFC 8829 section 5.2).

use std::collections::HashSet;
use std::net::SocketAddr;

use str0m::Rtc;
use str0m::change::{SdpAnswer, SdpApi, SdpOffer, SdpPendingOffer};
use str0m::media::{Direction, MediaKind, Mid, Rid};

use crate::ice::Ice;
use crate::negotiation::{self, Refusal};
use crate::sdp::{Sdp, Section};
use crate::words::{Label, MediaDescription, OfferedMedium, RefusalCode};

/// M-lines of one connection: as many as the publishers of a large room have media.
const MAX_MEDIA: usize = 256;
/// RFC 8830 section 2.
const MAX_LABEL: usize = 64;
/// Encodings of one medium.
const MAX_RIDS: usize = 4;
/// What `str0m` keeps of the name of one.
const MAX_RID: usize = 8;
/// The label of the data channel, which carries nothing.
const CHANNEL: &str = "data";

/// What is to be offered.
#[derive(Debug)]
pub(crate) struct Wanted {
    pub(crate) media: Vec<OfferedMedium>,
    pub(crate) data: bool,
    pub(crate) restart: bool,
}

impl Wanted {
    /// Whether the remote may send.
    pub(crate) fn takes(&self) -> bool {
        self.media.iter().any(|medium| medium.takes)
    }
}

/// What was offered, and the offer that waits for its answer.
#[derive(Debug, Default)]
pub(crate) struct Offering {
    /// Whether the remote may send, now or later.
    takes: bool,
    lines: Vec<Line>,
    data: bool,
    version: u64,
    pending: Option<Pending>,
    /// The remote's user name fragment, once it has answered.
    remote_fragment: Option<String>,
}

/// One medium that was offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) mid: Mid,
    pub(crate) kind: MediaKind,
    pub(crate) label: Option<Label>,
    takes: bool,
    /// The encodings that it is offered in.
    pub(crate) rids: Vec<Rid>,
    /// Those of them that the remote takes.
    pub(crate) agreed: Vec<Rid>,
}

#[derive(Debug)]
struct Pending {
    changes: SdpPendingOffer,
    /// What its answer is compared with.
    offer: Sdp,
    restart: bool,
    candidates: Vec<SocketAddr>,
}

/// An answer that was not taken.
#[derive(Debug)]
pub(crate) enum Rejection {
    /// Nothing has changed, and another answer may come.
    Refused(Refusal),
    /// It was taken in part, and there is no way back.
    Broken(String),
}

impl From<Refusal> for Rejection {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl Offering {
    /// Of nothing yet; `takes`: the remote is to send, too.
    pub(crate) fn new(takes: bool) -> Self {
        Self { takes, ..Self::default() }
    }

    /// The media offered, in the order in which they were asked for.
    pub(crate) fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Whether the remote has answered at all.
    pub(crate) fn is_answered(&self) -> bool {
        self.remote_fragment.is_some()
    }

    /// Makes an offer with the candidates of now, `after`, in place of those told before; refused,
    /// nothing has changed.
    pub(crate) fn offer(
        &mut self,
        rtc: &mut Rtc,
        wanted: &Wanted,
        ice: &Ice,
        after: &[SocketAddr],
    ) -> Result<String, Refusal> {
        self.check(wanted)?;
        ice.tell(rtc, after)?;
        let (lines, offer, changes) = loop {
            let mut lines = self.lines.clone();
            let Some((offer, changes)) = self.change(&mut lines, rtc.sdp_api(), wanted) else {
                let reason = "there is nothing to offer: neither a medium nor a data channel that \
                              was not agreed on before";
                return Err(Refusal::new(RefusalCode::Unsupported, reason));
            };
            let offer = Sdp::read(&offer.to_sdp_string());
            // `str0m` draws three characters for each `mid`, and does not look at those just drawn.
            if are_unique(&offer) {
                break (lines, offer, changes);
            }
        };
        self.lines = lines;
        self.data |= wanted.data;
        self.version += 1;
        let offer = self.worded(offer, after);
        let text = offer.to_string();
        let restart = wanted.restart && self.is_answered();
        self.pending = Some(Pending { changes, offer, restart, candidates: after.to_vec() });
        Ok(text)
    }

    /// Takes the answer to the last offer; the candidates told in it are those of `ice` then.
    pub(crate) fn accept(
        &mut self,
        rtc: &mut Rtc,
        answer: &str,
        ice: &mut Ice,
    ) -> Result<Vec<MediaDescription>, Rejection> {
        let Some(pending) = &self.pending else {
            let reason = "no offer waits for an answer";
            return Err(Refusal::new(RefusalCode::Unsupported, reason).into());
        };
        let mut answer = Sdp::read(answer);
        answer.sift();
        answer.complete();
        let parsed = SdpAnswer::from_sdp_string(&answer.to_string()).map_err(|error| {
            let reason = format!("the answer is not SDP: {}", negotiation::plain(&error));
            Refusal::new(RefusalCode::Malformed, reason)
        })?;
        let fragment = self.check_answer(pending, &answer, ice)?;
        if let Some(pending) = self.pending.take() {
            let result = rtc.sdp_api().accept_answer(pending.changes, parsed);
            result.map_err(|error| {
                Rejection::Broken(format!("the answer cannot be taken: {error}"))
            })?;
            ice.withdraw(rtc, &pending.candidates)?;
            ice.candidates = pending.candidates;
        }
        self.remote_fragment = Some(fragment);
        self.learn_rids(&answer);
        let describe = |line: &Line| negotiation::describe(rtc, line.mid);
        Ok(self.lines.iter().flat_map(describe).collect())
    }

    fn check(&self, wanted: &Wanted) -> Result<(), Refusal> {
        if self.pending.is_some() {
            let reason = "the offer before has no answer yet: wait until it is agreed on";
            return Err(Refusal::new(RefusalCode::Unsupported, reason));
        }
        if wanted.takes() && !self.takes {
            let reason = "this connection sends media and takes none: take them on another";
            return Err(Refusal::new(RefusalCode::Unsupported, reason));
        }
        let count = wanted.media.len();
        if count > MAX_MEDIA {
            let reason = format!("{count} media are too many: one connection has {MAX_MEDIA}");
            return Err(Refusal::new(RefusalCode::Limit, reason));
        }
        let is_kept = |(line, medium): (&Line, &OfferedMedium)| line.kind == medium.kind;
        if count < self.lines.len() || !self.lines.iter().zip(&wanted.media).all(is_kept) {
            let reason = "media that were offered stay, in their order and of their kind: give \
                          those that end no label";
            return Err(Refusal::new(RefusalCode::Malformed, reason));
        }
        wanted.media.iter().try_for_each(check_rids)?;
        let labels = wanted.media.iter().filter_map(|medium| medium.label.as_ref());
        labels.flat_map(|label| [&label.stream, &label.track]).try_for_each(|id| check_label(id))
    }

    /// Tells `str0m` what is wanted; none when that is nothing new.
    fn change(
        &self,
        lines: &mut Vec<Line>,
        mut changes: SdpApi<'_>,
        wanted: &Wanted,
    ) -> Option<(SdpOffer, SdpPendingOffer)> {
        for (line, medium) in lines.iter_mut().zip(&wanted.media) {
            line.label.clone_from(&medium.label);
            line.takes = medium.takes;
            line.rids = rids(medium);
            changes.set_direction(line.mid, way(line));
        }
        let mut wants_channel = wanted.data && !self.data;
        for medium in &wanted.media[lines.len()..] {
            let OfferedMedium { kind, label, takes, .. } = medium.clone();
            let (rids, agreed) = (rids(medium), Vec::new());
            let mut line = Line { mid: Mid::default(), kind, label, takes, rids, agreed };
            line.mid = changes.add_media(kind, way(&line), None, None, None);
            lines.push(line);
            // The first m-line tells the candidates: a browser makes a medium of it, if there is any.
            if lines.len() == 1 && std::mem::take(&mut wants_channel) {
                changes.add_channel(CHANNEL.to_owned());
            }
        }
        if wants_channel {
            changes.add_channel(CHANNEL.to_owned());
        }
        if wanted.restart && self.is_answered() {
            changes.ice_restart(true);
        }
        if !changes.has_changes()
            && let Some(line) = lines.first()
        {
            // A label is no change to `str0m`, which makes no offer without one.
            let other =
                if line.label.is_some() { Direction::Inactive } else { Direction::SendOnly };
            changes.set_direction(line.mid, other);
            changes.set_direction(line.mid, way(line));
        }
        changes.apply()
    }

    /// The offer as it leaves.
    fn worded(&self, mut offer: Sdp, candidates: &[SocketAddr]) -> Sdp {
        offer.mend();
        offer.keep_candidates(candidates);
        offer.number(self.version);
        for section in &mut offer.media {
            let mid = section.mid().map(Mid::from);
            if let Some(line) = self.lines.iter().find(|line| Some(line.mid) == mid) {
                section.relabel(line.label.as_ref());
                section.name_encodings(&line.rids);
            }
        }
        offer
    }

    /// Learns which encodings the remote takes.
    fn learn_rids(&mut self, answer: &Sdp) {
        for line in &mut self.lines {
            let is_it = |section: &&Section| section.mid().map(Mid::from) == Some(line.mid);
            let taken = answer.media.iter().find(is_it).map(|section| section.encodings("recv"));
            let taken = taken.unwrap_or_default();
            line.agreed = line.rids.iter().filter(|rid| taken.contains(rid)).copied().collect();
        }
    }

    /// Looks for what `str0m` would find only after it had begun to change, or not at all; gives the
    /// remote's user name fragment.
    fn check_answer(&self, pending: &Pending, answer: &Sdp, ice: &Ice) -> Result<String, Refusal> {
        let malformed = |reason: &str| Err(Refusal::new(RefusalCode::Malformed, reason));
        let name = |section: &Section| (section.kind().to_owned(), section.mid().map(Mid::from));
        if !pending.offer.media.iter().map(name).eq(answer.media.iter().map(name)) {
            return malformed("the answer has other m-lines than the offer");
        }
        let mut pairs = pending.offer.media.iter().zip(&answer.media);
        if pairs.any(|(offered, answered)| answered.sends() && !offered.receives()) {
            return malformed("the answer sends, and the offer does not receive");
        }
        let mut living = answer.media.iter().filter(|section| !section.is_rejected());
        if !living.all(|section| answer.bundles(section)) {
            let reason = "media that are not bundled are not supported";
            return Err(Refusal::new(RefusalCode::Unsupported, reason));
        }
        if answer.is_ice_lite() && !ice.is_full() {
            return malformed("both sides are ICE-lite: nobody would check");
        }
        let (Some((fragment, _)), true) = (answer.credentials(), answer.has_fingerprint()) else {
            return malformed("the answer has no a=ice-ufrag, a=ice-pwd or a=fingerprint");
        };
        let is_same = self.remote_fragment.as_deref() == Some(fragment);
        if self.is_answered() && is_same == pending.restart {
            return malformed("ICE restarts in the offer or in the answer alone");
        }
        Ok(fragment.to_owned())
    }
}

/// The encodings of a medium; what is not sent has none.
fn rids(medium: &OfferedMedium) -> Vec<Rid> {
    let rids = medium.rids.iter().filter(|_| medium.label.is_some());
    rids.map(|rid| Rid::from(rid.as_str())).collect()
}

/// Names that `str0m` keeps as they are, each once.
fn check_rids(medium: &OfferedMedium) -> Result<(), Refusal> {
    let OfferedMedium { kind, rids, .. } = medium;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let is_name = |rid: &String| (1..=MAX_RID).contains(&rid.len()) && rid.bytes().all(is_plain);
    let are_names = rids.iter().all(is_name);
    let is_again = |at: usize| rids[..at].contains(&rids[at]);
    if rids.len() > MAX_RIDS || !are_names || (0..rids.len()).any(is_again) {
        let reason = format!(
            "a medium has {MAX_RIDS} encodings at most, each with a name of its own of 1 to \
             {MAX_RID} letters, digits and _"
        );
        return Err(Refusal::new(RefusalCode::Malformed, reason));
    }
    if *kind == MediaKind::Audio && !rids.is_empty() {
        let reason = "sound is sent in one encoding: give it no rids";
        return Err(Refusal::new(RefusalCode::Unsupported, reason));
    }
    Ok(())
}

fn way(line: &Line) -> Direction {
    match (line.label.is_some(), line.takes) {
        (true, true) => Direction::SendRecv,
        (true, false) => Direction::SendOnly,
        (false, true) => Direction::RecvOnly,
        (false, false) => Direction::Inactive,
    }
}

/// RFC 8830 section 2: a token (RFC 8866 section 9) of 1 to 64 characters.
pub(crate) fn check_label(id: &str) -> Result<(), Refusal> {
    let is_token = |byte: u8| byte.is_ascii_graphic() && !b"\"(),/:;<=>?@[\\]".contains(&byte);
    if (1..=MAX_LABEL).contains(&id.len()) && id.bytes().all(is_token) {
        return Ok(());
    }
    let start: String = id.chars().take(MAX_LABEL).collect();
    let reason = format!(
        "{start:?} cannot name a stream or track: 1 to {MAX_LABEL} letters, digits and some signs \
         (RFC 8830 section 2)"
    );
    Err(Refusal::new(RefusalCode::Malformed, reason))
}

fn are_unique(offer: &Sdp) -> bool {
    let mut seen = HashSet::new();
    offer.media.iter().all(|section| seen.insert(section.mid()))
}
