// SPDX-License-Identifier: MIT
// Rust's locks, conditions, channels and the rest of std::sync that waits.
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{mpsc, Condvar, Mutex, Once, RwLock};
use std::thread;
use std::time::Duration;

#[macro_use]
mod stage;
use stage::{got, have, want, ROUNDS};

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
