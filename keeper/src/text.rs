//! What the kernel's files in `/proc` say, of text that may be cut off anywhere.

/// A decimal number up to a NUL, a space or the end.
pub fn number(text: &[u8]) -> Option<i32> {
    let mut number = 0_i32;
    let mut any = false;
    for &byte in text {
        match byte {
            b'0'..=b'9' => number = number.checked_mul(10)?.checked_add(i32::from(byte - b'0'))?,
            0 | b' ' => break,
            _ => return None,
        }
        any = true;
    }
    any.then_some(number)
}

/// The parent in proc_pid_stat(5): the second field behind the name, which may have any character in it.
pub fn parent_in(stat: &[u8]) -> Option<i32> {
    let end_of_name = stat.iter().rposition(|&byte| byte == b')')?;
    // A space, the state, a space.
    number(stat.get(end_of_name + 4..)?)
}

/// `/proc/PID/stat`, with a NUL behind it.
pub fn path_of_stat(pid: i32) -> [u8; 24] {
    let mut path = [0; 24];
    let mut digits = [0_u8; 10];
    let mut count = 0;
    let mut rest = pid.unsigned_abs();
    while rest > 0 {
        #[allow(clippy::cast_possible_truncation)]
        let digit = (rest % 10) as u8;
        digits[count] = b'0' + digit;
        rest /= 10;
        count += 1;
    }
    let parts = b"/proc/".iter().chain(digits[..count].iter().rev()).chain(b"/stat");
    path.iter_mut().zip(parts).for_each(|(place, &byte)| *place = byte);
    path
}

/// Pids with something between them, read part by part.
#[derive(Default)]
pub struct PidList {
    /// Of the pid that may go on in the next part.
    pid: i32,
}

impl PidList {
    /// Each pid that has ended. The kernel puts a space behind the last one, too: `/proc/PID/task/TID/children`.
    pub fn read(&mut self, text: &[u8], act: &mut dyn FnMut(i32)) {
        for &byte in text {
            if byte.is_ascii_digit() {
                self.pid = self.pid.wrapping_mul(10).wrapping_add(i32::from(byte - b'0'));
            } else {
                let pid = core::mem::take(&mut self.pid);
                if pid > 0 {
                    act(pid);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pids_in<'a>(parts: impl Iterator<Item = &'a [u8]>) -> Vec<i32> {
        let (mut list, mut found) = (PidList::default(), Vec::new());
        parts.for_each(|part| list.read(part, &mut |pid| found.push(pid)));
        found
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(2000), ..ProptestConfig::default() })]

        #[test]
        fn numbers_are_those_of_the_standard_library(pid in 0..=i32::MAX, rest in prop_oneof!["", " .*", "\0.*"]) {
            prop_assert_eq!(number(format!("{pid}{rest}").as_bytes()), Some(pid));
        }

        #[test]
        fn any_bytes_are_a_number_or_none(bytes in prop::collection::vec(any::<u8>(), 0..16)) {
            let end = bytes.iter().position(|byte| matches!(byte, 0 | b' ')).unwrap_or(bytes.len());
            let wanted = std::str::from_utf8(&bytes[..end]).ok().filter(|text| !text.starts_with('+'));
            prop_assert_eq!(number(&bytes), wanted.and_then(|text| text.parse().ok()).filter(|&number: &i32| number >= 0 && bytes[0] != b'-'));
        }

        #[test]
        fn a_name_may_have_any_byte(pid: i32, name in prop::collection::vec(any::<u8>(), 0..16), parent in 0..=i32::MAX, cut in 0..64_usize) {
            let mut stat = [format!("{pid} (").as_bytes(), &name, format!(") S {parent} 1 1 0 -1").as_bytes()].concat();
            prop_assert_eq!(parent_in(&stat), Some(parent));
            // Cut off it is another number or none, and no panic.
            stat.truncate(cut);
            let _ = parent_in(&stat);
        }

        #[test]
        fn a_path_is_as_the_standard_library_writes_it(pid in 1..=i32::MAX) {
            let path = path_of_stat(pid);
            let text = std::ffi::CStr::from_bytes_until_nul(&path).expect("it ends");
            prop_assert_eq!(text.to_bytes().to_vec(), format!("/proc/{pid}/stat").into_bytes());
        }

        #[test]
        fn a_list_is_the_same_in_parts_of_any_size(pids in prop::collection::vec(1..=i32::MAX, 0..40), size in 1..64_usize) {
            let text: String = pids.iter().map(|pid| format!("{pid} ")).collect();
            prop_assert_eq!(pids_in(text.as_bytes().chunks(size)), pids);
        }

        #[test]
        fn any_bytes_are_pids_above_0(bytes in prop::collection::vec(any::<u8>(), 0..256), size in 1..64_usize) {
            prop_assert!(pids_in(bytes.chunks(size)).iter().all(|&pid| pid > 0));
        }
    }
}
