from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvicorn
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
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
SCREENSHOT = Path(__file__).parents[2] / "docs" / "images" / "screenshot.png"
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

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not (shutil.which(CHROMIUM) and shutil.which(DRIVER)),
        reason="Debian's chromium and chromium-driver are missing",
    ),
]


@pytest.fixture
def address(world: World, tmp_path: Path) -> Iterator[str]:
    """The real application over a demo store in a file, on a port of its own."""
    settings = world.settings.model_copy(
        update={"files_dir": tmp_path / "files", "database_url": f"sqlite:///{tmp_path}/city.db"}
    )
    store = Store(settings.database_url)
    found_region(store, settings.region, settings.region_name)
    settle_demo(store, settings.region, settings.demo_dir, now=MORNING)
    app = build(
        settings,
        store,
        understanding=lambda _settings, _city: world.trained,
        clock=ShiftableClock(RunningFrom(MORNING)),
    )
    server = uvicorn.Server(
        uvicorn.Config(build_site(app), host="127.0.0.1", port=0, log_config=None, timeout_graceful_shutdown=2)
    )
    running = threading.Thread(target=server.run)
    running.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    app.bell.close()
    server.should_exit = True
    running.join()
    store.close()


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in (*ARGUMENTS, f"--user-data-dir={tmp_path}/profile"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    _resize(driver, 1280, 800)
    yield driver
    driver.quit()


def _resize(driver: webdriver.Chrome, width: int, height: int, *, mobile: bool = False) -> None:
    driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile},
    )


class Page:
    """What a person does at the demo's page."""

    def __init__(self, driver: webdriver.Chrome, address: str) -> None:
        self.driver = driver
        driver.get(f"{address}/?lang=zh")

    def wait(self, what: Callable[[], object], told: str) -> None:
        ends = time.monotonic() + PATIENCE
        while time.monotonic() < ends:
            try:
                if what():
                    return
            except StaleElementReferenceException:
                pass
            time.sleep(0.05)
        raise AssertionError(f"{told}; the page shows:\n{self.driver.find_element(By.TAG_NAME, 'body').text}")

    def text(self, selector: str) -> str:
        return self.driver.find_element(By.CSS_SELECTOR, selector).text

    def say(self, pane: str, words: str) -> None:
        field = self.driver.find_element(By.CSS_SELECTOR, f"#{pane} textarea")
        field.send_keys(words, Keys.ENTER)

    def see(self, pane: str, *words: str) -> None:
        for one in words:
            self.wait(lambda one=one: one in self.text(f"#{pane} .scroll"), f"no “{one}” in {pane}")

    def press(self, pane: str, label: str) -> None:
        def pressed() -> bool:
            buttons = self.driver.find_elements(By.CSS_SELECTOR, f"#{pane} .choice:enabled")
            found = [button for button in buttons if button.text == label]
            if found:
                _click(self.driver, found[-1])
            return bool(found)

        self.wait(pressed, f"no button “{label}” in {pane}")

    def gone(self, pane: str, label: str) -> None:
        def nowhere() -> bool:
            buttons = self.driver.find_elements(By.CSS_SELECTOR, f"#{pane} .choice:enabled")
            return all(button.text != label for button in buttons)

        self.wait(nowhere, f"the button “{label}” is still good in {pane}")

    def sit_at(self, name: str) -> None:
        """Take the desk of somebody of the cast."""

        def chosen() -> bool:
            found = [tab for tab in self.driver.find_elements(By.CSS_SELECTOR, ".person") if name in tab.text]
            if found:
                _click(self.driver, found[0])
            return bool(found)

        self.wait(chosen, f"no {name} in the cast")
        self.wait(lambda: name in self.text('.person[aria-selected="true"]'), f"{name}'s desk does not open")

    def desk(self, *words: str) -> None:
        for one in words:
            self.wait(lambda one=one: one in self.text("#desk"), f"no “{one}” on the desk")

    def move(self, leap: str, times: int = 1) -> None:
        for _ in range(times):
            before = self.text("#now")
            _click(self.driver, self.driver.find_element(By.CSS_SELECTOR, f'[data-leap="{leap}"]'))
            self.wait(lambda before=before: self.text("#now") != before, "the clock does not move")
            self.wait(
                lambda: self.driver.find_element(By.CSS_SELECTOR, f'[data-leap="{leap}"]').is_enabled(), "still moving"
            )


