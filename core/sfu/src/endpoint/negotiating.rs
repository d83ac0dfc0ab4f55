//! Offers and answers of an endpoint (RFC 8829 section 5).

use std::collections::{HashMap, HashSet};

use str0m::Rtc;
use str0m::change::{SdpAnswer, SdpApi, SdpOffer, SdpPendingOffer};
use str0m::media::{Direction, MediaKind, Mid};

use super::codecs;
use super::words::{Transceiver, Wanted};
use crate::negotiation::{self, Refusal};
use crate::offering::{Rejection, check_label};
use crate::sdp::{self, Sdp, Section};
use crate::words::{Label, RefusalCode};

/// M-lines of one connection.
const MAX_MEDIA: usize = 256;

/// What was agreed on, and the offer of ours that waits.
#[derive(Debug, Default)]
pub(super) struct Negotiation {
    lines: Vec<Line>,
    version: u64,
    pending: Option<Pending>,
    is_agreed: bool,
    /// What the remote tells of what it sends.
    remote: HashMap<Mid, Label>,
}

#[derive(Debug, Clone)]
struct Line {
    mid: Mid,
    kind: MediaKind,
    label: Option<Label>,
}

#[derive(Debug)]
struct Pending {
    changes: SdpPendingOffer,
    /// What the answer is compared with.
    offer: Sdp,
}

impl Negotiation {
    /// Whether both sides know each other.
    pub(super) fn is_agreed(&self) -> bool {
        self.is_agreed
    }

    /// Makes an offer; refused, nothing has changed.
    pub(super) fn offer(
        &mut self,
        rtc: &mut Rtc,
        wanted: &[Wanted],
        restart: bool,
    ) -> Result<(String, Vec<Transceiver>), Refusal> {
        self.check(wanted)?;
        let restart = restart && self.is_agreed;
        let (lines, offer, changes) = loop {
            let mut lines = self.lines.clone();
            let Some((offer, changes)) = change(&mut lines, rtc.sdp_api(), wanted, restart) else {
                let reason = "there is nothing to offer: an offer needs a medium";
                return Err(Refusal::new(RefusalCode::Unsupported, reason));
            };
            let offer = Sdp::read(&offer.to_sdp_string());
            // `str0m` draws three characters for each `mid`, and does not look at those just drawn.
            if are_unique(&offer) {
                break (lines, offer, changes);
            }
        };
        self.version += 1;
        let offer = self.worded(offer, &lines);
        let text = offer.to_string();
        let media = lines.iter().zip(wanted).map(|(line, wanted)| promise(rtc, line, wanted));
        let media = media.collect();
        self.pending = Some(Pending { changes, offer });
        self.lines = lines;
        Ok((text, media))
    }

    /// Answers an offer. One that is no SDP has changed nothing.
    pub(super) fn answer(
        &mut self,
        rtc: &mut Rtc,
        offer: &str,
        labels: Option<&[Option<Label>]>,
    ) -> Result<(String, Vec<Transceiver>), Refusal> {
        let mut offer = Sdp::read(offer);
        offer.sift();
        let mut names =
            labels.map(|labels| labels.iter().map(Option::as_ref).chain(std::iter::repeat(None)));
        let mut told = HashMap::new();
        for section in offer.media.iter_mut().filter(|section| section.kind() != "application") {
            let Some(label) = names.as_mut().map(|names| names.next().flatten()) else { continue };
            match (label, section.mid().map(Mid::from)) {
                (Some(label), Some(mid)) => drop(told.insert(mid, label.clone())),
                _ => section.stop_receiving(),
            }
        }
        check_labels(told.values())?;
        let parsed = SdpOffer::from_sdp_string(&offer.to_string()).map_err(|error| {
            let reason = format!("the offer is not SDP: {}", negotiation::plain(&error));
            Refusal::new(RefusalCode::Malformed, reason)
        })?;
        let answer = rtc.sdp_api().accept_offer(parsed).map_err(|error| {
            let reason = format!("the offer cannot be answered: {error}");
            Refusal::new(RefusalCode::Malformed, reason)
        })?;
        self.pending = None;
        let mut answer = Sdp::read(&answer.to_sdp_string());
        answer.mend();
        for section in &mut answer.media {
            if let Some(label) = section.mid().and_then(|mid| told.get(&Mid::from(mid))) {
                section.relabel(Some(label));
            }
        }
        self.learn(rtc, &offer);
        self.lines = sdp::mids(&answer).filter_map(|mid| Line::agreed(rtc, mid, &told)).collect();
        Ok((answer.to_string(), self.media(rtc)))
    }

