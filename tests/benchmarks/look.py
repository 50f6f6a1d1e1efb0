"""Open reports in headless Chromium: nothing may run, load or overflow, whatever a transcript says.

`python -m tests.benchmarks.look [FOLDER]`, after `pip install -e '.[look]'`; with a folder, pictures of the pages and
their printed form go there. Without Chromium and its driver it says so in one line and does nothing.
"""

import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.agent.hostile import SAID, poison, rewrite

ROOT = Path(__file__).parents[2]
DEV = ROOT / "tests/grading/answers_dev.jsonl"
VIEWS = [(width, scheme) for width in (360, 1000) for scheme in ("light", "dark")]  # CSS pixels
FACTS = """(() => {
  const all = [...document.querySelectorAll('*')];
  return {
    owned: 'owned' in window || document.title.includes('owned') || !document.title.includes('razbor'),
    scripts: document.scripts.length,
    handlers: all.filter(e => [...e.attributes].some(a => a.name.startsWith('on'))).length,
    links: [...document.querySelectorAll('[href], [src]')].map(e => e.getAttribute('href') || e.getAttribute('src'))
      .filter(to => !to.startsWith('#')),
    resources: performance.getEntriesByType('resource').map(entry => entry.name),
    overflow: document.documentElement.scrollWidth - window.innerWidth,
    styled: getComputedStyle(document.querySelector('main')).maxWidth !== 'none',
  };
})()"""
SOUND = {"owned": False, "scripts": 0, "handlers": 0, "links": [], "resources": [], "overflow": 0, "styled": True}


def razbor(home: Path, *arguments: str, stdin: str = "") -> str:
    """Run razbor in a home of its own; what it prints."""
    env = {**os.environ, "RAZBOR_HOME": str(home), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "agent", *arguments]
    return subprocess.run(command, input=stdin.encode(), env=env, capture_output=True, check=True).stdout.decode()


def pages(folder: Path, count: int) -> Iterator[Path]:
    """Reports of one and of `count` interviews and of a hostile one, in both languages."""
    rows = [json.loads(line) for line in DEV.read_text("utf-8").splitlines()]
    for number in range(count):
        few = rows[number * 3 :: 17][:3]
        asked = [word for row in few for word in ("--question", row["question"])]
        answers = "".join(row["answer"].replace("\n", "\\n") + "\n/dispute m1 I said the opposite\n" for row in few)
        razbor(folder / "home", *asked, "--follow-ups", str(number % 2), stdin=answers * 2)
        if number == 0:
            shutil.copytree(folder / "home", folder / "first")
    said = SAID.replace("\n", " ")
    razbor(folder / "hostile", "--question", "kubernetes-primitives", stdin=f"{said}\n{said}\n/dispute m1 {said}\n")
    rewrite(next((folder / "hostile" / "transcripts").glob("*.jsonl")), poison)
    for home in ("home", "first", "hostile"):
        for what in ("latest", "all"):
            for lang in ("en", "ru"):
                path = folder / f"{home}-{what}-{lang}.html"
                razbor(folder / home, "report", what, "--lang", lang, "--format", "html", "--out", str(path))
                yield path


def browser(chromium: str, driver: str) -> Any:
    """A headless Chromium that keeps its console and its requests on record."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in ("--headless=new", "--no-sandbox", "--hide-scrollbars"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(options=options, service=Service(driver))


def check(chrome: Any, page: Path, width: int, scheme: str) -> None:
    """Open the page; AssertionError where it is more than a page."""
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    chrome.get(page.as_uri())
    facts = chrome.execute_cdp_cmd("Runtime.evaluate", {"expression": FACTS, "returnByValue": True})
    assert facts["result"].get("value") == SOUND, f"{page.name} at {width}: {facts}"
    console = chrome.get_log("browser")
    assert not console, f"{page.name}: {console}"
    events = [json.loads(entry["message"])["message"] for entry in chrome.get_log("performance")]
    requests = {e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"}
    assert requests == {page.as_uri()}, f"{page.name}: {requests}"


def keep(chrome: Any, page: Path, folder: Path, view: str) -> None:
    """A picture of the page that is open, and its printed form."""
    shot = chrome.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True})
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{page.stem}-{view}.png").write_bytes(base64.b64decode(shot["data"]))
    printed = chrome.execute_cdp_cmd("Page.printToPDF", {"printBackground": False})
    (folder / f"{page.stem}.pdf").write_bytes(base64.b64decode(printed["data"]))


def main(arguments: list[str]) -> None:
    """Check every page in every view."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        print("look: skipped, there is no chromium with its chromedriver")
        return
    chrome = browser(chromium, driver)
    try:
        with tempfile.TemporaryDirectory() as folder:
            for page in pages(Path(folder), count=40):
                for width, scheme in VIEWS:
                    check(chrome, page, width, scheme)
                    if arguments:
                        keep(chrome, page, Path(arguments[0]), f"{width}-{scheme}")
                print(f"look: {page.name} is sound")
    finally:
        chrome.quit()


if __name__ == "__main__":
    main(sys.argv[1:])
