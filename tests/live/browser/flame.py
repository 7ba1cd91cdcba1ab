# SPDX-License-Identifier: MIT
"""flame.py DIRECTORY PAGE SCENARIO: does with a flame graph what a person does, and prints what it then says, "name: value".

What the names mean stands in flame_test.sh, which knows the right values.
"""
import json
import sys

from chromium import Chromium


def say(name, value):
    print(f"{name}: {value if isinstance(value, str) else json.dumps(value)}")


def frame(panel, name):
    """A frame of a panel, by what it is called as a whole."""
    return (f"[...document.querySelectorAll('[data-profile={panel}] .frame')].find((made) =>"
            f" (made.dataset.n || made.getAttribute('aria-label').replace(/, [^,]*$/, '')) === {json.dumps(name)})")


def number(page, panel, what, weight="delay"):
    return page.evaluate(f"Number(document.querySelector('[data-profile={panel}] .{what}').dataset.{weight})")


def texts(page, panel, level):
    return page.evaluate(f"[...document.querySelectorAll('[data-profile={panel}] .frame[aria-level=\"{level}\"]')]"
                         ".map((made) => made.getAttribute('aria-label').replace(/, [^,]*$/, ''))")


def search(page, text):
    page.evaluate("document.activeElement.blur()")
    page.press("/", "/")
    page.evaluate("document.activeElement.select()")
    page.type(text)


def choose(page, selector, value):
    page.evaluate(f"(() => {{ const made = document.querySelector({json.dumps(selector)}); made.value = {json.dumps(value)};"
                  " made.dispatchEvent(new Event('change', {bubbles: true})); })()")


def numbers(page):
    for panel in ("mutex", "block"):
        say(f"{panel} total", number(page, panel, "total"))
        say(f"{panel} contentions", number(page, panel, "total", "contentions"))
    say("widths", page.evaluate("[...document.querySelectorAll('input[name=weight]')].map((made) => made.parentNode.textContent.trim())"))


def look(page):
    numbers(page)
    say("panels", page.evaluate("[...document.querySelectorAll('section h2')].map((made) => made.textContent)"))
    say("side by side", page.evaluate("(() => { const [a, b] = [...document.querySelectorAll('section')]"
                                      ".map((made) => made.getBoundingClientRect());"
                                      " return a.right < b.left && Math.abs(a.top - b.top) < 2; })()"))
    page.click(frame("block", "wait_for_first"))
    say("zoomed", number(page, "block", "zoomed"))
    say("zoomed frame is wide", page.evaluate(
        f"Math.abs({frame('block', 'wait_for_first')}.offsetWidth"
        " - document.querySelector('[data-profile=block] .frames').clientWidth) <= 2"))
    say("beside the zoomed", page.evaluate(f"{frame('block', 'wait_for_second')} === undefined"))
    say("other panel as before", number(page, "mutex", "zoomed") == number(page, "mutex", "total"))
    page.click(frame("block", "main"))
    say("zoomed out to main", number(page, "block", "zoomed"))
    page.press("Escape")
    say("all again", number(page, "block", "zoomed"))
    page.hover(frame("mutex", "hold_first"))
    say("details", page.evaluate("document.getElementById('details').hidden ? 'none'"
                                 " : document.querySelector('#details .function').textContent"))
    say("details values", page.evaluate("document.querySelector('#details table').textContent.includes(' ms')"))


def find(page):
    search(page, "wait_for_second")
    say("found", number(page, "block", "matched"))
    say("found in mutex", number(page, "mutex", "matched"))
    say("said", page.evaluate("document.querySelector('[data-profile=block] .matched').textContent.split(':')[0]"))
    search(page, "/^(main|wait_for_(first|second))$/")
    say("found once each", number(page, "block", "matched"))
    search(page, "/(/")
    say("half an expression", number(page, "block", "matched"))
    search(page, "HOLD_FIRST")
    say("found in any case", number(page, "mutex", "matched"))
    page.press("Escape")
    say("nothing is looked for", page.evaluate("document.querySelectorAll('.match, .searching').length"))


