//! Besides what napi needs: builds the keeper's program, which is put into the addon (`src/spawn/keeper.rs`).

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    napi_build::setup();
    println!("cargo:rerun-if-changed=keeper");
    let program = build_keeper();
    println!("cargo:rustc-env=KEEPER_PROGRAM={}", program.display());
}

/// It has no C library, so that of the GNU target serves musl, too, whose `core` may not be installed.
fn build_keeper() -> PathBuf {
    let target = env::var("TARGET").expect("cargo sets it");
    let gnu = target.replace("-musl", "-gnu");
    let mut targets = vec![gnu];
    if targets[0] != target {
        targets.push(target);
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("keeper");
    let built = targets.iter().find(|target| build_for(target, &out));
    let Some(target) = built else { panic!("the keeper's program could not be built for {targets:?}") };
    out.join(target).join("release").join("keeper")
}

fn build_for(target: &str, out: &Path) -> bool {
    let flags = ["-Crelocation-model=static", "-Ctarget-feature=+crt-static", "-Copt-level=s", "-Cpanic=abort"];
    let mut cargo = Command::new(env::var_os("CARGO").expect("cargo sets it"));
    cargo
        .args(["build", "--quiet", "--release", "--package", "forkless-keeper", "--features", "program"])
        .args(["--bin", "keeper", "--target", target, "--target-dir"])
        .arg(out)
        .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"))
        // Of the outer build, whose lints or linker arguments are not for this program.
        .env_remove("RUSTFLAGS")
        .env_remove("RUSTC_WRAPPER")
        .env_remove("RUSTC_WORKSPACE_WRAPPER")
        .env_remove("CARGO_BUILD_TARGET");
    if let Some(linker) = env::var_os("RUSTC_LINKER") {
        let name = target.replace('-', "_").to_uppercase();
        cargo.env(format!("CARGO_TARGET_{name}_LINKER"), linker);
    }
    cargo.status().is_ok_and(|status| status.success())
}
