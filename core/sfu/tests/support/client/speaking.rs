//! A client whose sound tells how loud it is.

use std::time::Instant;

use str0m::format::Codec;
use str0m::rtp::ExtensionValues;

use super::Client;

impl Client {
    /// Whether its first medium is sound that it sends.
    pub(crate) fn has_voice(&self) -> bool {
        let first = self.media.first().filter(|(_, kind)| kind.is_audio());
        let sends = first.and_then(|&(mid, _)| self.rtc.media(mid)).is_some_and(|media| {
            media.direction().is_sending() && !media.disabled() && !media.remote_pts().is_empty()
        });
        sends && !self.closed
    }

    /// Writes one packet of sound at so many dB below the loudest there is.
    pub(crate) fn say(&mut self, index: usize, level: i8, timestamp: u32, at: Instant) {
        let values = ExtensionValues {
            audio_level: Some(-level),
            voice_activity: Some(false),
            ..ExtensionValues::default()
        };
        let payload = vec![0x78, self.sequence(index) as u8];
        self.write_packet(index, Codec::Opus, payload, values, timestamp, at);
    }
}
