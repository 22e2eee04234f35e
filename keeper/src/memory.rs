//! What the compiler calls to copy, fill and compare memory: as a rule the C library's.

/// # Safety
/// As memcpy(3).
#[no_mangle]
unsafe extern "C" fn memcpy(to: *mut u8, from: *const u8, size: usize) -> *mut u8 {
    let mut index = 0;
    while index < size {
        // SAFETY: the caller vouches for both.
        unsafe { *to.add(index) = *from.add(index) };
        index += 1;
    }
    to
}

/// # Safety
/// As memset(3).
#[no_mangle]
unsafe extern "C" fn memset(to: *mut u8, byte: i32, size: usize) -> *mut u8 {
    let mut index = 0;
    while index < size {
        // SAFETY: the caller vouches for it.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        unsafe {
            *to.add(index) = byte as u8;
        };
        index += 1;
    }
    to
}

/// # Safety
/// As memcmp(3).
#[no_mangle]
unsafe extern "C" fn memcmp(one: *const u8, other: *const u8, size: usize) -> i32 {
    let mut index = 0;
    while index < size {
        // SAFETY: the caller vouches for both.
        let (a, b) = unsafe { (*one.add(index), *other.add(index)) };
        if a != b {
            return i32::from(a) - i32::from(b);
        }
        index += 1;
    }
    0
}
