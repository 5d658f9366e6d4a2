"""docs/measurements.md shows the figures that `scripts/bench` prints, and meets their aims or says so."""

from pathlib import Path
import re

import pytest

from benchmarks import cards, day, price_month, stall
from benchmarks.price_shapes import Publication, Shape
from benchmarks.table import Row, compared, shown
from home.processes import HomeError

DOCUMENT = (Path(__file__).parents[2] / "docs/measurements.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in DOCUMENT.splitlines() if line[:2] == "| "]
TABLE = [row for row in ROWS if len(row) == len(Row._fields)]
NIGHTS = {row[0]: row for row in ROWS if len(row) == len(price_month.HEADER)}
FIGURES = {row[0] for row in TABLE}


def test_same_columns() -> None:
    """Each line of the tables has the columns that are printed."""
    assert {len(row) for row in ROWS} == {len(Row._fields), len(price_month.HEADER)}
    assert NIGHTS[price_month.HEADER[0]] == list(price_month.HEADER)


def test_nights() -> None:
    """Each kind of night of a month is shown, and all nights of a cloud together reach the aim."""
    kinds = (*Shape, *Publication, price_month.ALL)
    assert {price_month.kind_of_nights(cloud, kind) for cloud in price_month.CARS for kind in kinds} <= NIGHTS.keys()
    aims = {row[0].partition(",")[0]: row for row in NIGHTS.values() if re.search(r"\d", row[-1])}
    for name, _, aim in price_month.CARS.values():
        assert first_number(aims[name][-2]) >= first_number(aims[name][-1]) == aim


@pytest.mark.parametrize("kind", day.Kind)
def test_days(kind: day.Kind) -> None:
    """Each kind of day is shown with all of its figures."""
    wanted = {f"{figure}, {kind}" for figure, *_ in day.FIGURES}
    assert len(wanted) == 5
    assert wanted <= FIGURES


@pytest.mark.parametrize("count", stall.SIZES)
@pytest.mark.parametrize("kind", stall.Kind)
def test_stalls(count: int, kind: stall.Kind) -> None:
    """Each size of an account is shown with each kind of work."""
    assert stall.figure(kind, count) in FIGURES


def test_missed_aims() -> None:
    """The text names the figures that miss their aims, and no others."""
    aims = [row for row in TABLE if re.search(r"\d", row[4])]
    missed = {row[0] for row in aims if first_number(row[2 if row[4].endswith("s") else 3]) > first_number(row[4])}
    assert len(aims) > 15
    assert missed == set(re.findall(r'"(.+?)"', DOCUMENT.partition("Missed aims:")[2]))


def first_number(cell: str) -> float:
    """Return the first number in a cell."""
    (number,) = re.findall(r"\d[\d.,]*", cell)[:1]
    return float(number.replace(",", ""))


def test_ratio() -> None:
    """A ratio is that of ours to the reference, and there is none to nothing."""
    assert compared("figure", [2.0, 3.0], "ms", "2") == Row("figure", "2 ms", "3 ms", "1.50", "2")
    assert compared("figure", [0, 1234]) == Row("figure", "0", "1,234", "-", "-")
    assert [shown(1.234), shown(12.34)] == ["1.23", "12"]


def test_cards(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The figures of the cards are shown; without a browser, only their size is measured, and the reason is said."""

    def missing() -> str:
        raise HomeError("Chromium is missing.")

    monkeypatch.setattr(cards, "chromium_path", missing)
    sizes = [row.figure for row in cards.rows(1)]
    assert {*sizes, cards.PAINT, cards.FRAMES} <= FIGURES
    assert capsys.readouterr().err == "The display of the cards was not measured. Chromium is missing.\n"


def test_scripts_are_counted_once() -> None:
    """A script that another one has called is part of that one."""
    thread = {"pid": 1, "tid": 1}
    outer = {**thread, "name": "EvaluateScript", "ts": 0, "dur": 10, "tdur": 8}
    inner = {**thread, "name": "FunctionCall", "ts": 2, "dur": 3, "tdur": 2}
    later = {**thread, "name": "RunMicrotasks", "ts": 10, "dur": 5, "tdur": 4}
    assert cards.scripting([later, inner, outer, {**outer, "name": "Layout", "ts": 20}]) == 12
