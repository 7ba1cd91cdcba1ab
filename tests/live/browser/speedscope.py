# SPDX-License-Identifier: MIT
"""speedscope.py DIRECTORY PACKAGE PROFILE...: opens profiles in speedscope, as its command does, and prints what its table
of functions says of each: "PROFILE<TAB>FUNCTION<TAB>TOTAL<TAB>SELF"; what went wrong in the page on standard error.
"""
import base64
import json
import os
import sys

from chromium import Chromium

TAB = "[...document.querySelectorAll('div')].reverse().find((made) => /^.?.?Sandwich$/u.test(made.textContent))"
ROWS = ("[...document.querySelectorAll('tr')].map((row) => [...row.children].map((cell) => cell.innerText.trim()))"
        ".filter((row) => /^[0-9]/.test(row[0]))")


def open_profile(browser, directory, package, path):
    name = os.path.basename(path)
    with open(path, "rb") as file:
        content = base64.b64encode(file.read()).decode()
    script = f"{directory}/{name}.js"
    with open(script, "w") as file:
        file.write(f"speedscope.loadFileFromBase64({json.dumps(name)}, {json.dumps(content)})")
    page = browser.open(f"file://{package}/dist/release/index.html#localProfilePath={script}")
    page.wait_for(f"Boolean({TAB})")
    page.click(TAB)
    page.wait_for(f"{ROWS}.length > 0")
    return name, page


def main():
    directory, package, *paths = sys.argv[1:]
    with Chromium(directory) as browser:
        for path in paths:
            name, page = open_profile(browser, directory, package, path)
            for total, own, function in page.evaluate(ROWS):
                print(name, function, total.split(" ")[0], own.split(" ")[0], sep="\t")
            for fault in page.faults:
                print(f"{name}: {fault}", file=sys.stderr)


main()
