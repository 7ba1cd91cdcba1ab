# SPDX-License-Identifier: MIT
# http_hostile PORT WHAT: a client that does not behave; prints the first line of the answer, or "closed" with the seconds it took.
import socket, sys, threading, time

port, what = int(sys.argv[1]), sys.argv[2]
request = b"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n"


def connect():
    stream = socket.create_connection(("127.0.0.1", port))
    stream.settimeout(60)
    return stream


def answer(stream):
    got = b""
    try:
        while True:
            part = stream.recv(65536)
            if not part:
                break
            got += part
    except ConnectionResetError:
        pass
    return got


def first_line(got):
    return got.split(b"\r\n")[0].decode() or "closed"


def say(data):
    stream = connect()
    try:
        stream.sendall(data)
    except (BrokenPipeError, ConnectionResetError):
        pass
    return first_line(answer(stream))


def slow():
    """A byte a second, for ever."""
    stream, began = connect(), time.monotonic()
    try:
        for byte in request * 10:
            stream.sendall(bytes([byte]))
            time.sleep(1)
    except (BrokenPipeError, ConnectionResetError):
        pass
    return "closed %s" % (5 < time.monotonic() - began < 40)


def many():
    """A hundred at a time, all of which send their request only once all are connected."""
    streams = [connect() for _ in range(100)]
    answers = []

    def ask(stream):
        stream.sendall(request + b"\r\n")
        answers.append(first_line(answer(stream)))

    threads = [threading.Thread(target=ask, args=(stream,)) for stream in streams]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return "%d %s" % (len(answers), " ".join(sorted(set(answers))))


def pipelined():
    """More bytes while the first request waits for its seconds."""
    stream = connect()
    stream.sendall(b"GET /debug/pprof/mutex?seconds=2 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    for _ in range(10):
        time.sleep(0.1)
        stream.sendall(request + b"\r\n" + b"x" * 100000)
    return first_line(answer(stream))


def leave():
    """Gone before the seconds are."""
    stream = connect()
    stream.sendall(b"GET /debug/pprof/mutex?seconds=600 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    time.sleep(0.5)
    stream.close()
    return "left"


print({
    "huge-header": lambda: say(request + b"X: " + b"x" * 10000000 + b"\r\n\r\n"),
    "many-headers": lambda: say(request + b"X: x\r\n" * 100000 + b"\r\n"),
    "huge-line": lambda: say(b"GET /" + b"x" * 1000000 + b" HTTP/1.1\r\n\r\n"),
    "huge-body": lambda: say(b"POST /debug/pprof/symbol HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10000000\r\n\r\n" + b"x" * 10000000),
    "negative-body": lambda: say(b"POST /debug/pprof/symbol HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n"),
    "no-http": lambda: say(bytes(range(256)) * 10 + b"\r\n\r\n"),
    "unknown-method": lambda: say(b"BREW /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"),
    "absolute": lambda: say(b"GET http://evil.example/metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"),
    "old": lambda: say(b"GET /metrics HTTP/1.0\r\n\r\n"),
    "injected": lambda: say(b"GET /debug/pprof/mutex?pid=1%0d%0aX:y HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"),
    "slow": slow,
    "many": many,
    "pipelined": pipelined,
    "leave": leave,
}[what]())
