"""Which sentences read like the result of work that is done, and which like news, plans and questions?"""

from __future__ import annotations

import pytest

from gridwhistle.dialogs.results import reads_done


@pytest.mark.parametrize(
    "said",
    [
        "路面补完沥青了，车能过",
        "单元门修好了",
        "3号楼下水道给通开了，不堵了",
        "垃圾都拉走了",
        "井盖给盖上了",
        "换了个垫圈，不漏了",
        "灯亮了",
        "The street light has been repaired",
    ],
)
def test_results(said: str) -> None:
    assert reads_done(said)


@pytest.mark.parametrize(
    "said",
    [
        "路面又塌了",
        "下水道还没通开",
        "补完沥青又裂了",
        "明天把坑补好了再说",
        "坑补好了吗",
        "什么时候能修好",
        "路上有个大坑",
        "灯不亮",
        "The light has not been repaired",
    ],
)
def test_no_results(said: str) -> None:
    assert not reads_done(said)
