//! libFuzzer's way into `fuzzing::datagrams`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzzing::datagrams(bytes));
