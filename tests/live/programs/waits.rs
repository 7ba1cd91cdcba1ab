// SPDX-License-Identifier: MIT
// What Rust programs do that waits: threads and what std::sync gives them, channels, sockets, processes; it prints what came of it.
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{channel, sync_channel, RecvTimeoutError};
use std::sync::{Arc, Barrier, Condvar, Mutex, Once, RwLock};
use std::thread;
use std::time::Duration;

const THREADS: u64 = 6;
const ROUNDS: u64 = 200;

fn work(mut seed: u64) -> u64 {
    for _ in 0..2000 {
        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
    }
    seed
}

/// Its last act is not the unlock, so that it is there to be charged.
#[inline(never)]
fn hold_the_mutex(shared: &Mutex<u64>, number: u64) -> u64 {
    let mut sum = shared.lock().unwrap();
    *sum += number;
    if *sum % 50 == 0 {
        thread::sleep(Duration::from_millis(1));
    }
    let worked = work(*sum);
    drop(sum);
    worked
}

fn locks() {
    let mutex = Arc::new(Mutex::new(0));
    let table = Arc::new(RwLock::new(vec![0u64; 8]));
    let crew: Vec<_> = (0..THREADS)
        .map(|number| {
            let (mutex, table) = (mutex.clone(), table.clone());
            thread::spawn(move || {
                for round in 0..ROUNDS {
                    assert_ne!(hold_the_mutex(&mutex, 1), 1);
                    if round % 10 == number {
                        table.write().unwrap()[number as usize] += round;
                    } else {
                        assert_eq!(table.read().unwrap().len(), 8);
                    }
                }
            })
        })
        .collect();
    for thread in crew {
        thread.join().unwrap();
    }
    println!("locks {} {:?}", mutex.lock().unwrap(), table.read().unwrap());
}

fn conditions() {
    let pair = Arc::new((Mutex::new(0), Condvar::new()));
    let barrier = Arc::new(Barrier::new(4));
    let (leaders, once, made) = (Arc::new(AtomicUsize::new(0)), Arc::new(Once::new()), Arc::new(AtomicUsize::new(0)));
    let crew: Vec<_> = (0..4)
        .map(|turn| {
            let (pair, barrier, leaders, once, made) =
                (pair.clone(), barrier.clone(), leaders.clone(), once.clone(), made.clone());
            thread::spawn(move || {
                for round in 0..100 {
                    let (lock, changed) = &*pair;
                    let mut now = changed.wait_while(lock.lock().unwrap(), |now| *now % 4 != turn).unwrap();
                    *now += 1;
                    changed.notify_all();
                    drop(now);
                    if barrier.wait().is_leader() {
                        leaders.fetch_add(1, Ordering::Relaxed);
                    }
                    if round == 50 {
                        once.call_once(|| {
                            thread::sleep(Duration::from_millis(5));
                            made.fetch_add(1, Ordering::Relaxed);
                        });
                    }
                }
            })
        })
        .collect();
    for thread in crew {
        thread.join().unwrap();
    }
    let (lock, changed) = &*pair;
    let timed_out = changed.wait_timeout(lock.lock().unwrap(), Duration::from_millis(5)).unwrap().1.timed_out();
    println!("conditions {} {:?} {:?} {}", lock.lock().unwrap(), leaders, made, timed_out);
}

fn channels() {
    let (sender, receiver) = channel();
    for number in 0..THREADS {
        let sender = sender.clone();
        thread::spawn(move || (0..ROUNDS).for_each(|round| sender.send(number * round).unwrap()));
    }
    drop(sender);
    println!("channel {}", receiver.iter().sum::<u64>());
    let (sender, receiver) = sync_channel(2);
    let producer = thread::spawn(move || (0..ROUNDS).for_each(|round| sender.send(round).unwrap()));
    thread::sleep(Duration::from_millis(5));
    println!("bounded {} {:?}", receiver.iter().sum::<u64>(), producer.join());
    let (sender, receiver) = channel::<u64>();
    println!("timeout {}", receiver.recv_timeout(Duration::from_millis(5)) == Err(RecvTimeoutError::Timeout));
    drop(sender);
    let parked = thread::spawn(thread::park);
    thread::sleep(Duration::from_millis(5));
    parked.thread().unpark();
    println!("parked {:?} {}", parked.join(), thread::spawn(|| panic!("on purpose")).join().is_err());
    println!("scoped {}", thread::scope(|scope| scope.spawn(|| work(1) & 1 | 1).join().unwrap()));
}

fn sockets() -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let server = thread::spawn(move || {
        let serving: Vec<_> = (0..8)
            .map(|_| {
                let (stream, _) = listener.accept().unwrap();
                thread::spawn(move || {
                    let mut writer = stream.try_clone().unwrap();
                    for line in BufReader::new(stream).lines() {
                        writer.write_all((line.unwrap().to_uppercase() + "\n").as_bytes()).unwrap();
                    }
                })
            })
            .collect();
        serving.into_iter().for_each(|thread| thread.join().unwrap());
    });
    for number in 0..8 {
        let mut stream = TcpStream::connect(address)?;
        let mut said = String::new();
        for line in 0..50 {
            writeln!(stream, "client {} line {}", number, line)?;
        }
        stream.shutdown(Shutdown::Write)?;
        stream.read_to_string(&mut said)?;
        println!("echo {} {:?}", said.len(), said.lines().last());
    }
    server.join().unwrap();
    Ok(())
}

fn processes() -> std::io::Result<()> {
    let mut sort = Command::new("sort").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    sort.stdin.take().unwrap().write_all(b"b\na\n")?;
    println!("process {:?}", sort.wait_with_output()?);
    println!("exit {:?}", Command::new("sh").args(["-c", "exit 3"]).status()?.code());
    println!("missing {}", Command::new("/nowhere/program").spawn().is_err());
    Ok(())
}

fn main() {
    std::panic::set_hook(Box::new(|_| ()));
    locks();
    conditions();
    channels();
    sockets().unwrap();
    processes().unwrap();
    std::process::exit(8);
}
