//! libFuzzer's way into `fuzzing::sequence`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzzing::sequence(bytes));
