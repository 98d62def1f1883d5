#![no_main]

#[path = "../checks.rs"]
#[allow(dead_code)]
mod checks;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let versions: Vec<&str> = text.splitn(4, "#####\n").collect();
    checks::simulate(&versions);
});
