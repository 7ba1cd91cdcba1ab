// SPDX-License-Identifier: MIT
// As stage.h tells it: in each scene one thread has something, another wants it, and the line that is printed says what the profiles
// must make of it. For compilers from 1.63 on.
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

pub const ROUNDS: usize = 10;
const HOLD: Duration = Duration::from_millis(20);

static HAS: AtomicBool = AtomicBool::new(false);
static WANTS: AtomicBool = AtomicBool::new(false);
static SINCE_NS: AtomicU64 = AtomicU64::new(0);
static GIVEN_NS: AtomicU64 = AtomicU64::new(0);
static WAITED_NS: AtomicU64 = AtomicU64::new(0);
static CAUSED_NS: AtomicU64 = AtomicU64::new(0);

extern "C" {
    fn clock_gettime(clock: i32, out_now: *mut [i64; 2]) -> i32;
}

fn now_ns() -> u64 {
    let mut now = [0i64; 2];

    unsafe { clock_gettime(1, &mut now) };
    now[0] as u64 * 1_000_000_000 + now[1] as u64
}

fn wait_until(what: &AtomicBool) {
    while !what.load(SeqCst) {
        thread::sleep(Duration::from_micros(200));
    }
}

pub fn have() {
    HAS.store(true, SeqCst);
    wait_until(&WANTS);
    thread::sleep(HOLD);
    GIVEN_NS.store(now_ns(), SeqCst);
}

pub fn want() {
    wait_until(&HAS);
    WANTS.store(true, SeqCst);
    SINCE_NS.store(now_ns(), SeqCst);
}

pub fn got() {
    let since_ns = SINCE_NS.load(SeqCst);

    WAITED_NS.fetch_add(now_ns() - since_ns, SeqCst);
    CAUSED_NS.fetch_add(GIVEN_NS.load(SeqCst) - since_ns, SeqCst);
}

// At the end of a function: what it calls last is no tail call, and so the function is seen on the stack.
#[macro_export]
macro_rules! stay {
    () => {
        unsafe { std::arch::asm!("") }
    };
}

pub fn play(verdict: &str, has_name: &str, has: fn(), wants_name: &str, wants: fn()) {
    WAITED_NS.store(0, SeqCst);
    CAUSED_NS.store(0, SeqCst);
    for _ in 0..ROUNDS {
        HAS.store(false, SeqCst);
        WANTS.store(false, SeqCst);
        let other = thread::spawn(has);
        wants();
        other.join().unwrap();
    }
    println!(
        "{} futex {} {} {} {}",
        verdict,
        has_name,
        wants_name,
        WAITED_NS.load(SeqCst),
        CAUSED_NS.load(SeqCst)
    );
}

#[macro_export]
macro_rules! play {
    ($verdict:ident, $has:ident, $wants:ident) => {
        stage::play(stringify!($verdict), stringify!($has), $has, stringify!($wants), $wants)
    };
}
