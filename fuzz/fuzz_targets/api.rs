#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| bfd_fuzz::api(data));
