//! Media in several encodings (RFC 8853), each with a name (RFC 8851).

use str0m::media::Rid;

use super::Section;

/// The header extensions that tell an encoding, and what is sent again of it (RFC 8852), with the
/// numbers that we give them.
pub(crate) const RID_EXTENSION: u8 = 10;
pub(crate) const REPAIRED_RID_EXTENSION: u8 = 11;
const RID_URI: &str = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id";
const REPAIRED_RID_URI: &str = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id";

impl Section {
    /// The encodings that its author sends or takes (RFC 8853 section 5.1), paused ones left out.
    pub(crate) fn encodings(&self, way: &str) -> Vec<Rid> {
        let mut words = self.attribute("simulcast").unwrap_or("").split_whitespace();
        let list = words.find(|&word| word == way).and_then(|_| words.next()).unwrap_or("");
        let names =
            list.split([';', ',']).filter(|name| !name.is_empty() && !name.starts_with('~'));
        names.map(Rid::from).collect()
    }

    /// Offers a medium in these encodings, or once. An encoding is told by its packets, and no SSRC
    /// in the SDP is its.
    pub(crate) fn name_encodings(&mut self, rids: &[Rid]) {
        let is_of_one = |line: &str| {
            ["a=rid:", "a=simulcast:"].iter().any(|start| line.starts_with(start))
                || [RID_URI, REPAIRED_RID_URI].iter().any(|uri| line.ends_with(uri))
        };
        self.lines.retain(|line| !is_of_one(line));
        if rids.is_empty() || self.rejected {
            return;
        }
        self.lines.retain(|line| !line.starts_with("a=ssrc"));
        self.lines.push(format!("a=extmap:{RID_EXTENSION} {RID_URI}"));
        self.lines.push(format!("a=extmap:{REPAIRED_RID_EXTENSION} {REPAIRED_RID_URI}"));
        self.list_encodings("send", rids);
    }

    /// Answers what was offered: `str0m` says for ever what it said first.
    pub(crate) fn take_encodings(&mut self, offered: &Self) {
        let rids = offered.encodings("send");
        if self.rejected || rids == self.encodings("recv") {
            return;
        }
        let is_of_one = |line: &str| line.starts_with("a=rid:") || line.starts_with("a=simulcast:");
        self.lines.retain(|line| !is_of_one(line));
        if !rids.is_empty() {
            self.list_encodings("recv", &rids);
        }
    }

    fn list_encodings(&mut self, way: &str, rids: &[Rid]) {
        let names: Vec<_> = rids.iter().map(ToString::to_string).collect();
        self.lines.extend(names.iter().map(|rid| format!("a=rid:{rid} {way}")));
        self.lines.push(format!("a=simulcast:{way} {}", names.join(";")));
    }
}

#[cfg(test)]
mod tests {
    use super::super::Sdp;
    use super::*;

    fn section(lines: &str) -> Section {
        let text = format!("v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:0\r\n{lines}");
        Sdp::read(&text).media.remove(0)
    }

    fn names(section: &Section, way: &str) -> String {
        let rids = section.encodings(way).into_iter().map(|rid| rid.to_string());
        rids.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn encodings_are_read_of_either_way() {
        let both = section("a=simulcast:send 1;~2,3 recv a,b;c\r\n");
        assert_eq!((names(&both, "send"), names(&both, "recv")), ("1 3".into(), "a b c".into()));
        assert_eq!(names(&section("a=simulcast:recv\r\n"), "recv"), "");
        assert_eq!(names(&section(""), "send"), "");
    }

    #[test]
    fn who_is_named_has_no_ssrc_and_who_is_no_more_has_no_name() {
        let mut offer = section("a=ssrc:5 cname:c\r\na=ssrc-group:FID 5 6\r\n");
        offer.name_encodings(&["lo", "hi"].map(Rid::from));
        let named = offer.lines[2..].to_vec();
        let expected = [
            "a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
            "a=extmap:11 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
            "a=rid:lo send",
            "a=rid:hi send",
            "a=simulcast:send lo;hi",
        ];
        assert_eq!(named, expected);
        offer.name_encodings(&["lo", "hi"].map(Rid::from));
        assert_eq!(offer.lines[2..], named, "once");
        offer.name_encodings(&[]);
        assert_eq!(offer.lines.len(), 2);
    }

    #[test]
    fn what_is_offered_now_is_answered() {
        let mut answer = section("a=rid:a recv\r\na=simulcast:recv a\r\n");
        let before = answer.clone();
        answer.take_encodings(&section("a=simulcast:send a\r\n"));
        assert_eq!(answer, before);
        answer.take_encodings(&section("a=simulcast:send b;a\r\n"));
        assert_eq!(answer.lines[2..], ["a=rid:b recv", "a=rid:a recv", "a=simulcast:recv b;a"]);
        answer.take_encodings(&section(""));
        assert_eq!(answer.lines.len(), 2);
    }
}
