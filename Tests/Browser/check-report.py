#!/usr/bin/env python3
"""Opens a report in a real browser and checks what only a browser can tell.

Usage: check-report.py REPORT.html [--browser PATH] [--screenshots FOLDER]

Checked at 360 and 1,280 pixels, light and dark: exactly one request, no console message, no
sideways scrolling, the sections in order, every chart visible, and axe finds nothing. Then: bars as
long as the embedded JSON says, tooltips, sorting, hiding a strategy, print, and that everything still
shows with scripts off. A page of a comparison has twelve sections, that of a sweep five.
Needs Playwright for Python and a Chromium; see scripts/browser-check, which installs both.
Exit code: 0 all held, 1 something did not, 69 no browser.
"""

import argparse
import pathlib
import shutil
import sys

SECTIONS = [
    "verdict", "ranking", "time", "balance", "placement", "network", "memory", "step",
    "sensitivity", "planner", "reality", "assumptions",
]
SWEEP_SECTIONS = ["verdict", "curves", "pareto", "points", "assumptions"]
WIDTHS = [360, 1280]
SCHEMES = ["light", "dark"]


class Checks:
    """Failures, each printed as it is found."""

    def __init__(self):
        self.failed = 0
        self.passed = 0

    def __call__(self, held, what):
        if held:
            self.passed += 1
        else:
            self.failed += 1
            print(f"FAILED  {what}")


