// SPDX-License-Identifier: MIT
// The locks, conditions and once of the crate parking_lot, which park each thread in a word of its own. A broadcast with the mutex
// held makes its waiters wait for that, and its unlock wakes one, which is not to blame for the wait.
use parking_lot::{Condvar, Mutex, Once, RwLock};
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::time::Duration;

#[macro_use]
mod stage;
use stage::{got, have, want, ROUNDS};

static MUTEX: Mutex<bool> = Mutex::new(false);
static LOCK: RwLock<u32> = RwLock::new(0);
static CONDVAR: Condvar = Condvar::new();
const NEW: Once = Once::new();
static ONCES: [Once; ROUNDS] = [NEW; ROUNDS];
static ROUND: AtomicU64 = AtomicU64::new(0);

#[inline(never)]
fn hold_mutex() {
    let guard = MUTEX.lock();
    have();
    drop(guard);
    stay!();
}

#[inline(never)]
fn want_mutex() {
    want();
    let guard = MUTEX.lock();
    got();
    drop(guard);
    stay!();
}

#[inline(never)]
fn hold_to_read() {
    let guard = LOCK.read();
    have();
    drop(guard);
    stay!();
}

#[inline(never)]
fn want_to_write() {
    want();
    let guard = LOCK.write();
    got();
    drop(guard);
    stay!();
}

#[inline(never)]
fn hold_to_write() {
    let guard = LOCK.write();
    have();
    drop(guard);
    stay!();
}

#[inline(never)]
fn want_to_read() {
    want();
    let guard = LOCK.read();
    got();
    drop(guard);
    stay!();
}

#[inline(never)]
fn notify_one() {
    have();
    *MUTEX.lock() = true;
    CONDVAR.notify_one();
    stay!();
}

#[inline(never)]
fn notify_all() {
    have();
    let mut is_true = MUTEX.lock();
    *is_true = true;
    CONDVAR.notify_all();
    drop(is_true);
    stay!();
}

#[inline(never)]
fn wait_for_one() {
    let mut is_true = MUTEX.lock();
    want();
    while !*is_true {
        CONDVAR.wait(&mut is_true);
    }
    got();
    *is_true = false;
    stay!();
}

#[inline(never)]
fn wait_for_all() {
    let mut is_true = MUTEX.lock();
    want();
    while !*is_true {
        CONDVAR.wait_for(&mut is_true, Duration::from_secs(20));
    }
    got();
    *is_true = false;
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

fn main() {
    play!(lock, hold_mutex, want_mutex);
    play!(lock, hold_to_read, want_to_write);
    play!(lock, hold_to_write, want_to_read);
    play!(other, notify_one, wait_for_one);
    play!(other, notify_all, wait_for_all);
    play!(other, call_first, call_second);
}
