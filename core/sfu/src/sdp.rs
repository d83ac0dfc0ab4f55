//! SDP as text (RFC 8866): what `str0m` cannot say, and what it takes for granted.

mod encodings;

use std::net::SocketAddr;

use str0m::media::Mid;

use crate::words::Label;

pub(crate) use encodings::{REPAIRED_RID_EXTENSION, RID_EXTENSION};

/// A session and its m-lines, each with the lines below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sdp {
    pub(crate) session: Section,
    pub(crate) media: Vec<Section>,
}

/// Lines without their ends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Section {
    lines: Vec<String>,
    rejected: bool,
}

impl Sdp {
    /// Cuts a text at its m-lines.
    pub(crate) fn read(text: &str) -> Self {
        let mut sections = vec![Section::default()];
        for line in text.lines().filter(|line| !line.is_empty()) {
            if line.starts_with("m=") {
                sections.push(Section::default());
            }
            if let Some(section) = sections.last_mut() {
                section.lines.push(line.to_owned());
            }
        }
        let media = sections.split_off(1);
        let mut sdp = Self { session: sections.pop().unwrap_or_default(), media };
        sdp.find_rejected();
        sdp
    }

    /// The ICE user name fragment and password (RFC 8839 section 5.4).
    pub(crate) fn credentials(&self) -> Option<(&str, &str)> {
        let both = |section: &'_ Section| {
            section.attribute("ice-ufrag").is_some() && section.attribute("ice-pwd").is_some()
        };
        let section = self.telling().find(|section| both(section))?;
        section.attribute("ice-ufrag").zip(section.attribute("ice-pwd"))
    }

    /// Whether it tells the certificate of its author (RFC 8122 section 5).
    pub(crate) fn has_fingerprint(&self) -> bool {
        self.telling().any(|section| section.attribute("fingerprint").is_some())
    }

    /// Removes what rejected m-lines tell of a connection: `str0m` takes it for that of the others.
    pub(crate) fn sift(&mut self) {
        let of_connection = ["a=ice-", "a=candidate:", "a=fingerprint:", "a=setup:"];
        let is_of = |line: &String| of_connection.iter().any(|start| line.starts_with(start));
        for section in self.media.iter_mut().filter(|section| section.rejected) {
            section.lines.retain(|line| !is_of(line));
        }
    }

    /// Gives Opus the channels that it always has (RFC 7587 section 7), where they are not told:
    /// GStreamer leaves them out unless its user writes them.
    pub(crate) fn complete(&mut self) {
        let is_short = |line: &String| {
            let lower = line.to_ascii_lowercase();
            lower.starts_with("a=rtpmap:") && lower.trim_end().ends_with(" opus/48000")
        };
        let lines = self.media.iter_mut().flat_map(|section| &mut section.lines);
        for line in lines.filter(|line| is_short(line)) {
            line.truncate(line.trim_end().len());
            line.push_str("/2");
        }
    }

    /// Whether an m-line is in the group that shares one transport (RFC 9143).
    pub(crate) fn bundles(&self, section: &Section) -> bool {
        self.bundled().any(|mid| section.mid() == Some(mid))
    }

    /// Whether its author is ICE-lite (RFC 8839 section 5.3).
    pub(crate) fn is_ice_lite(&self) -> bool {
        self.session.lines.iter().any(|line| line == "a=ice-lite")
    }

    /// Makes an SDP of `str0m`'s good for all m-lines that are rejected: these tell no candidates,
    /// which others have to tell then, and they tell a format, as the grammar demands.
    pub(crate) fn mend(&mut self) {
        let mut candidates = Vec::new();
        for section in &mut self.media {
            candidates.extend(section.take_candidates());
            section.give_format();
        }
        let teller = self.media.iter().position(|section| !section.is_rejected()).unwrap_or(0);
        if let Some(section) = self.media.get_mut(teller) {
            section.lines.extend(candidates);
        }
    }

    /// Tells these addresses alone.
    pub(crate) fn keep_candidates(&mut self, addresses: &[SocketAddr]) {
        let told: Vec<_> =
            addresses.iter().map(|it| format!(" {} {} ", it.ip(), it.port())).collect();
        let is_kept = |line: &String| told.iter().any(|address| line.contains(address));
        for section in &mut self.media {
            section.lines.retain(|line| !is_candidate(line) || is_kept(line));
        }
    }

    /// Counts the offers of one session (RFC 3264 section 8), which `str0m` does not. Which streams
    /// there are is told by the m-lines alone.
    pub(crate) fn number(&mut self, version: u64) {
        for line in &mut self.session.lines {
            if line.starts_with("o=") {
                let mut words: Vec<_> = line.split(' ').map(str::to_owned).collect();
                if let Some(word) = words.get_mut(2) {
                    *word = version.to_string();
                }
                *line = words.join(" ");
            } else if line.starts_with("a=msid-semantic:") {
                "a=msid-semantic: WMS *".clone_into(line);
            }
        }
    }

    /// Where something is told that counts for the connection.
    fn telling(&self) -> impl Iterator<Item = &Section> {
        let living = self.media.iter().filter(|section| !section.rejected);
        std::iter::once(&self.session).chain(living)
    }

    fn bundled(&self) -> impl Iterator<Item = &str> {
        let groups = self.session.attributes("group").filter_map(|it| it.strip_prefix("BUNDLE "));
        groups.flat_map(str::split_whitespace)
    }

    /// The port of an m-line that is rejected is zero (RFC 3264 section 6), and so is that of one
    /// that has no other transport than the group's (RFC 9143 section 6).
    fn find_rejected(&mut self) {
        let bundled: Vec<_> = self.bundled().map(str::to_owned).collect();
        for section in &mut self.media {
            let is_bundled = section.mid().is_some_and(|mid| bundled.iter().any(|it| it == mid));
            section.rejected = !is_bundled && section.word(1) == "0";
        }
    }
}

