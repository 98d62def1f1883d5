#![no_main]

#[path = "../checks.rs"]
#[allow(dead_code)]
mod checks;
#[path = "../grammar.rs"]
mod grammar;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let versions = grammar::history(bytes);
    let versions: Vec<&str> = versions.iter().map(String::as_str).collect();
    checks::simulate(&versions);
});
