from __future__ import annotations

from pathlib import Path

import pytest
from browsing import ChatPage, click, resize
from selenium import webdriver
from test_browser import Demo
from test_chat import REPORT

AXE = Path(__file__).parents[1] / "node" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not AXE.exists(), reason="`npm install --prefix tests/node` brings axe-core"),
]


def findings(browser: webdriver.Chrome) -> list[str]:
    """What axe-core finds wrong with the page as it is."""
    if not browser.execute_script("return 'axe' in window"):
        browser.execute_script(AXE.read_text(encoding="utf-8"))
    found = browser.execute_async_script(
        "const [tags, done] = arguments;"
        "axe.run(document, {runOnly: tags, resultTypes: ['violations']}).then((all) => done(all.violations.flatMap("
        "(one) => one.nodes.map((node) => `${one.impact} ${one.id}: ${node.target} ${node.failureSummary}`))));",
        TAGS,
    )
    return [str(one) for one in found]


def as_seen(browser: webdriver.Chrome, scheme: str) -> None:
    feature = {"name": "prefers-color-scheme", "value": scheme}
    motion = {"name": "prefers-reduced-motion", "value": "reduce"}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature, motion]})


@pytest.fixture(autouse=True)
def usual_light(browser: webdriver.Chrome):  # noqa: ANN201
    yield
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_nothing_is_wrong_with_any_page(browser: webdriver.Chrome, address: str) -> None:
    as_seen(browser, "light")
    page = Demo(browser, address)
    page.say(REPORT)
    page.press("确认")
    page.see("幸福-261124-001")
    page.worker.see("新工单")
    page.desk("幸福-261124-001")
    for scheme in ("light", "dark"):
        as_seen(browser, scheme)
        assert findings(browser) == [], f"the demo, {scheme}"
    click(browser, page.find("#desk .more"))
    page.wait(lambda: "办理过程" in page.text("#sheet"), "no sheet")
    assert findings(browser) == [], "the sheet of a ticket"

    for path in ("/ledger", "/ledger/幸福-261124-001", "/wishes", "/nothing"):
        browser.get(f"{address}{path}?lang=zh")
        for scheme in ("light", "dark"):
            as_seen(browser, scheme)
            assert findings(browser) == [], f"{path}, {scheme}"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_is_wrong_with_the_chat(browser: webdriver.Chrome, address: str, language: str) -> None:
    resize(browser, 390, 844, mobile=True)
    browser.get(f"{address}/chat?lang={language}")
    page = ChatPage(browser)
    page.wait(lambda: page.find(".welcome button").is_displayed(), "no welcome")
    assert findings(browser) == []
    page.say(REPORT)
    page.press("确认")
    page.see("幸福-261124-001")
    click(browser, page.find(".print"))
    for scheme in ("light", "dark"):
        as_seen(browser, scheme)
        assert findings(browser) == [], f"large print, {scheme}"
