//! libFuzzer's way into `fuzzing::offer`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzzing::offer(bytes));
