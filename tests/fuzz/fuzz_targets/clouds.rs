#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cloudimg_tests::fuzz::run("clouds", data));
