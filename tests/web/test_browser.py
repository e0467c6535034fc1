from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from browsing import ChatPage, click, complaints, resize
from selenium import webdriver
from selenium.webdriver.common.by import By

SCREENSHOT = Path(__file__).parents[2] / "docs" / "images" / "screenshot.png"

pytestmark = pytest.mark.browser


class Demo(ChatPage):
    """What a person does at the demo's page."""

    def __init__(self, driver: webdriver.Chrome, address: str) -> None:
        super().__init__(driver, "resident")
        self.resident, self.worker = self, ChatPage(driver, "worker")
        driver.get(f"{address}/?lang=zh")

    def sit_at(self, name: str) -> None:
        """Take the desk of somebody of the cast."""

        def chosen() -> bool:
            found = [tab for tab in self.driver.find_elements(By.CSS_SELECTOR, ".person") if name in tab.text]
            if found:
                click(self.driver, found[0])
            return bool(found)

        self.wait(chosen, f"no {name} in the cast")
        self.wait(lambda: name in self.text('.person[aria-selected="true"]'), f"{name}'s desk does not open")

    def desk(self, *words: str) -> None:
        for one in words:
            self.wait(lambda one=one: one in self.text("#desk"), f"no “{one}” on the desk")

    def move(self, leap: str, times: int = 1) -> None:
        for _ in range(times):
            before = self.text("#now")
            click(self.driver, self.driver.find_element(By.CSS_SELECTOR, f'[data-leap="{leap}"]'))
            self.wait(lambda before=before: self.text("#now") != before, "the clock does not move")
            self.wait(
                lambda: self.driver.find_element(By.CSS_SELECTOR, f'[data-leap="{leap}"]').is_enabled(), "still moving"
            )


def _answer_unsolved(page: Demo) -> None:
    page.resident.see("办理人员跟您联系了吗")
    page.resident.press("联系了")
    page.resident.press("到了没办")
    page.resident.press("没解决")
    page.resident.press("不满意")
    page.resident.press("来了没办")
    page.resident.say("水又冒上来了，根本没通")
    page.resident.press("可以")
    page.resident.see("已经重新办理")


def _read_history(page: Demo) -> None:
    page.wait(lambda: page.find("#desk .more").click() is None, "no line to open")
    page.wait(lambda: "办理过程" in page.text("#sheet"), "no sheet")
    sheet = page.text("#sheet")
    for step in ("受理", "李强接单", "吹哨", "签收", "超期", "冯雪审核通过", "要求重办", "记录完整"):
        assert step in sheet
    assert "张敏" not in sheet


def test_a_ticket_lives_its_whole_life(browser: webdriver.Chrome, address: str) -> None:
    page = Demo(browser, address)
    page.resident.say("幸福小区3号楼2单元下水道堵了三天了，没人管")
    page.resident.press("确认")
    page.resident.see("幸福-261124-001")

    page.sit_at("李强")
    page.worker.see("新工单", "幸福-261124-001")
    page.desk("幸福-261124-001", "待接单", "剩")
    page.worker.press("接单")
    page.worker.gone("接单")
    page.desk("已接单")
    page.resident.see("李强")

    page.worker.press("吹哨")
    page.worker.press("市住房和城乡建设局")
    page.worker.say("主管道堵了，网格里没有疏通设备")
    page.worker.see("已吹哨")
    if os.environ.get("GRIDWHISTLE_SCREENSHOT"):
        time.sleep(1)
        SCREENSHOT.parent.mkdir(parents=True, exist_ok=True)
        browser.save_screenshot(str(SCREENSHOT))

    page.sit_at("郑凯")
    page.desk("哨单", "待签收")
    page.worker.press("签收")
    page.desk("已签收")

    # The limit of a blocked drain is three days: reminders, then the escalation.
    page.move("day", 3)
    page.sit_at("李强")
    page.worker.see("已超期")
    page.wait(lambda: browser.find_elements(By.CSS_SELECTOR, "#desk .left.over"), "nothing is red on the desk")
    page.sit_at("林晓")
    page.worker.see("超期督办")

    page.sit_at("李强")
    page.worker.press("办结")
    page.worker.say("疏通了主管道，清掉了油污，水已经下去了")
    page.worker.press("跳过")
    page.worker.see("已办结，待审核")
    page.resident.see("已办结")

    page.sit_at("冯雪")
    page.desk("审核")
    page.worker.press("审核通过")
    page.move("day")
    _answer_unsolved(page)

    page.sit_at("李强")
    page.worker.see("重新办理")
    page.desk("重新办理")

    _read_history(page)
    assert complaints(browser) == []


def test_a_reload_shows_the_same_chat_and_nothing_is_markup(browser: webdriver.Chrome, address: str) -> None:
    page = Demo(browser, address)
    page.resident.say("<img src=x onerror=alert(1)><b>下水道</b>堵了")
    page.resident.see("<b>下水道</b>堵了")
    assert browser.find_elements(By.CSS_SELECTOR, "#resident .bubble b:not(.tag), #resident .bubble img") == []
    page.wait(lambda: len(browser.find_elements(By.CSS_SELECTOR, "#resident .theirs")) == 1, "no answer")
    before = page.resident.shown()
    browser.refresh()
    page.resident.see("下水道")
    page.wait(lambda: page.resident.shown() == before, "another chat")


def test_a_telephone_shows_one_pane_at_a_time(browser: webdriver.Chrome, address: str) -> None:
    resize(browser, 390, 844, mobile=True)
    page = Demo(browser, address)
    assert browser.find_element(By.ID, "resident").is_displayed()
    assert not browser.find_element(By.ID, "worker").is_displayed()
    browser.find_element(By.CSS_SELECTOR, '[data-pane="bench"]').click()
    page.wait(lambda: browser.find_element(By.ID, "worker").is_displayed(), "the switch does nothing")
    assert browser.execute_script("return document.documentElement.scrollWidth") == 390