def _click(driver: webdriver.Chrome, element: WebElement) -> None:
    # A bubble that is still sliding in moves away under a real pointer.
    driver.execute_script("arguments[0].click()", element)


def _answer_unsolved(page: Page) -> None:
    page.see("resident", "办理人员跟您联系了吗")
    page.press("resident", "联系了")
    page.press("resident", "到了没办")
    page.press("resident", "没解决")
    page.press("resident", "不满意")
    page.press("resident", "来了没办")
    page.say("resident", "水又冒上来了，根本没通")
    page.press("resident", "可以")
    page.see("resident", "已经重新办理")


def _read_history(page: Page) -> None:
    page.wait(lambda: page.driver.find_element(By.CSS_SELECTOR, "#desk .more").click() is None, "no line to open")
    page.wait(lambda: "办理过程" in page.text("#sheet"), "no sheet")
    sheet = page.text("#sheet")
    for step in ("受理", "李强接单", "吹哨", "签收", "超期", "冯雪审核通过", "要求重办", "记录完整"):
        assert step in sheet
    assert "张敏" not in sheet


def test_a_ticket_lives_its_whole_life(browser: webdriver.Chrome, address: str) -> None:
    page = Page(browser, address)
    page.say("resident", "幸福小区3号楼2单元下水道堵了三天了，没人管")
    page.press("resident", "确认")
    page.see("resident", "幸福-261124-001")

    page.sit_at("李强")
    page.see("worker", "新工单", "幸福-261124-001")
    page.desk("幸福-261124-001", "待接单", "剩")
    page.press("worker", "接单")
    page.gone("worker", "接单")
    page.desk("已接单")
    page.see("resident", "李强")

    page.press("worker", "吹哨")
    page.press("worker", "市住房和城乡建设局")
    page.say("worker", "主管道堵了，网格里没有疏通设备")
    page.see("worker", "已吹哨")
    if os.environ.get("GRIDWHISTLE_SCREENSHOT"):
        time.sleep(1)
        SCREENSHOT.parent.mkdir(parents=True, exist_ok=True)
        browser.save_screenshot(str(SCREENSHOT))

    page.sit_at("郑凯")
    page.desk("哨单", "待签收")
    page.press("worker", "签收")
    page.desk("已签收")

    # The limit of a blocked drain is three days: reminders, then the escalation.
    page.move("day", 3)
    page.sit_at("李强")
    page.see("worker", "已超期")
    page.wait(lambda: browser.find_elements(By.CSS_SELECTOR, "#desk .left.over"), "nothing is red on the desk")
    page.sit_at("林晓")
    page.see("worker", "超期督办")

    page.sit_at("李强")
    page.press("worker", "办结")
    page.say("worker", "疏通了主管道，清掉了油污，水已经下去了")
    page.press("worker", "跳过")
    page.see("worker", "已办结，待审核")
    page.see("resident", "已办结")

    page.sit_at("冯雪")
    page.desk("审核")
    page.press("worker", "审核通过")
    page.move("day")
    _answer_unsolved(page)

    page.sit_at("李强")
    page.see("worker", "重新办理")
    page.desk("重新办理")

    _read_history(page)
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []


def test_a_reload_shows_the_same_chat_and_nothing_is_markup(browser: webdriver.Chrome, address: str) -> None:
    page = Page(browser, address)
    page.say("resident", "<img src=x onerror=alert(1)><b>下水道</b>堵了")
    page.see("resident", "<b>下水道</b>堵了")
    assert browser.find_elements(By.CSS_SELECTOR, "#resident .bubble b:not(.tag), #resident .bubble img") == []
    page.wait(lambda: len(browser.find_elements(By.CSS_SELECTOR, "#resident .theirs")) == 1, "no answer")
    before = page.text("#resident .scroll")
    browser.refresh()
    page.see("resident", "下水道")
    page.wait(lambda: page.text("#resident .scroll") == before, "another chat")


def test_a_telephone_shows_one_pane_at_a_time(browser: webdriver.Chrome, address: str) -> None:
    _resize(browser, 390, 844, mobile=True)
    page = Page(browser, address)
    assert page.driver.find_element(By.ID, "resident").is_displayed()
    assert not page.driver.find_element(By.ID, "worker").is_displayed()
    page.driver.find_element(By.CSS_SELECTOR, '[data-pane="bench"]').click()
    page.wait(lambda: page.driver.find_element(By.ID, "worker").is_displayed(), "the switch does nothing")
    assert browser.execute_script("return document.documentElement.scrollWidth") == 390