impl std::fmt::Display for Sdp {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let lines = std::iter::once(&self.session).chain(&self.media).flat_map(|it| &it.lines);
        for line in lines {
            write!(formatter, "{line}\r\n")?;
        }
        Ok(())
    }
}

impl Section {
    /// "audio", "video" or "application".
    pub(crate) fn kind(&self) -> &str {
        self.word(0).strip_prefix("m=").unwrap_or("")
    }

    /// Its name (RFC 5888).
    pub(crate) fn mid(&self) -> Option<&str> {
        self.attribute("mid")
    }

    /// Whether it is refused, or has ended.
    pub(crate) fn is_rejected(&self) -> bool {
        self.rejected
    }

    /// Whether its author sends media: without a direction it sends and receives (RFC 8866 section
    /// 6.7).
    pub(crate) fn sends(&self) -> bool {
        let silent = self.has("a=recvonly") || self.has("a=inactive");
        self.kind() != "application" && !self.rejected && !silent
    }

    /// Whether its author takes media.
    pub(crate) fn receives(&self) -> bool {
        let deaf = self.has("a=sendonly") || self.has("a=inactive");
        self.kind() != "application" && !self.rejected && !deaf
    }

    /// Whether its author takes media and sends none.
    pub(crate) fn only_receives(&self) -> bool {
        !self.rejected && self.has("a=recvonly")
    }

    /// The stream and the track that its author sends (RFC 8830 section 2).
    pub(crate) fn label(&self) -> Option<Label> {
        let (stream, track) = self.attribute("msid")?.split_once(' ')?;
        Some(Label { stream: stream.to_owned(), track: track.to_owned() })
    }

    /// Makes its author one who takes nothing.
    pub(crate) fn stop_receiving(&mut self) {
        let direction = if self.sends() { "a=sendonly" } else { "a=inactive" };
        let is_direction = |line: &String| {
            ["a=sendrecv", "a=recvonly", "a=sendonly", "a=inactive"].contains(&line.as_str())
        };
        self.lines.retain(|line| !is_direction(line));
        self.lines.push(direction.to_owned());
    }

    /// Tells another label, or that there is nothing to be told of.
    pub(crate) fn relabel(&mut self, label: Option<&Label>) {
        let Some(label) = label.filter(|_| !self.rejected) else {
            let is_of_source = |line: &str| line.starts_with("a=ssrc") || is_msid(line);
            self.lines.retain(|line| !is_of_source(line));
            return;
        };
        let Label { stream, track } = label;
        for line in &mut self.lines {
            if is_msid(line) {
                *line = format!("a=msid:{stream} {track}");
            } else if line.starts_with("a=ssrc:")
                && let Some((source, _)) = line.split_once(" msid:")
            {
                *line = format!("{source} msid:{stream} {track}");
            }
        }
    }

    fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes(name).next()
    }

    fn attributes(&self, name: &str) -> impl Iterator<Item = &str> {
        let value = move |line: &'_ String| -> Option<usize> {
            let rest = line.strip_prefix("a=")?.strip_prefix(name)?;
            rest.starts_with(':').then_some(line.len() - rest.len() + 1)
        };
        self.lines.iter().filter_map(move |line| value(line).map(|start| line[start..].trim()))
    }

    fn has(&self, line: &str) -> bool {
        self.lines.iter().any(|it| it == line)
    }

    /// A word of the first line.
    fn word(&self, index: usize) -> &str {
        self.lines.first().and_then(|line| line.split(' ').nth(index)).unwrap_or("")
    }

    fn take_candidates(&mut self) -> Vec<String> {
        self.lines.extract_if(.., |line| is_candidate(line)).collect()
    }

    fn give_format(&mut self) {
        if let Some(line) = self.lines.first_mut().filter(|line| line.ends_with(' ')) {
            line.push('0');
        }
    }
}

/// The `mid` of each m-line, in order.
pub(crate) fn mids(sdp: &Sdp) -> impl Iterator<Item = Mid> {
    sdp.media.iter().filter_map(Section::mid).map(Mid::from)
}

fn is_candidate(line: &str) -> bool {
    line.starts_with("a=candidate:")
}

