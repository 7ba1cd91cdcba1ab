# SPDX-License-Identifier: MIT
# What Python programs do that waits: threads and what they share, processes of every kind, event loops, sockets, signals.
import asyncio
import concurrent.futures
import hashlib
import multiprocessing
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time


def threads():
    total, lock, work, done = 0, threading.Lock(), queue.Queue(), queue.Queue(10)

    def worker():
        nonlocal total
        while (item := work.get()) is not None:
            digest = hashlib.sha256(str(item).encode() * 500).hexdigest()
            with lock:
                total += item
            done.put((item, digest[:8]))

    crew = [threading.Thread(target=worker) for _ in range(6)]
    for thread in crew:
        thread.start()
    for item in range(2000):
        work.put(item)
    for _ in crew:
        work.put(None)
    results = sorted(done.get() for _ in range(2000))
    for thread in crew:
        thread.join()
    print("threads", total, hashlib.md5(repr(results).encode()).hexdigest())


def primitives():
    said = []
    event, barrier, slots, recursive = threading.Event(), threading.Barrier(3), threading.BoundedSemaphore(2), threading.RLock()
    changed = threading.Condition(recursive)

    def party(number):
        event.wait()
        with slots:
            time.sleep(0.002)
        place = barrier.wait()
        with changed:
            said.append(place)
            changed.notify_all()

    parties = [threading.Thread(target=party, args=(number,)) for number in range(3)]
    for thread in parties:
        thread.start()
    event.set()
    with changed:
        changed.wait_for(lambda: len(said) == 3, timeout=10)
    for thread in parties:
        thread.join()
    print("primitives", sorted(said), event.wait(0), threading.Lock().acquire(timeout=0.001), slots.acquire(timeout=0.001))
    print("timeouts", queue_is_empty(), barrier.n_waiting)


def queue_is_empty():
    try:
        queue.Queue().get(timeout=0.01)
    except queue.Empty:
        return True


# The interpreter's own lock: threads that only compute.
def computing():
    def count(limit, out):
        number = 0
        for i in range(limit):
            number += i & 3
        out.append(number)

    out = []
    crew = [threading.Thread(target=count, args=(400000, out)) for _ in range(4)]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()
    print("computing", out)


def subprocesses():
    print("run", subprocess.run(["sort"], input="b\na\nc\n", capture_output=True, text=True, check=True).stdout.split())
    print("fails", subprocess.run(["sh", "-c", "echo no >&2; exit 3"], capture_output=True, check=False))
    pipeline = subprocess.Popen(["seq", "20000"], stdout=subprocess.PIPE)
    print("pipeline", subprocess.check_output(["md5sum"], stdin=pipeline.stdout), pipeline.wait())
    sleeper = subprocess.Popen(["/bin/sleep", "30"], env={})  # not profiled: a process that is killed leaves its region
    try:
        sleeper.wait(timeout=0.05)
    except subprocess.TimeoutExpired as error:
        print("times out", error.timeout)
    sleeper.terminate()
    print("terminated", sleeper.wait(), os.system("exit 4"), os.popen("echo through popen").read())
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        print("many", list(pool.map(lambda n: subprocess.check_output(["echo", str(n)]), range(12))))


def square(number):
    return number * number


def into_pipe(pipe, lock, shared):
    for number in range(100):
        with lock:
            shared.value += 1
        pipe.send(number)
    pipe.close()


def processes():
    for method in ("fork", "spawn", "forkserver"):
        context = multiprocessing.get_context(method)
        pool = context.Pool(3)
        print(method, sum(pool.map(square, range(1000))), pool.apply_async(square, (12,)).get(20))
        pool.close()
        pool.join()
    ours, theirs = multiprocessing.Pipe()
    lock, shared = multiprocessing.Lock(), multiprocessing.Value("i", 0, lock=False)
    crew = [multiprocessing.Process(target=into_pipe, args=(theirs, lock, shared)) for _ in range(1)]
    for process in crew:
        process.start()
    print("pipe", sum(ours.recv() for _ in range(100)), [process.join() or process.exitcode for process in crew], shared.value)
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        print("pool", list(pool.map(square, range(5))))
    child = os.fork()
    if not child:
        os._exit(9)
    print("fork", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


async def echo(reader, writer):
    while line := await reader.readline():
        writer.write(line.upper())
        await writer.drain()
    writer.close()


async def talk(number, port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    said = []
    for i in range(20):
        writer.write(b"client %d line %d\n" % (number, i))
        said.append(await reader.readline())
    writer.close()
    return len(b"".join(said))


async def event_loop():
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    sizes = await asyncio.gather(*(talk(number, port) for number in range(20)))
    child = await asyncio.create_subprocess_exec("cat", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    copied, _ = await child.communicate(b"x" * 300000)
    slow = await asyncio.get_running_loop().run_in_executor(None, square, 7)
    try:
        await asyncio.wait_for(asyncio.sleep(10), 0.02)
    except asyncio.TimeoutError:
        print("asyncio", sum(sizes), len(copied), child.returncode, slow)
    server.close()


def sockets():
    ours, theirs = socket.socketpair()
    theirs.settimeout(0.01)
    try:
        theirs.recv(1)
    except TimeoutError:
        print("recv times out")
    receiver = []
    thread = threading.Thread(target=lambda: receiver.append(len(b"".join(iter(lambda: theirs.recv(4096), b"")))))
    theirs.settimeout(10)
    thread.start()
    ours.sendall(b"y" * 1000000)
    ours.shutdown(socket.SHUT_WR)
    thread.join()
    print("received", receiver, socket.getaddrinfo("localhost", 80, socket.AF_INET, socket.SOCK_STREAM)[0][4])


def signals():
    caught = []
    signal.signal(signal.SIGALRM, lambda number, frame: caught.append(number))
    signal.setitimer(signal.ITIMER_REAL, 0.01, 0.003)
    time.sleep(0.05)
    threading.Event().wait(0.05)
    signal.setitimer(signal.ITIMER_REAL, 0)
    print("signals", len(caught) >= 2, set(caught))


if __name__ == "__main__":
    for part in (threads, primitives, computing, subprocesses, processes, lambda: asyncio.run(event_loop()), sockets, signals):
        part()
        sys.stdout.flush()
    sys.exit(5)
