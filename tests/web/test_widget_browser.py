from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import ChatPage, chromium, click, complaints, listening, resize, say_elsewhere, serving
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from test_chat import REPORT

from gridwhistle.bot.transcript.world import World

# The widget's shadow root is closed; it is opened for the test alone.
OPENED = """
    const attach = Element.prototype.attachShadow;
    Element.prototype.attachShadow = function () { return attach.call(this, { mode: "open" }); };
"""

pytestmark = pytest.mark.browser


def city_site(chat: dict[str, str]) -> FastAPI:
    """The city's own site, as strict as a site can be: it lets in the chat's one line, and its frame."""
    site = FastAPI()

    @site.get("/{page}")
    def page(page: str) -> HTMLResponse:
        """Any page."""
        policy = f"default-src 'none'; script-src {chat['at']}; frame-src {chat['at']}"
        line = f'<script src="{chat["at"]}/widget.js" async></script>'
        head = f'<!doctype html><html lang="zh-CN"><title>{page}</title>'
        body = f'{head}<meta name="viewport" content="width=device-width"><h1>富锦市人民政府</h1>{line}'
        return HTMLResponse(body, headers={"Content-Security-Policy": policy})

    return site


@pytest.fixture
def places(world: World, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The chat, and the city's site on another host name: for a browser another site."""
    known: dict[str, str] = {}
    with listening(city_site(known)) as site:
        parent = site.replace("127.0.0.1", "localhost")
        with serving(world, tmp_path, chat_parents=parent) as chat:
            known.update(at=chat, parent=parent)
            yield known


class Site:
    """What a person does at a page of the city with the widget on it."""

    def __init__(self, driver: webdriver.Chrome, url: str) -> None:
        self.driver = driver
        self.chat = ChatPage(driver)
        self._opened = driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": OPENED})["identifier"]
        driver.get(url)

    def forget(self) -> None:
        self.driver.switch_to.default_content()
        self.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", {"identifier": self._opened})

    def part(self, selector: str) -> WebElement | None:
        hosts = self.driver.find_elements(By.CSS_SELECTOR, "body > div[data-side]")
        found = hosts[0].shadow_root.find_elements(By.CSS_SELECTOR, selector) if hosts else []
        return found[0] if found else None

    def wait_for(self, selector: str) -> WebElement:
        self.chat.wait(lambda: (one := self.part(selector)) is not None and one.is_displayed(), f"no {selector}")
        found = self.part(selector)
        assert found is not None
        return found

    def open(self) -> None:
        self.wait_for(".launch").click()
        self.enter()

    def enter(self) -> None:
        self.driver.switch_to.frame(self.wait_for("iframe"))

    def leave(self) -> None:
        self.driver.switch_to.default_content()


@pytest.fixture
def site(browser: webdriver.Chrome, places: dict[str, str]) -> Iterator[Site]:
    site = Site(browser, f"{places['parent']}/news")
    yield site
    site.forget()


def test_a_report_in_a_page_of_the_citys_own_site(
    browser: webdriver.Chrome, site: Site, places: dict[str, str]
) -> None:
    site.open()
    site.chat.see("您好，我是网格哨")
    site.chat.say(REPORT)
    site.chat.see("请您核对")

    # Another page of the site: the chat is still there, and what came meanwhile is counted on the button.
    site.leave()
    browser.get(f"{places['parent']}/services")
    site.wait_for(".launch")
    site.open()
    site.chat.see("请您核对")
    site.chat.press("确认")
    site.chat.see("幸福-261124-001")

    site.chat.find("textarea").send_keys(Keys.ESCAPE)
    site.leave()
    site.chat.wait(lambda: not site.part(".panel").is_displayed(), "Escape does not fold it")
    assert site.part(".launch").get_attribute("aria-expanded") == "false"
    assert complaints(browser) == []
    cookies = browser.execute_cdp_cmd("Network.getCookies", {"urls": [places["at"]]})["cookies"]
    assert [(one["name"], one["httpOnly"], one["sameSite"]) for one in cookies] == [("gridwhistle_frame", True, "None")]


def test_letters_that_come_while_it_is_folded_are_counted(browser: webdriver.Chrome, site: Site) -> None:
    site.open()
    site.chat.see("您好，我是网格哨")
    site.chat.say("你好")
    site.chat.wait(lambda: browser.find_elements(By.CSS_SELECTOR, ".theirs"), "no answer")
    click(browser, site.chat.find(".fold"))
    say_elsewhere(browser, "我家网格员是谁")
    site.leave()
    badge = site.wait_for(".badge")
    assert badge.text == "1"
    assert "1条新消息" in site.part(".launch").get_attribute("aria-label")
    site.part(".launch").click()
    site.chat.wait(lambda: not site.part(".badge").is_displayed(), "still counted after it was opened")


def test_a_page_that_is_not_the_citys_cannot_show_the_chat(browser: webdriver.Chrome, places: dict[str, str]) -> None:
    # The same site under its other name is not among the allowed ones.
    stranger = Site(browser, f"{places['parent'].replace('localhost', '127.0.0.1')}/news")
    stranger.wait_for(".launch").click()
    link = stranger.wait_for(".else")
    assert link.get_attribute("href") == f"{places['at']}/chat?lang=zh"
    assert stranger.part("iframe") is None
    stranger.forget()
    assert any("frame-ancestors" in line for line in complaints(browser))


def test_words_from_anybody_else_move_nothing(browser: webdriver.Chrome, site: Site) -> None:
    site.open()
    site.chat.see("您好，我是网格哨")
    # From inside the frame's own window, and from the page to itself: neither is the other side.
    browser.execute_script("window.postMessage({gridwhistle: 'open', open: false}, '*')")
    site.leave()
    for forged in ("{gridwhistle: 'fold'}", "{gridwhistle: 'unread', count: 9}"):
        browser.execute_script(f"window.postMessage({forged}, '*')")
    browser.execute_script("return new Promise((done) => setTimeout(done, 100))")
    assert site.part(".panel").is_displayed()
    assert not site.part(".badge").is_displayed()


def test_it_fills_a_telephone(browser: webdriver.Chrome, site: Site) -> None:
    resize(browser, 390, 844, mobile=True)
    site.open()
    site.chat.see("您好，我是网格哨")
    site.leave()
    assert site.part(".panel").size == {"width": 390, "height": 844}
    assert not site.part(".launch").is_displayed()


def test_a_browser_that_keeps_no_cookies_is_offered_a_window(places: dict[str, str], tmp_path: Path) -> None:
    with chromium(tmp_path / "profile", cookies=False) as browser:
        site = Site(browser, f"{places['parent']}/news")
        site.open()
        site.chat.wait(lambda: "存不住聊天记录" in site.chat.text(".join"), "nobody says why")
        assert site.chat.find(".join a").get_attribute("href") == f"{places['at']}/chat"
        site.leave()
        browser.get("about:blank")
