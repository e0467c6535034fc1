from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from browsing import ChatPage, click, complaints, resize, say_elsewhere
from PIL import Image
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from test_chat import REPORT

pytestmark = pytest.mark.browser
HOUSE = {"latitude": 47.2491, "longitude": 132.0362, "accuracy": 10}


def open_chat(browser: webdriver.Chrome, address: str) -> ChatPage:
    browser.get(f"{address}/chat?lang=zh")
    page = ChatPage(browser)
    page.see("您好，我是网格哨")
    return page


def asked_elsewhere(browser: webdriver.Chrome, address: str) -> list[str]:
    """What the browser has loaded from anywhere but our server."""
    found = []
    for entry in browser.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            found.append(message["params"]["request"]["url"])
    assert any(url.startswith(address) for url in found)
    return [url for url in found if not url.startswith((address, "blob:", "data:", "about:"))]


@contextmanager
def network(browser: webdriver.Chrome, *, offline: bool) -> Iterator[None]:
    def switch(*, off: bool) -> None:
        line = {"offline": off, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
        browser.execute_cdp_cmd("Network.emulateNetworkConditions", line)

    switch(off=offline)
    try:
        yield
    finally:
        switch(off=False)


@contextmanager
def without_scripts(browser: webdriver.Chrome) -> Iterator[None]:
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        yield
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_a_report_survives_a_reload_in_the_middle(browser: webdriver.Chrome, address: str) -> None:
    browser.get_log("performance")
    resize(browser, 390, 844, mobile=True)
    page = open_chat(browser, address)
    page.say(REPORT)
    page.see("请您核对")
    before = page.shown()
    browser.refresh()
    page.wait(lambda: page.shown() == before, "another chat after the reload")
    page.press("确认")
    page.see("幸福-261124-001", "李强")
    page.gone("确认")
    assert browser.execute_script("return document.documentElement.scrollWidth") == 390
    assert asked_elsewhere(browser, address) == []
    assert complaints(browser) == []
    cookies = browser.get_cookies()
    assert [(one["httpOnly"], one["sameSite"]) for one in cookies] == [(True, "Lax")]


def test_what_is_said_offline_is_kept_and_sent_in_order(browser: webdriver.Chrome, address: str) -> None:
    page = open_chat(browser, address)
    page.say("你好")
    page.wait(lambda: browser.find_elements(By.CSS_SELECTOR, ".theirs"), "no answer")
    with network(browser, offline=True):
        page.say("我家网格员是谁")
        page.see("等网络恢复后自动发出")
        page.say("幸福小区3号楼")
        page.wait(lambda: page.shown().count("等网络恢复后自动发出") == 2, "the second one does not wait")
        page.wait(lambda: "网络不通" in page.text(".notice"), "nobody says that the network is gone")
    page.wait(lambda: "等网络恢复后自动发出" not in page.shown(), "still waiting")
    page.see("要不要记住")
    own = [one.text for one in browser.find_elements(By.CSS_SELECTOR, ".mine .words")]
    assert own == ["你好", "我家网格员是谁", "幸福小区3号楼"]
    page.wait(lambda: not page.find(".notice").is_displayed(), "the notice stays")
    before = page.shown()
    browser.refresh()
    page.wait(lambda: page.shown() == before, "something was said twice")


def test_what_waits_outlives_the_page(browser: webdriver.Chrome, address: str) -> None:
    page = open_chat(browser, address)
    browser.execute_cdp_cmd("Network.setBlockedURLs", {"urls": ["*/api/messages*"]})
    page.say("我家网格员是谁")
    page.see("等网络恢复后自动发出")
    browser.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})
    browser.refresh()
    page.wait(lambda: browser.find_elements(By.CSS_SELECTOR, ".theirs"), "it was lost with the page")
    assert [one.text for one in browser.find_elements(By.CSS_SELECTOR, ".mine .words")] == ["我家网格员是谁"]


def choose(page: ChatPage, file: Path) -> None:
    field = page.find("#visitor input[type=file]")
    page.driver.execute_script("arguments[0].style.display = 'block'", field.find_element(By.XPATH, "ancestor::p"))
    field.send_keys(str(file))


def test_a_photo_is_looked_at_before_it_is_sent(browser: webdriver.Chrome, address: str, tmp_path: Path) -> None:
    Image.new("RGB", (400, 300), "teal").save(tmp_path / "drain.jpg")
    (tmp_path / "archive.jpg").write_bytes(b"PK\x03\x04" + b"\0" * 100)
    (tmp_path / "note.txt").write_text("no photo")
    with (tmp_path / "huge.jpg").open("wb") as huge:
        huge.truncate(20 * 1024 * 1024 + 1)
    page = open_chat(browser, address)
    for file, told in (("note.txt", "不是照片"), ("huge.jpg", "20兆")):
        choose(page, tmp_path / file)
        page.wait(lambda told=told: told in page.text(".notice"), f"{file} is not refused")
        assert not page.find(".tray").is_displayed()

    choose(page, tmp_path / "drain.jpg")
    page.wait(lambda: page.find(".tray img").size["width"] > 0, "no preview")
    page.find("[data-act=drop]").click()
    assert not page.find(".tray").is_displayed()
    choose(page, tmp_path / "drain.jpg")
    page.find("#visitor textarea").send_keys("幸福小区3号楼2单元下水道堵了")
    page.find(".send").click()
    page.see("请您核对")

    def loaded() -> bool:
        script = "return [...document.querySelectorAll('.mine .photo img')].map((one) => one.naturalWidth)"
        return browser.execute_script(script) == [400]

    page.wait(loaded, "the photo is not shown")
    choose(page, tmp_path / "archive.jpg")
    page.find(".send").click()
    page.see("这张照片打不开")


