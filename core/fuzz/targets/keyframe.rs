//! libFuzzer's way into `fuzzing::keyframe`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzzing::keyframe(bytes));
