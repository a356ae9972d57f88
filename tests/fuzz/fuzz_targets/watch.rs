#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| integration_tests::fuzz::watch(input));
