"""How does an evaluation look: which category was taken for which, and does the confidence mean what it says?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PIL import Image, ImageDraw, ImageFont

from gridwhistle.dialogs.nlu.evaluation import CATEGORIES, Step

_INK, _PAPER, _GRID, _BLUE, _GREY = (34, 34, 34), (255, 255, 255), (221, 221, 221), (31, 90, 160), (150, 150, 150)
_SMALL, _LARGE = 14, 18
_CELL, _MARGIN, _TOP = 74, 120, 110
_PLOT, _EDGE, _BARS = 480, 90, 120
_PALE = 0.55
"""From this share of a row on its square is so dark that the figure in it is white."""


def confusion_picture(pairs: Mapping[tuple[str, str], int]) -> Image.Image:
    """The confusion matrix: a row for each true category, darker the more of the row a square holds."""
    names = [name for name in CATEGORIES if any(name in pair for pair in pairs)]
    size = _CELL * len(names)
    picture = Image.new("RGB", (_MARGIN + size + 20, _TOP + size + 20), _PAPER)
    draw = ImageDraw.Draw(picture)
    _write(draw, (_MARGIN, 28), "called …", _LARGE, anchor="lm")
    _write(draw, (12, _TOP - 18), "is …", _LARGE, anchor="lm")
    for row, truth in enumerate(names):
        total = sum(pairs.get((truth, guess), 0) for guess in names)
        middle = _TOP + row * _CELL + _CELL // 2
        _write(draw, (_MARGIN - 10, middle), f"{truth}", _SMALL, anchor="rm")
        _write(draw, (_MARGIN + row * _CELL + _CELL // 2, _TOP - 14), truth, _SMALL, anchor="mm")
        for column, guess in enumerate(names):
            count = pairs.get((truth, guess), 0)
            part = count / total if total else 0.0
            left, top = _MARGIN + column * _CELL, _TOP + row * _CELL
            shade = tuple(round(255 - (255 - ink) * part) for ink in _BLUE)
            draw.rectangle((left, top, left + _CELL - 2, top + _CELL - 2), fill=shade, outline=_GRID)
            if count:
                ink = _PAPER if part >= _PALE else _INK
                _write(draw, (left + _CELL // 2 - 1, top + _CELL // 2 - 8), str(count), _LARGE, anchor="mm", ink=ink)
                _write(
                    draw, (left + _CELL // 2 - 1, top + _CELL // 2 + 14), f"{part:.0%}", _SMALL, anchor="mm", ink=ink
                )
    return picture


def calibration_picture(steps: Sequence[Step], marks: Mapping[str, float]) -> Image.Image:
    """How often each tenth of confidence was right (points; the diagonal is perfect), and how many it holds (bars).

    ``marks`` are the thresholds to draw, by their names.
    """
    picture = Image.new("RGB", (_PLOT + 2 * _EDGE, _PLOT + _BARS + 2 * _EDGE), _PAPER)
    draw = ImageDraw.Draw(picture)
    bottom, floor = _EDGE + _PLOT, _EDGE + _PLOT + _BARS + 30

    def x(value: float) -> float:
        return _EDGE + value * _PLOT

    def y(value: float) -> float:
        return bottom - value * _PLOT

    _write(draw, (_EDGE, 40), "confidence against share right (lenient)", _LARGE, anchor="lm")
    for tick in range(0, 11, 2):
        draw.line((x(tick / 10), y(0), x(tick / 10), y(1)), fill=_GRID)
        draw.line((x(0), y(tick / 10), x(1), y(tick / 10)), fill=_GRID)
        _write(draw, (x(tick / 10), bottom + 14), f"{tick / 10:.1f}", _SMALL, anchor="mm")
        _write(draw, (x(0) - 10, y(tick / 10)), f"{tick / 10:.1f}", _SMALL, anchor="rm")
    draw.line((x(0), y(0), x(1), y(1)), fill=_GREY, width=2)
    for name, value in marks.items():
        draw.line((x(value), y(0), x(value), y(1)), fill=_GREY)
        _write(draw, (x(value), y(1) - 10), f"{name} {value:g}", _SMALL, anchor="mm", ink=_GREY)
    filled = [step for step in steps if step.inside]
    points = [(x(step.inside_confidence), y(step.inside_right)) for step in filled]
    draw.line(points, fill=_BLUE, width=2)
    most = max((step.inside for step in filled), default=1)
    for step, (across, up) in zip(filled, points, strict=True):
        draw.ellipse((across - 5, up - 5, across + 5, up + 5), fill=_BLUE)
        height = step.inside / most * (_BARS - 40)
        left = x(step.threshold)
        draw.rectangle((left + 2, floor - height, left + _PLOT / len(steps) - 2, floor), fill=_BLUE)
        _write(draw, (left + _PLOT / len(steps) / 2, floor - height - 10), str(step.inside), _SMALL, anchor="mm")
    return picture


def _write(
    draw: ImageDraw.ImageDraw,
    at: tuple[float, float],
    words: str,
    size: int,
    *,
    anchor: str,
    ink: tuple[int, int, int] = _INK,
) -> None:
    draw.text(at, words, fill=ink, font=ImageFont.load_default(size), anchor=anchor)
