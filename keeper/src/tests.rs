use super::*;

const NONE: Flags = Flags { kills_at_exit: false, dies_with_program: false, tells_pid: false };
const NOTHING: Work = Work { report: false, reap_child: false, kill: false, exit: false };

#[test]
fn a_child_is_reported_once_and_reaped_when_the_program_knows() {
    let mut keeper = Keeper::new(NONE);
    assert_eq!(keeper.on_child_end(), Work { report: true, ..NOTHING });
    assert_eq!(keeper.on_child_end(), NOTHING);
    assert!(keeper.keeps_child());
    assert_eq!(keeper.on_command(Command::Acknowledge), Work { reap_child: true, ..NOTHING });
    assert!(!keeper.keeps_child());
    assert_eq!(keeper.on_command(Command::Acknowledge), NOTHING);
    assert_eq!(keeper.on_turn(false), Work { exit: true, ..NOTHING });
}

#[test]
fn what_the_child_has_left_keeps_the_keeper() {
    let mut keeper = Keeper::new(NONE);
    keeper.on_child_end();
    keeper.on_command(Command::Acknowledge);
    assert_eq!(keeper.on_turn(true), NOTHING);
}

#[test]
fn nothing_ends_before_the_child() {
    assert_eq!(Keeper::new(NONE).on_turn(false), NOTHING);
    assert_eq!(Keeper::new(NONE).on_command(Command::Acknowledge), NOTHING);
}

#[test]
fn with_the_childs_end_all_is_killed_if_asked_for() {
    let mut keeper = Keeper::new(Flags { kills_at_exit: true, ..NONE });
    assert_eq!(keeper.on_child_end(), Work { report: true, kill: true, ..NOTHING });
    assert_eq!(keeper.on_turn(true), Work { kill: true, ..NOTHING });
}

#[test]
fn with_the_programs_end_all_is_killed_if_asked_for() {
    let mut keeper = Keeper::new(Flags { dies_with_program: true, ..NONE });
    assert_eq!(keeper.on_hang_up(), Work { kill: true, ..NOTHING });
    assert_eq!(keeper.on_child_end(), Work { kill: true, reap_child: true, ..NOTHING });
    assert_eq!(keeper.on_turn(false), Work { exit: true, ..NOTHING });
}

#[test]
fn without_a_program_the_child_goes_on_and_is_reaped_at_its_end() {
    let mut keeper = Keeper::new(NONE);
    assert_eq!(keeper.on_hang_up(), NOTHING);
    assert_eq!(keeper.on_child_end(), Work { reap_child: true, ..NOTHING });
}

#[test]
fn an_end_that_nobody_has_acknowledged_is_let_go_with_the_program() {
    let mut keeper = Keeper::new(NONE);
    keeper.on_child_end();
    assert_eq!(keeper.on_hang_up(), Work { reap_child: true, ..NOTHING });
}

#[test]
fn a_kill_is_asked_for_until_nobody_is_left() {
    let mut keeper = Keeper::new(NONE);
    assert_eq!(keeper.on_command(Command::Kill), Work { kill: true, ..NOTHING });
    for _ in 0..3 {
        assert_eq!(keeper.on_turn(true), Work { kill: true, ..NOTHING });
    }
}

#[test]
fn flags_and_commands_cross_as_bytes() {
    for byte in 0..8 {
        assert_eq!(Flags::from_byte(byte).to_byte(), byte);
    }
    for command in [Command::Kill, Command::Acknowledge] {
        assert_eq!(Command::from_byte(command.to_byte()), Some(command));
    }
    assert_eq!(Command::from_byte(0), None);
}
