//! The environment of this process, as the kernel's exec takes it.

use std::ffi::{c_char, CStr};

unsafe extern "C" {
    /// environ(7)
    static environ: *const *const c_char;
}

/// Appends every variable as `NAME=value`, ended by a NUL. What has no name is left
/// out, as `process.env` leaves it out.
pub fn append_environ(to: &mut Vec<u8>) {
    // SAFETY: a NULL-ended array of C strings, or NULL. Node changes it from
    // JavaScript, whose main thread is calling us. A worker that shares it
    // (SHARE_ENV), or an addon's thread, could do so meanwhile: the same race as
    // with every getenv(3) of the process, those of libuv's resolver among them.
    unsafe {
        let mut next = environ;
        while !next.is_null() && !(*next).is_null() {
            let pair = CStr::from_ptr(*next).to_bytes_with_nul();
            if pair
                .iter()
                .position(|&byte| byte == b'=')
                .is_some_and(|at| at > 0)
            {
                to.extend_from_slice(pair);
            }
            next = next.add(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variable_is_there() {
        let mut list = Vec::new();
        append_environ(&mut list);
        let path = format!("PATH={}\0", std::env::var("PATH").unwrap_or_default());
        let pairs: Vec<&[u8]> = list.split_inclusive(|&byte| byte == 0).collect();
        assert!(pairs.contains(&path.as_bytes()));
        assert_eq!(pairs.len(), std::env::vars_os().count());
    }
}
