//! libFuzzer's way into `fuzzing::turn`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzzing::turn(bytes));
