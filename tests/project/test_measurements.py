"""docs/measurements.md shows the figures that `scripts/bench` prints, and meets their aims or says so."""

from pathlib import Path
import re

import pytest

from benchmarks import day, stall
from benchmarks.table import Row, compared, shown

DOCUMENT = (Path(__file__).parents[2] / "docs/measurements.md").read_text(encoding="utf-8")
TABLE = [[cell.strip() for cell in line.strip("|").split("|")] for line in DOCUMENT.splitlines() if line[:2] == "| "]
FIGURES = {row[0] for row in TABLE}


def test_same_columns() -> None:
    """Each line of the tables has the columns that are printed."""
    assert {len(row) for row in TABLE} == {len(Row._fields)}


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