    /// Takes the answer to the last offer.
    pub(super) fn accept(
        &mut self,
        rtc: &mut Rtc,
        answer: &str,
    ) -> Result<Vec<Transceiver>, Rejection> {
        let Some(pending) = &self.pending else {
            let reason = "no offer waits for an answer";
            return Err(Refusal::new(RefusalCode::Unsupported, reason).into());
        };
        let mut answer = Sdp::read(answer);
        answer.sift();
        let parsed = SdpAnswer::from_sdp_string(&answer.to_string()).map_err(|error| {
            let reason = format!("the answer is not SDP: {}", negotiation::plain(&error));
            Refusal::new(RefusalCode::Malformed, reason)
        })?;
        check_answer(&pending.offer, &answer)?;
        if let Some(pending) = self.pending.take() {
            rtc.sdp_api().accept_answer(pending.changes, parsed).map_err(|error| {
                Rejection::Broken(format!("the answer cannot be taken: {error}"))
            })?;
        }
        self.learn(rtc, &answer);
        Ok(self.media(rtc))
    }

    fn learn(&mut self, rtc: &Rtc, remote: &Sdp) {
        let sending = remote.media.iter().filter(|section| section.sends());
        let named =
            sending.filter_map(|section| Some((Mid::from(section.mid()?), section.label()?)));
        self.remote = named.filter(|(mid, _)| rtc.media(*mid).is_some()).collect();
        self.is_agreed = true;
    }

    fn media(&self, rtc: &Rtc) -> Vec<Transceiver> {
        self.lines.iter().filter_map(|line| self.describe(rtc, line)).collect()
    }

    fn describe(&self, rtc: &Rtc, line: &Line) -> Option<Transceiver> {
        let media = rtc.media(line.mid)?;
        let ended = media.disabled() || media.stopped() || media.remote_pts().is_empty();
        let mut agreed = negotiation::agreed(rtc, line.mid);
        // As the owner prefers them: the remote's order counts for what the remote sends.
        let params = rtc.codec_config().params();
        agreed.sort_by_key(|one| params.iter().position(|params| params.pt() == one.pt()));
        Some(Transceiver {
            mid: line.mid,
            kind: line.kind,
            direction: if ended { Direction::Inactive } else { media.direction() },
            codecs: codecs::names(&agreed),
            label: self.remote.get(&line.mid).cloned(),
        })
    }

    fn check(&self, wanted: &[Wanted]) -> Result<(), Refusal> {
        if self.pending.is_some() {
            let reason = "the offer before has no answer yet: wait until it is agreed on";
            return Err(Refusal::new(RefusalCode::Unsupported, reason));
        }
        let count = wanted.len();
        if count > MAX_MEDIA {
            let reason = format!("{count} media are too many: one connection has {MAX_MEDIA}");
            return Err(Refusal::new(RefusalCode::Limit, reason));
        }
        let is_kept = |(line, medium): (&Line, &Wanted)| line.kind == medium.kind;
        if count < self.lines.len() || !self.lines.iter().zip(wanted).all(is_kept) {
            let reason = "media that were agreed on stay, in their order and of their kind: those \
                          that end become inactive";
            return Err(Refusal::new(RefusalCode::Malformed, reason));
        }
        let labels = wanted.iter().filter_map(|medium| medium.label.as_ref());
        check_labels(labels)
    }

