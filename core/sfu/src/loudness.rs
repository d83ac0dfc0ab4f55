//! How loud one producer is, from the levels in its packets (RFC 6464), and whether that is speech.

use std::time::{Duration, Instant};

/// Levels are in dB below the loudest there is. Speech in a browser, whose gain is controlled, is at
/// 20 to 40, a quiet room at 60 and more.
const BEGINS: f32 = 45.0;
/// Between the two, who spoke goes on speaking.
const ENDS: f32 = 55.0;
/// Quieter is all the same: else a word after silence would be late.
const SILENCE: f32 = 70.0;
/// How fast it follows: a cough is no speech, and a pause between two words is no end.
const RISE: Duration = Duration::from_millis(200);
const FALL: Duration = Duration::from_millis(800);
/// A producer without packets for so long is silent. Opus that sends nothing in silence still sends
/// one every 400 ms.
const GONE: Duration = Duration::from_millis(600);

/// The level of one producer, smoothed.
#[derive(Debug, Default)]
pub(crate) struct Loudness {
    smoothed: Option<Smoothed>,
    speaks: bool,
}

#[derive(Debug, Clone, Copy)]
struct Smoothed {
    level: f32,
    at: Instant,
}

impl Loudness {
    /// A packet arrived that tells its level.
    pub(crate) fn heard(&mut self, level: u8, now: Instant) {
        let heard = f32::from(level).min(SILENCE);
        let before = self.smoothed.unwrap_or(Smoothed { level: SILENCE, at: now });
        let passed = now.saturating_duration_since(before.at).min(GONE);
        let speed = if heard < before.level { RISE } else { FALL };
        let share = 1.0 - (-passed.as_secs_f32() / speed.as_secs_f32()).exp();
        let level = before.level + share * (heard - before.level);
        self.smoothed = Some(Smoothed { level, at: now });
        self.speaks = level < if self.speaks { ENDS } else { BEGINS };
    }

    /// The level, if it speaks.
    pub(crate) fn speaks(&mut self, now: Instant) -> Option<u8> {
        let Smoothed { level, at } = self.smoothed?;
        if now.saturating_duration_since(at) > GONE {
            *self = Self::default();
        }
        #[allow(clippy::cast_sign_loss, reason = "between 0 and `SILENCE`")]
        self.speaks.then_some(level.round() as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACKET: Duration = Duration::from_millis(20);

    /// Packets of this level for so long; gives whether it speaks then.
    fn hear(loudness: &mut Loudness, now: &mut Instant, level: u8, length: u64) -> bool {
        for _ in 0..length / 20 {
            loudness.heard(level, *now);
            *now += PACKET;
        }
        loudness.speaks(*now).is_some()
    }

    #[test]
    fn speech_begins_soon_and_goes_on_over_pauses() {
        let (mut loudness, mut now) = (Loudness::default(), crate::io::now());
        assert!(!hear(&mut loudness, &mut now, 127, 1_000), "silence");
        assert!(hear(&mut loudness, &mut now, 30, 400), "speech");
        assert!(hear(&mut loudness, &mut now, 90, 300), "a pause between two words");
        assert!(hear(&mut loudness, &mut now, 40, 500), "more quietly");
        assert!(!hear(&mut loudness, &mut now, 90, 1_000), "no more");
    }

    #[test]
    fn a_cough_and_a_quiet_room_are_no_speech() {
        let (mut loudness, mut now) = (Loudness::default(), crate::io::now());
        assert!(!hear(&mut loudness, &mut now, 15, 80), "a cough");
        assert!(!hear(&mut loudness, &mut now, 58, 2_000), "a fan");
    }

    #[test]
    fn between_the_thresholds_all_stays_as_it_is() {
        let (mut loudness, mut now) = (Loudness::default(), crate::io::now());
        assert!(!hear(&mut loudness, &mut now, 50, 2_000));
        assert!(hear(&mut loudness, &mut now, 20, 400));
        assert!(hear(&mut loudness, &mut now, 50, 5_000));
    }

    #[test]
    fn who_sends_nothing_is_silent() {
        let (mut loudness, mut now) = (Loudness::default(), crate::io::now());
        assert_eq!(loudness.speaks(now), None, "never heard");
        assert!(hear(&mut loudness, &mut now, 20, 2_000));
        assert_eq!(loudness.speaks(now), Some(20));
        assert_eq!(loudness.speaks(now + GONE + PACKET), None);
    }
}
