from __future__ import annotations

import os
from pathlib import Path

import pytest
from browsing import complaints
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.select import Select
from test_browser import Demo
from visitors import MORNING

from gridwhistle.bot.transcript.world import World
from gridwhistle.dialogs.texts import Texts
from gridwhistle.services.clock import ShiftableClock
from gridwhistle.services.demo_wishes import DEMO_WISHES, hang_demo_wishes
from gridwhistle.services.files import Folder
from gridwhistle.services.office import Office
from gridwhistle.services.reference import Reference
from gridwhistle.services.store import Store

pytestmark = pytest.mark.browser
SCREENSHOT = os.environ.get("GRIDWHISTLE_WISHES_SCREENSHOT", "")


@pytest.fixture
def with_wishes(world: World, address: str, tmp_path: Path) -> str:
    store = Store(f"sqlite:///{tmp_path}/city.db")
    clock = ShiftableClock(frozen_at=MORNING)
    region = world.settings.region
    hang_demo_wishes(
        Office(
            store=store,
            reference=Reference(region),
            wording=Texts.load(clock),
            region=region,
            clock=clock,
            files=Folder(tmp_path),
        )
    )
    store.close()
    return address


def test_the_board_as_a_page_and_a_claim_in_chat(browser: webdriver.Chrome, with_wishes: str) -> None:
    browser.get(f"{with_wishes}/wishes?lang=zh")
    cards = browser.find_elements(By.CSS_SELECTOR, ".wishes li")
    assert len(cards) == len(DEMO_WISHES) - 2
    assert "幸福社区一位78岁独居老人" in browser.find_element(By.TAG_NAME, "main").text
    assert "韩桂兰" not in browser.page_source
    if SCREENSHOT:
        browser.save_screenshot(SCREENSHOT)

    page = Demo(browser, with_wishes)
    page.resident.say("看看心愿墙")
    page.resident.see("心愿墙上有", "想有人陪着下几盘象棋", "待认领")
    member = Select(browser.find_element(By.ID, "worker-choice"))
    page.wait(lambda: any("丁世杰" in one.text for one in member.options), "no 丁世杰 among the others")
    member.select_by_visible_text(next(one.text for one in member.options if "丁世杰" in one.text))
    page.worker.say("看看心愿墙")
    page.worker.press("认领 幸福001 想有人陪着下几盘象棋")
    page.worker.see("认领成功")
    browser.get(f"{with_wishes}/wishes?lang=zh")
    assert "市中心医院党委" in browser.find_element(By.CSS_SELECTOR, '[data-group="taken"]').text
    assert complaints(browser) == []
