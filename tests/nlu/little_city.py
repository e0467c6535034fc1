"""Which places do the tests of understanding know, and where are its examples?

Not in ``conftest``: several folders have one, and a test that imports it may get another's.
"""

from __future__ import annotations

from pathlib import Path

from gridwhistle.dialogs.nlu.places import PlaceName

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "nlu_data" / "data" / "nlu"


def place(code: str, kind: str, name: str, *aliases: str, parent: str = "") -> PlaceName:
    return PlaceName(code=code, kind=kind, name=name, aliases=aliases, parent=parent)


# The tables' own little city: a changed demo city changes no expectation here.
PLACES = (
    place("xingfu", "community", "幸福社区", "幸福居委会"),
    place("jianshe", "community", "建设社区"),
    place("xingfu-xq", "estate", "幸福小区", "幸福家园", "幸福", "Happiness Estate", parent="xingfu"),
    place("xingfu-xq-3", "building", "3号楼", "3栋", parent="xingfu-xq"),
    place("shanggang-xq", "estate", "尚岗小区", "尚岗", parent="shanggang"),
    place("jianshe-xq", "estate", "建设小区", parent="jianshe"),
    place("yangguang-a", "estate", "阳光家园", parent="xingfu"),
    place("yangguang-b", "estate", "阳光家园", parent="jianshe"),
    place("binjiang-xq", "estate", "滨江嘉苑小区", parent="songbin"),
    place("laoliangku-xq", "estate", "老粮库家属院", "老粮库", parent="xingfu"),
    place("rd-xiangyang", "road", "向阳路", "向阳街"),
    place("rd-zhongyang", "road", "中央大街", "中央街"),
    place("rd-wenhua", "road", "文化路"),
    place("lm-yizhong", "landmark", "市第一中学", "一中"),
    place("lm-park", "landmark", "东湖公园", "东湖"),
    place("ham-liushu", "hamlet", "柳树屯", "柳树"),
    place("yongfeng", "village", "永丰村"),
)
