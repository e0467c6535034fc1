"""How do the tests drive a real browser, and what does a person do at a chat in it?"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from selenium import webdriver
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from visitors import MORNING, RunningFrom

from gridwhistle.bot.app import build
from gridwhistle.bot.transcript.world import World
from gridwhistle.bot.web.site import build_site
from gridwhistle.services.clock import ShiftableClock
from gridwhistle.services.demo_city import settle_demo
from gridwhistle.services.region import found_region
from gridwhistle.services.store import Store

CHROMIUM = "/usr/bin/chromium"
DRIVER = "/usr/bin/chromedriver"
PATIENCE = 15.0
ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)


@contextmanager
def chromium(profile: Path, *, cookies: bool = True) -> Iterator[webdriver.Chrome]:
    """A browser with an empty profile, one that keeps no cookies if so wished."""
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in (*ARGUMENTS, f"--user-data-dir={profile}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    if not cookies:
        options.add_experimental_option("prefs", {"profile.default_content_setting_values.cookies": 2})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    yield driver
    driver.quit()


@contextmanager
def serving(world: World, folder: Path, **settings: object) -> Iterator[str]:
    """The real application over a demo store in a file, on a port of its own; gives its address."""
    chosen = world.settings.model_copy(
        update={"files_dir": folder / "files", "database_url": f"sqlite:///{folder}/city.db", **settings}
    )
    store = Store(chosen.database_url)
    found_region(store, chosen.region, chosen.region_name)
    settle_demo(store, chosen.region, chosen.demo_dir, now=MORNING)
    app = build(
        chosen,
        store,
        understanding=lambda _settings, _city: world.trained,
        clock=ShiftableClock(RunningFrom(MORNING)),
    )
    with listening(build_site(app)) as address:
        yield address
        app.bell.close()
    store.close()


@contextmanager
def listening(site: object) -> Iterator[str]:
    """An ASGI application on a port of its own; gives its address."""
    server = uvicorn.Server(
        uvicorn.Config(site, host="127.0.0.1", port=0, log_config=None, timeout_graceful_shutdown=2)  # type: ignore[arg-type]
    )
    running = threading.Thread(target=server.run)
    running.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        running.join()


def resize(driver: webdriver.Chrome, width: int, height: int, *, mobile: bool = False) -> None:
    driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile},
    )


def click(driver: webdriver.Chrome, element: WebElement) -> None:
    # A bubble that is still sliding in moves away under a real pointer.
    driver.execute_script("arguments[0].click()", element)


def say_elsewhere(driver: webdriver.Chrome, words: str) -> None:
    """Say something in the chat of this browser, but not at this page."""
    driver.execute_script(
        "fetch('/api/messages', {method: 'POST', headers: {'X-Gridwhistle': '1', 'Content-Type': 'application/json'},"
        " body: JSON.stringify({id: 'elsewhere', text: arguments[0]})})",
        words,
    )


def complaints(driver: webdriver.Chrome) -> list[str]:
    """What the browser's console says went wrong."""
    return [entry["message"] for entry in driver.get_log("browser") if entry["level"] == "SEVERE"]


class ChatPage:
    """What a person does at a page with a chat; ``pane`` is the element that holds it."""

    def __init__(self, driver: webdriver.Chrome, pane: str = "visitor") -> None:
        self.driver = driver
        self.pane = pane

    def wait(self, what: Callable[[], object], told: str) -> None:
        ends = time.monotonic() + PATIENCE
        while time.monotonic() < ends:
            try:
                if what():
                    return
            except (NoSuchElementException, StaleElementReferenceException):
                pass
            time.sleep(0.05)
        raise AssertionError(f"{told}; the page shows:\n{self.driver.find_element(By.TAG_NAME, 'body').text}")

    def find(self, selector: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def text(self, selector: str) -> str:
        return self.find(selector).text

    def shown(self) -> str:
        return self.text(f"#{self.pane} .scroll")

    def say(self, words: str) -> None:
        self.find(f"#{self.pane} textarea").send_keys(words, Keys.ENTER)

    def see(self, *words: str) -> None:
        for one in words:
            self.wait(lambda one=one: one in self.shown(), f"no “{one}” in {self.pane}")

    def press(self, label: str) -> None:
        def pressed() -> bool:
            buttons = self.driver.find_elements(By.CSS_SELECTOR, f"#{self.pane} .choice:enabled")
            found = [button for button in buttons if button.text == label]
            if found:
                click(self.driver, found[-1])
            return bool(found)

        self.wait(pressed, f"no button “{label}” in {self.pane}")

    def gone(self, label: str) -> None:
        def nowhere() -> bool:
            buttons = self.driver.find_elements(By.CSS_SELECTOR, f"#{self.pane} .choice:enabled")
            return all(button.text != label for button in buttons)

        self.wait(nowhere, f"the button “{label}” is still good in {self.pane}")
