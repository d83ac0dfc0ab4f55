//! libFuzzer's way into `fuzzing::renegotiate`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzzing::renegotiate(bytes));