def open_page(browser, address, width, scheme, scripts=True):
    """A page with its requests and console messages."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=scripts)
    page = context.new_page()
    requests, messages = [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    page.goto(address)
    page.wait_for_load_state("load")
    return page, requests, messages


def sections_of(page):
    """The sections that a page of this kind must have; None for merged reports, which vary."""
    kind = page.locator("p.kind").text_content()
    if kind.startswith("Shunt sweep"):
        return SWEEP_SECTIONS
    return SECTIONS if kind == "Shunt comparison" else None


def check_axe(page, check, where):
    """What axe, the accessibility checker, finds; skipped where it is not installed."""
    try:
        from axe_core_python.sync_playwright import Axe
    except ImportError:
        return False
    for violation in Axe().run(page)["violations"]:
        places = [" ".join(map(str, node["target"])) for node in violation["nodes"]][:3]
        check(False, f"{where}: axe {violation['id']}: {violation['help']} at {places}")
    check(True, f"{where}: axe finds nothing")
    return True


def check_numbers(browser, address, check):
    """Bars of the ranking are as long as the means in the embedded JSON."""
    page, _, _ = open_page(browser, address, 1280, "light")
    if page.locator("#ranking").count() == 0:
        page.context.close()
        return
    numbers = page.evaluate("""() => {
        const cells = JSON.parse(document.querySelector('#result-json').textContent).cells ?? [];
        const chart = document.querySelector('#ranking .plot svg.chart');
        return cells.map(cell => {
            const name = cell.placement + '/' + cell.strategy;
            const group = [...chart.querySelectorAll('g[data-series]')].find(
                g => g.dataset.series === name && g.querySelector('rect.bar'));
            return [name, cell.stepTime.meanSeconds,
                group ? Number(group.querySelector('rect.bar').getAttribute('width')) : null];
        });
    }""")
    drawn = [(name, mean, width) for name, mean, width in numbers if mean and width]
    check(len(drawn) == len(numbers), f"every cell has a bar: {numbers}")
    longest = max(drawn, key=lambda bar: bar[1], default=None)
    for name, mean, width in drawn:
        expected = longest[2] * mean / longest[1]
        check(abs(width - expected) <= 0.6, f"the bar of {name} is {width} px, not {expected:.1f}")
    page.context.close()


def check_look(browser, address, check, folder, name):
    has_axe = True
    for width in WIDTHS:
        for scheme in SCHEMES:
            page, requests, messages = open_page(browser, address, width, scheme)
            where = f"{width} px {scheme}"
            check(len(requests) == 1, f"{where}: one request, not {requests}")
            check(not messages, f"{where}: no console message, not {messages}")
            wide = page.evaluate("document.documentElement.scrollWidth")
            check(wide <= width, f"{where}: no sideways scrolling, but {wide} px wide")
            ids = page.eval_on_selector_all("main > section", "all => all.map(s => s.id)")
            expected = sections_of(page)
            check(expected is None or ids == expected, f"{where}: sections {ids}")
            hidden = page.evaluate("""() => [...document.querySelectorAll('figure')].filter(
                f => ![...f.querySelectorAll('svg')].some(s => s.getClientRects().length)).length""")
            check(hidden == 0, f"{where}: {hidden} figures show no chart")
            # Narrow in light and wide in dark: all that axe looks at, in half the time.
            if (width == WIDTHS[0]) == (scheme == "light"):
                has_axe = check_axe(page, check, where) and has_axe
            if folder:
                page.screenshot(path=folder / f"{name}-{width}-{scheme}.png", full_page=True)
            page.context.close()
    if not has_axe:
        print("SKIPPED  axe: axe-core-python is not installed")


def check_script(browser, address, check):
    page, _, messages = open_page(browser, address, 1280, "light")
    mark = page.locator("#verdict .wide [data-tip]").first
    if mark.count():
        mark.scroll_into_view_if_needed()
        mark.hover()
        tip = page.locator("#tip")
        check(tip.is_visible(), "a mark pointed at shows its tooltip")
        check(tip.text_content() == mark.get_attribute("data-tip"), "the tooltip is the mark's")
        page.keyboard.press("Escape")
        check(not tip.is_visible(), "Escape hides the tooltip")
    table = page.locator("#ranking table").first
    column = "[...document.querySelector('#ranking table').tBodies[0].rows].map(r => Number(r.cells[2].dataset.key))"
    if table.locator("tbody tr").count() > 1:
        button = table.locator("thead th").nth(2).locator("button")
        button.click()
        rising = page.evaluate(column)
        check(rising == sorted(rising), f"sorted rising: {rising}")
        button.click()
        falling = page.evaluate(column)
        check(falling == sorted(falling, reverse=True), f"sorted falling: {falling}")
    boxes = page.locator("#strategies input")
    if boxes.count() > 1:
        name = page.locator("#strategies li").first.text_content().strip()
        shown = f"[...document.querySelectorAll('[data-series]')].filter(e => e.classList.contains('off')).length"
        boxes.first.uncheck()
        check(page.evaluate(shown) > 0, f"hiding {name} hides its marks")
        rows = page.evaluate(
            """name => [...document.querySelectorAll('tr[data-series]')].filter(
                r => r.dataset.series === name && r.getClientRects().length).length""", name)
        check(rows == 0, f"hiding {name} leaves {rows} of its rows")
        bars = page.evaluate(
            """() => [...document.querySelectorAll('#time svg g[data-series]')].filter(
                g => g.classList.contains('off')).map(g => g.querySelector('text')).filter(
                t => t !== null).length""")
        # A page of several results has no section of stacked bars.
        if page.locator("#time").count() > 0:
            check(bars > 0, f"hiding {name} hides names and sums of stacked bars")
        boxes.first.check()
        check(page.evaluate(shown) == 0, f"showing {name} shows everything again")
    check(not messages, f"no console message while used, not {messages}")
    page.context.close()


def check_without_scripts(browser, address, check):
    def shown(scripts):
        page, _, _ = open_page(browser, address, 1280, "light", scripts)
        counts = [page.locator(f"{s} >> visible=true").count() for s in ("svg.chart", "h2", "table")]
        page.context.close()
        return counts

    with_scripts, without = shown(True), shown(False)
    check(with_scripts == without, f"charts, headings, tables: {with_scripts}, {without} without scripts")


def check_print(browser, address, check, folder, name):
    page, _, messages = open_page(browser, address, 1280, "dark")
    page.emulate_media(media="print")
    back = page.evaluate("getComputedStyle(document.body).backgroundColor")
    check(back == "rgb(255, 255, 255)", f"paper is white, not {back}")
    if folder:
        page.pdf(path=folder / f"{name}.pdf", format="A4")
        page.set_viewport_size({"width": 720, "height": 1000})
        page.screenshot(path=folder / f"{name}-print.png", full_page=True)
    check(not messages, f"no console message in print, not {messages}")
    page.context.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("report", type=pathlib.Path)
    parser.add_argument("--browser", default=None)
    parser.add_argument("--screenshots", type=pathlib.Path)
    options = parser.parse_args()
    path = options.browser or shutil.which("chromium") or shutil.which("google-chrome")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        print("SKIPPED  Playwright for Python is not installed")
        return 69
    if path is None:
        print("SKIPPED  no Chromium on this machine")
        return 69
    if options.screenshots:
        options.screenshots.mkdir(parents=True, exist_ok=True)
    address = options.report.resolve().as_uri()
    check = Checks()
    with sync_playwright() as playwright:
        try:
            # Root, as in a container, cannot have Chromium's sandbox.
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        except Exception as error:
            print(f"SKIPPED  the browser does not start: {str(error).splitlines()[0]}")
            return 69
        check_look(browser, address, check, options.screenshots, options.report.stem)
        check_numbers(browser, address, check)
        check_script(browser, address, check)
        check_without_scripts(browser, address, check)
        check_print(browser, address, check, options.screenshots, options.report.stem)
        browser.close()
    print(f"{options.report.name}: {check.passed} checks held, {check.failed} failed")
    return 1 if check.failed else 0


if __name__ == "__main__":
    sys.exit(main())