fn is_msid(line: &str) -> bool {
    line.starts_with("a=msid:")
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFER: &str = "v=0\r\no=str0m-0 7 2 IN IP4 0.0.0.0\r\ns=-\r\n\
        a=group:BUNDLE b c\r\na=msid-semantic: WMS x y\r\n\
        m=audio 0 UDP/TLS/RTP/SAVPF \r\na=candidate:1 1 udp 9 10.0.0.1 8444 typ host\r\na=mid:a\r\n\
        m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:b\r\na=sendonly\r\na=msid:old older\r\n\
        a=ssrc:5 cname:c\r\na=ssrc:5 msid:old older\r\na=ssrc-group:FID 5 6\r\n\
        m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:c\r\na=ice-ufrag:uf\r\n";

    fn label(stream: &str, track: &str) -> Label {
        Label { stream: stream.to_owned(), track: track.to_owned() }
    }

    #[test]
    fn what_is_not_changed_is_kept() {
        assert_eq!(Sdp::read(OFFER).to_string(), OFFER);
    }

    #[test]
    fn candidates_are_told_by_an_m_line_that_lives() {
        let mut sdp = Sdp::read(OFFER);
        sdp.mend();
        assert_eq!(sdp.media[0].lines[0], "m=audio 0 UDP/TLS/RTP/SAVPF 0");
        assert!(!sdp.media[0].lines.iter().any(|line| is_candidate(line)));
        assert!(sdp.media[1].lines.iter().any(|line| is_candidate(line)));
        let once = sdp.clone();
        sdp.mend();
        assert_eq!(sdp, once);
    }

    #[test]
    fn candidates_of_before_are_told_no_more() {
        let mut sdp = Sdp::read(OFFER);
        sdp.keep_candidates(&[SocketAddr::from(([10, 0, 0, 1], 8444))]);
        assert_eq!(sdp.to_string(), OFFER);
        sdp.keep_candidates(&[SocketAddr::from(([10, 0, 0, 11], 8444))]);
        assert!(!sdp.to_string().contains("candidate"));
    }

    #[test]
    fn a_label_is_told_wherever_it_stands() {
        let mut sdp = Sdp::read(OFFER);
        sdp.media[1].relabel(Some(&label("s", "t")));
        let text = sdp.to_string();
        assert!(text.contains("a=msid:s t\r\na=ssrc:5 cname:c\r\na=ssrc:5 msid:s t\r\n"), "{text}");
        assert!(!text.contains("old"), "{text}");
        sdp.media[1].relabel(None);
        let text = sdp.to_string();
        assert!(!text.contains("msid:s") && !text.contains("a=ssrc"), "{text}");
    }

    #[test]
    fn attributes_are_found_where_they_count() {
        let sdp = Sdp::read(OFFER);
        assert_eq!(sdp.credentials(), None, "a password is missing");
        let whole = format!("{OFFER}a=ice-pwd:pw\r\na=fingerprint:sha-256 AB\r\n");
        let whole = Sdp::read(&whole);
        assert_eq!(whole.credentials(), Some(("uf", "pw")));
        assert!(whole.has_fingerprint() && !sdp.has_fingerprint());
        assert!(sdp.bundles(&sdp.media[1]) && !sdp.bundles(&sdp.media[0]));
        let sends: Vec<_> = sdp.media.iter().map(Section::sends).collect();
        assert_eq!(sends, [false, true, false], "rejected; sendonly; no medium");
        let kinds: Vec<_> = sdp.media.iter().map(Section::kind).collect();
        assert_eq!(kinds, ["audio", "video", "application"]);
        assert_eq!(mids(&sdp).map(|mid| mid.to_string()).collect::<Vec<_>>(), ["a", "b", "c"]);
    }

    #[test]
    fn what_is_rejected_tells_nothing_of_the_connection() {
        let old = "a=mid:a\r\na=ice-ufrag:old\r\na=ice-pwd:old\r\na=setup:active\r\n\
            a=fingerprint:sha-256 CD\r\n";
        let mut sdp = Sdp::read(&OFFER.replace("a=mid:a\r\n", old));
        assert_eq!(sdp.credentials(), None);
        sdp.sift();
        let text = sdp.to_string();
        assert_eq!(text, OFFER.replace("a=candidate:1 1 udp 9 10.0.0.1 8444 typ host\r\n", ""));
    }

    #[test]
    fn opus_has_two_channels() {
        let short = OFFER.replace("a=mid:a\r\n", "a=mid:a\r\na=rtpmap:97 OPUS/48000\r\n");
        let mut sdp = Sdp::read(&short);
        sdp.complete();
        let whole = sdp.to_string();
        assert_eq!(whole, short.replace("OPUS/48000", "OPUS/48000/2"));
        sdp.complete();
        assert_eq!(sdp.to_string(), whole);
    }

    #[test]
    fn offers_are_counted() {
        let mut sdp = Sdp::read(OFFER);
        sdp.number(9);
        let text = sdp.to_string();
        assert!(text.contains("o=str0m-0 7 9 IN IP4 0.0.0.0\r\n"), "{text}");
        assert!(text.contains("a=msid-semantic: WMS *\r\n"), "{text}");
    }
}