def test_a_place_is_pointed_at(browser: webdriver.Chrome, address: str) -> None:
    origin = {"origin": address, "permissions": ["geolocation"]}
    browser.execute_cdp_cmd("Browser.grantPermissions", origin)
    browser.execute_cdp_cmd("Emulation.setGeolocationOverride", HOUSE)
    page = open_chat(browser, address)
    click(browser, page.find("[data-act=place]"))
    page.see("发送了位置")
    page.wait(lambda: browser.find_elements(By.CSS_SELECTOR, ".theirs"), "no answer")


def focused(browser: webdriver.Chrome) -> str:
    return str(browser.execute_script("return document.activeElement.textContent.trim()"))


def test_a_report_by_keyboard_alone(browser: webdriver.Chrome, address: str) -> None:
    page = open_chat(browser, address)

    def key(*keys: str) -> None:
        ActionChains(browser).send_keys(*keys).perform()

    def tab_to(what: str, *, back: bool = False) -> None:
        for _ in range(20):
            step = ActionChains(browser)
            (step.key_down(Keys.SHIFT).send_keys(Keys.TAB).key_up(Keys.SHIFT) if back else step.send_keys(Keys.TAB))
            step.perform()
            here = browser.execute_script("return document.activeElement.getAttribute('aria-label')")
            if what in (focused(browser), here):
                return
        raise AssertionError(f"no key leads to {what}")

    tab_to("有什么事，直接说")
    key(REPORT, Keys.ENTER)
    page.see("请您核对")
    # What has come is read out, with what can be pressed.
    page.wait(lambda: "可以点 确认" in page.find(".aside").get_attribute("textContent"), "not read out")
    tab_to("确认", back=True)
    key(Keys.ENTER)
    page.see("幸福-261124-001")
    page.wait(lambda: "幸福-261124-001" in focused(browser), "the focus is lost")
    # The ticket's sheet by key, and back.
    tab_to("幸福-261124-001")
    key(Keys.ENTER)
    page.wait(lambda: "办理过程" in page.text("#sheet"), "no sheet")
    key(Keys.ESCAPE)
    page.wait(lambda: not page.find("#sheet").is_displayed(), "the sheet stays")
    assert focused(browser) == "幸福-261124-001"


def test_a_report_without_scripts(browser: webdriver.Chrome, address: str, tmp_path: Path) -> None:
    Image.new("RGB", (40, 30), "teal").save(tmp_path / "drain.png")
    with without_scripts(browser):
        browser.get(f"{address}/chat?lang=zh&print=large")
        page = ChatPage(browser)
        page.find("textarea").send_keys(REPORT)
        page.find(".send").click()
        page.see("请您核对")
        page.find("input[type=file]").send_keys(str(tmp_path / "drain.png"))
        page.find(".send").click()
        page.wait(lambda: browser.find_elements(By.CSS_SELECTOR, ".photo img"), "no photo")
        good = (By.CSS_SELECTOR, ".choice:enabled")
        page.wait(lambda: any(one.text == "确认" for one in browser.find_elements(*good)), "nothing to confirm")
        next(one for one in browser.find_elements(*good) if one.text == "确认").click()
        page.see("幸福-261124-001")
        assert page.find("html").get_attribute("data-print") == "large"
        before = page.shown()
        page.find(".plain a").click()
        assert page.shown() == before
    # The same chat, now with scripts.
    browser.refresh()
    page.wait(lambda: not page.find(".plain").is_displayed(), "the scripts do not begin")
    page.see("幸福-261124-001")


def test_letters_that_come_while_nobody_looks_are_counted(browser: webdriver.Chrome, address: str) -> None:
    page = open_chat(browser, address)
    page.say("你好")
    page.wait(lambda: browser.find_elements(By.CSS_SELECTOR, ".theirs"), "no answer")
    assert browser.title.startswith("网格哨")
    turn = (
        "Object.defineProperty(document, 'hidden', {value: arguments[0], configurable: true});"
        "document.dispatchEvent(new Event('visibilitychange'))"
    )
    browser.execute_script(turn, True)
    say_elsewhere(browser, "我家网格员是谁")
    page.wait(lambda: browser.title.startswith("(1) "), "not counted")
    browser.execute_script(turn, False)
    page.wait(lambda: browser.title.startswith("网格哨"), "still counted after it was seen")


def test_large_print_is_remembered(browser: webdriver.Chrome, address: str) -> None:
    resize(browser, 390, 844, mobile=True)
    page = open_chat(browser, address)
    size = "return parseFloat(getComputedStyle(document.querySelector('.choice')).fontSize)"
    usual = browser.execute_script(size)
    click(browser, page.find(".print"))
    assert browser.execute_script(size) >= 1.35 * usual
    browser.refresh()
    page.see("您好，我是网格哨")
    assert browser.execute_script(size) >= 1.35 * usual
    assert page.text(".print") == "标准字号"
    assert browser.execute_script("return document.documentElement.scrollWidth") == 390
    click(browser, page.find(".print"))
    assert browser.execute_script(size) == usual


def test_a_server_that_was_away_is_found_again(browser: webdriver.Chrome, address: str) -> None:
    page = open_chat(browser, address)
    browser.execute_cdp_cmd("Network.setBlockedURLs", {"urls": ["*/api/stream*"]})
    browser.refresh()
    page.wait(lambda: page.find(".notice").is_displayed(), "nobody says that nothing is heard")
    browser.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})
    page.wait(lambda: not page.find(".notice").is_displayed(), "it does not come again")
    page.say("你好")
    page.wait(lambda: browser.find_elements(By.CSS_SELECTOR, ".theirs"), "no answer")