    /// The offer as it leaves.
    fn worded(&self, mut offer: Sdp, lines: &[Line]) -> Sdp {
        offer.mend();
        offer.number(self.version);
        for section in &mut offer.media {
            let mid = section.mid().map(Mid::from);
            let line = lines.iter().find(|line| Some(line.mid) == mid);
            if let Some(label) = line.and_then(|line| line.label.as_ref()) {
                section.relabel(Some(label));
            }
        }
        offer
    }
}

impl Line {
    fn agreed(rtc: &Rtc, mid: Mid, labels: &HashMap<Mid, Label>) -> Option<Self> {
        let kind = rtc.media(mid)?.kind();
        Some(Self { mid, kind, label: labels.get(&mid).cloned() })
    }
}

/// Tells `str0m` what is wanted; none when that is nothing at all.
fn change(
    lines: &mut Vec<Line>,
    mut changes: SdpApi<'_>,
    wanted: &[Wanted],
    restart: bool,
) -> Option<(SdpOffer, SdpPendingOffer)> {
    for (line, wanted) in lines.iter_mut().zip(wanted) {
        line.label.clone_from(&wanted.label);
        changes.set_direction(line.mid, wanted.direction);
    }
    for wanted in &wanted[lines.len()..] {
        let Wanted { kind, direction, label } = wanted.clone();
        let (stream, track) = label.clone().map(|Label { stream, track }| (stream, track)).unzip();
        let mid = changes.add_media(kind, direction, stream, track, None);
        lines.push(Line { mid, kind, label });
    }
    if restart {
        changes.ice_restart(true);
    }
    if !changes.has_changes()
        && let Some((line, wanted)) = lines.first().zip(wanted.first())
    {
        // What is told of a medium is no change to `str0m`, which makes no offer without one.
        let is_inactive = wanted.direction == Direction::Inactive;
        let other = if is_inactive { Direction::SendRecv } else { Direction::Inactive };
        changes.set_direction(line.mid, other);
        changes.set_direction(line.mid, wanted.direction);
    }
    changes.apply()
}

/// A medium as it is offered.
fn promise(rtc: &Rtc, line: &Line, wanted: &Wanted) -> Transceiver {
    let params = rtc.codec_config().params().iter();
    let fitting: Vec<_> =
        params.filter(|params| params.spec().codec.kind() == line.kind).copied().collect();
    Transceiver {
        mid: line.mid,
        kind: line.kind,
        direction: wanted.direction,
        codecs: codecs::names(&fitting),
        label: None,
    }
}

/// Looks for what `str0m` would find only after it had begun to change, or not at all.
fn check_answer(offer: &Sdp, answer: &Sdp) -> Result<(), Refusal> {
    let refused = |code, reason: &str| Err(Refusal::new(code, reason));
    let name = |section: &Section| (section.kind().to_owned(), section.mid().map(Mid::from));
    if !offer.media.iter().map(name).eq(answer.media.iter().map(name)) {
        return refused(RefusalCode::Malformed, "the answer has other m-lines than the offer");
    }
    let mut living = answer.media.iter().filter(|section| !section.is_rejected());
    if !living.all(|section| answer.bundles(section)) {
        let reason = "media that are not bundled are not supported";
        return refused(RefusalCode::Unsupported, reason);
    }
    if answer.credentials().is_none() || !answer.has_fingerprint() {
        let reason = "the answer has no a=ice-ufrag, a=ice-pwd or a=fingerprint";
        return refused(RefusalCode::Malformed, reason);
    }
    Ok(())
}

/// Browsers take no description in which two media have one name.
fn check_labels<'a>(labels: impl Iterator<Item = &'a Label>) -> Result<(), Refusal> {
    let mut seen = HashSet::new();
    for label in labels {
        [&label.stream, &label.track].into_iter().try_for_each(|id| check_label(id))?;
        if !seen.insert((&label.stream, &label.track)) {
            let Label { stream, track } = label;
            let reason = format!("two media are called {stream:?} {track:?}: tracks differ");
            return Err(Refusal::new(RefusalCode::Malformed, reason));
        }
    }
    Ok(())
}

fn are_unique(offer: &Sdp) -> bool {
    let mut seen = HashSet::new();
    offer.media.iter().all(|section| seen.insert(section.mid()))
}
