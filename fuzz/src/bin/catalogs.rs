//! Feeds `windlass_fuzz::catalogs`: only the way in.
#![no_main]
#![allow(unsafe_code, reason = "the driver calls the target by its C name")]

libfuzzer_sys::fuzz_target!(|input: &[u8]| windlass_fuzz::catalogs::hold(input));
