//! The program has no C library and no start files.

fn main() {
    for argument in
        ["-nostartfiles", "-nostdlib", "-static", "-Wl,--build-id=none", "-Wl,-z,noseparate-code", "-Wl,--gc-sections"]
    {
        println!("cargo:rustc-link-arg-bins={argument}");
    }
}
