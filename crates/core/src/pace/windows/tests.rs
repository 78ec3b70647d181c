use super::*;

const S: Duration = Duration::from_secs(1);

fn windows(account: u32, operation: u32) -> Windows {
    Windows::new(&Pace::new().account(account, 60 * S).operation(operation, 60 * S))
}

/// Makes a call that is answered at once; `None` if it has to wait, and then its number.
fn go(windows: &mut Windows, operation: &'static str, now: Duration) -> Option<u64> {
    let id = windows.enter(("GET", operation));
    let (Standing::Admitted, _) = windows.standing(id, now) else { return Some(id) };
    windows.end(("GET", operation), true, now);
    None
}

fn until(windows: &mut Windows, id: u64, now: Duration) -> (u64, usize) {
    match windows.standing(id, now).0 {
        Standing::Waits { until, ahead, .. } => (until.as_secs(), ahead),
        Standing::Admitted => (now.as_secs(), 0),
    }
}

#[test]
fn those_that_wait_know_when_their_turn_comes() {
    let mut windows = windows(99, 2);
    assert_eq!((go(&mut windows, "a", S), go(&mut windows, "a", 5 * S)), (None, None));
    let waiting: Vec<u64> = (0..5).filter_map(|_| go(&mut windows, "a", 6 * S)).collect();
    let turns: Vec<_> = waiting.iter().map(|id| until(&mut windows, *id, 7 * S)).collect();
    assert_eq!(turns, [(61, 0), (65, 1), (121, 2), (125, 3), (181, 4)]);
}

#[test]
fn other_operations_pass_by_until_the_account_is_full() {
    let mut windows = windows(3, 1);
    assert_eq!(go(&mut windows, "a", S), None);
    let held = go(&mut windows, "a", 2 * S).unwrap();
    assert_eq!((go(&mut windows, "b", 3 * S), go(&mut windows, "c", 4 * S)), (None, None));
    let last = go(&mut windows, "d", 5 * S).unwrap();
    assert_eq!((until(&mut windows, held, 5 * S), until(&mut windows, last, 5 * S)), ((61, 0), (61, 0)));
    assert_eq!(windows.standing(last, 61 * S), (windows_wait(63, 1, 3, Limited::Account), true), "the earlier one has the place");
    assert_eq!(windows.standing(held, 61 * S), (Standing::Admitted, false));
}

fn windows_wait(until: u64, ahead: usize, calls: usize, limited: Limited) -> Standing {
    let limit = Limit { calls, per: 60 * S };
    // The one ahead has been admitted meanwhile.
    Standing::Waits { until: Duration::from_secs(until), limit, limited, ahead: ahead - 1 }
}

#[test]
fn one_that_leaves_frees_its_place_and_what_it_was_given() {
    let mut windows = windows(99, 1);
    assert_eq!(go(&mut windows, "a", S), None);
    let ids: Vec<u64> = (0..3).filter_map(|_| go(&mut windows, "a", S)).collect();
    let [first, second, third] = ids[..] else { panic!("{ids:?}") };
    assert!(windows.leave(first, S));
    assert_eq!(until(&mut windows, third, S), (121, 1));
    assert_eq!(until(&mut windows, third, 61 * S), (121, 0), "the second has been admitted");
    assert!(windows.leave(second, 61 * S));
    assert_eq!(windows.standing(third, 61 * S).0, Standing::Admitted);
    windows.end(("GET", "a"), false, 61 * S);
    assert_eq!(go(&mut windows, "a", 61 * S), None, "what was not sent does not count");
}

#[test]
fn a_call_counts_until_its_answer_has_been_there_for_the_time() {
    let mut windows = windows(99, 1);
    let slow = windows.enter(("GET", "a"));
    assert_eq!(windows.standing(slow, S).0, Standing::Admitted);
    let next = windows.enter(("GET", "a"));
    assert_eq!(until(&mut windows, next, 2 * S), (62, 0));
    assert_eq!(until(&mut windows, next, 62 * S), (122, 0));
    windows.end(("GET", "a"), true, 70 * S);
    assert_eq!(until(&mut windows, next, 71 * S), (130, 0));
    assert_eq!(windows.standing(next, 130 * S).0, Standing::Admitted);
}

#[test]
fn nothing_is_kept_of_calls_that_no_longer_count() {
    let mut windows = windows(1000, 10);
    let names: [&'static str; 4] = ["a", "b", "c", "d"];
    for round in 0..200 {
        for name in names {
            assert_eq!(go(&mut windows, name, 7 * S * round), None);
        }
    }
    go(&mut windows, "a", 7 * S * 400);
    assert_eq!((windows.operations.len(), windows.queue.len()), (1, 0));
    assert_eq!(windows.account.unwrap().frees.len(), 1);
}