def switch(page):
    page.click("document.getElementById('idle')")
    say("without idle", number(page, "block", "total"))
    page.click("document.getElementById('idle')")
    say("with idle", number(page, "block", "total"))
    choose(page, "#group", "kind")
    say("kinds", sorted(texts(page, "block", 2)))
    page.click(frame("block", "mutex"))
    say("kind mutex", number(page, "block", "zoomed"))
    choose(page, "#group", "none")
    page.click("document.querySelector('input[value=contentions]')")
    say("by contentions", page.evaluate("document.querySelector('[data-profile=mutex] .total').textContent"))
    page.click("document.querySelector('input[value=delay]')")
    page.click("document.getElementById('inverted')")
    say("innermost first", texts(page, "mutex", 2))
    page.click("document.getElementById('inverted')")


def type_keys(page):
    page.evaluate("document.querySelector('[data-profile=mutex] .frame').focus()")
    for _ in range(2):
        page.press("ArrowDown")
    say("down twice", page.evaluate("document.activeElement.getAttribute('aria-level')"))
    page.press("ArrowUp")
    say("up once", page.evaluate("document.activeElement.getAttribute('aria-level')"))
    page.press("Enter")
    say("zoomed by key", page.evaluate("document.querySelector('[data-profile=mutex] .zoomed').textContent.includes(' in ')"))
    say("still focused", page.evaluate("document.activeElement.className.includes('frame')"))
    page.press("Escape")
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.click("document.getElementById('theme')")
    say("theme changes", page.evaluate("getComputedStyle(document.body).backgroundColor") != before)


def picture(page):
    totals = "Object.fromEntries([...document.querySelectorAll('.panel')].map((made) => [made.dataset.profile, Number(made.dataset.total)]))"
    for panel, total in page.evaluate(totals).items():
        say(f"{panel} total", total)
    page.click(f"{frame('block', 'wait_for_first')}.querySelector('rect')")
    say("zoomed frame is wide", page.evaluate(
        f"Math.abs({frame('block', 'wait_for_first')}.querySelector('rect').getAttribute('width')"
        " - document.querySelector('[data-profile=block]').dataset.width) < 0.1"))
    say("beside the zoomed", page.evaluate(f"{frame('block', 'wait_for_second')}.getAttribute('display')"))
    page.press("Escape")
    say("all again", page.evaluate(f"{frame('block', 'wait_for_second')}.getAttribute('display')"))
    page.evaluate("document.querySelector('input').focus()")
    page.type("wait_for_")
    say("found", page.evaluate("Number(document.querySelector('[data-profile=block] .note').dataset.matched)"))


def hostile(page):
    say("injected", page.evaluate("String(window.injected)"))
    say("foreign elements", page.evaluate("document.querySelectorAll('img, iframe, object, a, marquee').length"))
    say("names", page.evaluate("[...document.querySelectorAll('.frame')].map((made) =>"
                               " made.dataset.n || made.getAttribute('aria-label').replace(/, [^,]*$/, ''))"))
    search(page, "<") if page.evaluate("document.getElementById('search') !== null") else None
    say("injected after a search", page.evaluate("String(window.injected)"))


def crowd(page):
    say("total", number(page, "contention", "total"))
    say("frames drawn", page.evaluate("document.querySelectorAll('.frame').length"))
    say("narrow ones drawn", page.evaluate("[...document.querySelectorAll('.frame')]"
                                           ".filter((made) => parseFloat(made.style.width) < 0.5).length"))
    say("ms to zoom and back", page.evaluate(
        "(() => { const start = performance.now(); document.querySelectorAll('.frame')[9].click();"
        " document.getElementById('reset').click(); document.body.offsetWidth; return Math.round(performance.now() - start); })()"))


def main():
    directory, url, *scenarios = sys.argv[1:]
    with Chromium(directory) as browser:
        page = browser.open(f"file://{url}")
        for scenario in scenarios:
            globals()[scenario](page)
        say("faults", page.faults)


main()
