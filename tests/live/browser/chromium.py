# SPDX-License-Identifier: MIT
"""chromium: Debian's Chromium without a window, driven through the DevTools protocol on two pipes: no port, no other package.

    with Chromium(directory) as browser:    # its profile and files go there
        page = browser.open("file:///...")
        page.evaluate("document.title")

Everything that a page must not do is kept in page.faults: exceptions, dialogs, requests to elsewhere.
"""
import base64
import json
import os
import shutil
import subprocess
import time

ANSWER_SECONDS = 120  # of a machine that does other things too

FLAGS = [
    "--headless=new",
    "--remote-debugging-pipe",
    "--no-first-run",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--disable-sync",
    "--password-store=basic",
    "--window-size=1400,900",
    "--allow-file-access-from-files",
    "--host-resolver-rules=MAP * ~NOTFOUND",
]


def is_installed():
    return shutil.which("chromium") is not None


class Chromium:
    def __init__(self, directory):
        to_read, self.to = os.pipe()
        self.answers, from_write = os.pipe()
        flags = FLAGS + [f"--user-data-dir={directory}/chromium"]
        if os.geteuid() == 0:
            flags.append("--no-sandbox")  # it refuses root otherwise; the pages are ours
        # The protocol is spoken on descriptors 3 and 4.
        shell = f'exec 3<&{to_read} 4>&{from_write}; exec "$@"'
        self.process = subprocess.Popen(
            ["bash", "-c", shell, "bash", "chromium", *flags, "about:blank"],
            pass_fds=[to_read, from_write], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=open(f"{directory}/chromium.err", "w"), env={**os.environ, "HOME": directory})
        os.close(to_read)
        os.close(from_write)
        self.pending = b""
        self.number = 0
        self.pages = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.call("Browser.close")
            self.process.wait(20)
        except (EOFError, OSError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()

    def read_message(self):
        while b"\0" not in self.pending:
            piece = os.read(self.answers, 1 << 20)
            if not piece:
                raise EOFError("chromium has ended")
            self.pending += piece
        message, self.pending = self.pending.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, session=None, **parameters):
        self.number += 1
        request = {"id": self.number, "method": method, "params": parameters}
        if session:
            request["sessionId"] = session
        os.write(self.to, json.dumps(request).encode() + b"\0")
        deadline = time.monotonic() + ANSWER_SECONDS
        while time.monotonic() < deadline:
            message = self.read_message()
            if message.get("id") == self.number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']['message']}")
                return message["result"]
            if message.get("sessionId") in self.pages:
                self.pages[message["sessionId"]].hear(message)
        raise TimeoutError(method)

    def open(self, url):
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.pages[session] = page = Page(self, session)
        page.open(url)
        return page


class Page:
    def __init__(self, browser, session):
        self.browser = browser
        self.session = session
        self.faults = []

    def call(self, method, **parameters):
        return self.browser.call(method, self.session, **parameters)

    def hear(self, message):
        method, parameters = message["method"], message["params"]
        if method == "Runtime.exceptionThrown":
            self.faults.append("exception: " + json.dumps(parameters["exceptionDetails"])[:300])
        elif method == "Page.javascriptDialogOpening":
            self.faults.append("dialog: " + parameters["message"])
        elif method == "Network.requestWillBeSent":
            url = parameters["request"]["url"]
            if not url.startswith(("file:", "data:", "blob:")):
                self.faults.append("request: " + url)
        elif method == "Log.entryAdded" and parameters["entry"]["level"] == "error":
            self.faults.append("log: " + parameters["entry"]["text"])

    def open(self, url):
        for domain in ("Runtime", "Page", "Network", "Log"):
            self.call(f"{domain}.enable")
        self.call("Page.navigate", url=url)
        self.wait_for("document.readyState === 'complete' && location.href !== 'about:blank'")

    def evaluate(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def wait_for(self, expression):
        deadline = time.monotonic() + ANSWER_SECONDS
        while not self.evaluate(expression):
            if time.monotonic() > deadline:
                raise TimeoutError(expression)
            time.sleep(0.05)

    def click(self, element):
        """In the middle of what the expression gives, as a mouse does."""
        x, y = self.evaluate(f"(() => {{ const made = {element}; made.scrollIntoView({{block: 'center'}});"
                             " const box = made.getBoundingClientRect();"
                             " return [box.x + box.width / 2, box.y + box.height / 2]; })()")
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def hover(self, element):
        x, y = self.evaluate(f"(() => {{ const box = {element}.getBoundingClientRect();"
                             " return [box.x + box.width / 2, box.y + box.height / 2]; })()")
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def type(self, text):
        self.call("Input.insertText", text=text)

    def press(self, key, text=""):
        self.call("Input.dispatchKeyEvent", type="keyDown", key=key, text=text)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key)

    def draw(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.call("Page.captureScreenshot")["data"]))
