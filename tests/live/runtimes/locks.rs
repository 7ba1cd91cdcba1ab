// SPDX-License-Identifier: MIT
// Rust's locks, conditions, channels and the rest of std::sync that waits; for compilers from 1.63 on. As stage.h tells it: in each
// scene one thread has something, another wants it, and the line that is printed says what the profiles must make of it.
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::sync::{mpsc, Condvar, Mutex, Once, RwLock};
use std::thread;
use std::time::Duration;

const ROUNDS: usize = 10;
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

fn have() {
    HAS.store(true, SeqCst);
    wait_until(&WANTS);
    thread::sleep(HOLD);
    GIVEN_NS.store(now_ns(), SeqCst);
}

fn want() {
    wait_until(&HAS);
    WANTS.store(true, SeqCst);
    SINCE_NS.store(now_ns(), SeqCst);
}

fn got() {
    let since_ns = SINCE_NS.load(SeqCst);

    WAITED_NS.fetch_add(now_ns() - since_ns, SeqCst);
    CAUSED_NS.fetch_add(GIVEN_NS.load(SeqCst) - since_ns, SeqCst);
}

// At the end of a function: what it calls last is no tail call, and so the function is seen on the stack.
macro_rules! stay {
    () => {
        unsafe { std::arch::asm!("") }
    };
}

static MUTEX: Mutex<bool> = Mutex::new(false);
static LOCK: RwLock<u32> = RwLock::new(0);
static CONDVAR: Condvar = Condvar::new();
static WAITER: Mutex<Option<thread::Thread>> = Mutex::new(None);
static SENDER: Mutex<Option<mpsc::Sender<u32>>> = Mutex::new(None);
const NEW: Once = Once::new();
static ONCES: [Once; ROUNDS] = [NEW; ROUNDS];
static ROUND: AtomicU64 = AtomicU64::new(0);

#[inline(never)]
fn hold_mutex() {
    let guard = MUTEX.lock().unwrap();
    have();
    drop(guard);
    stay!();
}

#[inline(never)]
fn want_mutex() {
    want();
    let guard = MUTEX.lock().unwrap();
    got();
    drop(guard);
    stay!();
}

#[inline(never)]
fn hold_to_read() {
    let guard = LOCK.read().unwrap();
    have();
    drop(guard);
    stay!();
}

#[inline(never)]
fn want_to_write() {
    want();
    let guard = LOCK.write().unwrap();
    got();
    drop(guard);
    stay!();
}

#[inline(never)]
fn hold_to_write() {
    let guard = LOCK.write().unwrap();
    have();
    drop(guard);
    stay!();
}

#[inline(never)]
fn want_to_read() {
    want();
    let guard = LOCK.read().unwrap();
    got();
    drop(guard);
    stay!();
}

#[inline(never)]
fn notify_one() {
    have();
    *MUTEX.lock().unwrap() = true;
    CONDVAR.notify_one();
    stay!();
}

#[inline(never)]
fn notify_all() {
    have();
    *MUTEX.lock().unwrap() = true;
    CONDVAR.notify_all();
    stay!();
}

#[inline(never)]
fn wait_for_one() {
    let mut is_true = MUTEX.lock().unwrap();
    want();
    while !*is_true {
        is_true = CONDVAR.wait(is_true).unwrap();
    }
    got();
    *is_true = false;
    stay!();
}

#[inline(never)]
fn wait_for_all() {
    let is_true = MUTEX.lock().unwrap();
    want();
    let timeout = Duration::from_secs(20);
    let (mut is_true, _) = CONDVAR.wait_timeout_while(is_true, timeout, |is_true| !*is_true).unwrap();
    got();
    *is_true = false;
    stay!();
}

#[inline(never)]
fn unpark() {
    have();
    WAITER.lock().unwrap().as_ref().unwrap().unpark();
    stay!();
}

#[inline(never)]
fn parked() {
    *WAITER.lock().unwrap() = Some(thread::current());
    want();
    thread::park();
    got();
    stay!();
}

#[inline(never)]
fn send_number() {
    have();
    SENDER.lock().unwrap().as_ref().unwrap().send(1).unwrap();
    stay!();
}

#[inline(never)]
fn receive_number() {
    let (sender, receiver) = mpsc::channel();
    *SENDER.lock().unwrap() = Some(sender);
    want();
    receiver.recv().unwrap();
    got();
    stay!();
}

#[inline(never)]
fn call_first() {
    ONCES[ROUND.load(SeqCst) as usize].call_once(have);
    stay!();
}

#[inline(never)]
fn call_second() {
    want();
    ONCES[ROUND.fetch_add(1, SeqCst) as usize].call_once(|| ());
    got();
    stay!();
}

fn play(verdict: &str, has_name: &str, has: fn(), wants_name: &str, wants: fn()) {
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

macro_rules! play {
    ($verdict:ident, $has:ident, $wants:ident) => {
        play(stringify!($verdict), stringify!($has), $has, stringify!($wants), $wants)
    };
}

fn main() {
    play!(lock, hold_mutex, want_mutex);
    play!(lock, hold_to_read, want_to_write);
    play!(lock, hold_to_write, want_to_read);
    play!(other, notify_one, wait_for_one);
    play!(other, notify_all, wait_for_all);
    play!(other, unpark, parked);
    play!(other, send_number, receive_number);
    play!(other, call_first, call_second);
}
