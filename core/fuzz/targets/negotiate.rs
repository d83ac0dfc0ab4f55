//! libFuzzer's way into `fuzzing::negotiate`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzzing::negotiate(bytes));
