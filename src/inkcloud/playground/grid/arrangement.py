"""Which axis of a run goes across, which down, and which is a choice of tabs."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

from inkcloud.playground.cells.axis import Axis
from inkcloud.playground.cells.axis_kind import AxisKind
from inkcloud.playground.cells.definition import Cell, CellsDefinition

EMPTY = "(none)"


@dataclass(frozen=True)
class Arrangement:
    """For columns, rows and tabs the index of an axis of the definition; None is no axis.

    Nothing is drawn again when it changes.
    """

    columns: int | None = None
    rows: int | None = None
    tabs: int | None = None

    def label(self, definition: CellsDefinition) -> str:
        """Return it in words."""
        places = (("across", self.columns), ("down", self.rows), ("as tabs", self.tabs))
        return ", ".join(
            f"{axis_label(definition.axes[axis])} {place}"
            for place, axis in places
            if axis is not None
        )

    def code(self) -> str:
        """Return it as three characters for the page's address."""
        return "".join("-" if i is None else str(i) for i in (self.columns, self.rows, self.tabs))

    def table(self, definition: CellsDefinition, tab: int = 0) -> "Table":
        """Return the cells of one tab, by rows.

        Args:
            definition: what is drawn.
            tab: the index of the tab's value; 0 without tabs.
        """
        columns = _values(definition, self.columns)
        rows = _values(definition, self.rows)
        by_position = {cell.position: cell for cell in definition.cells()}
        return Table(
            columns=columns,
            rows=rows,
            cells=tuple(
                tuple(
                    by_position[self._position(definition, x, y, tab)] for x in range(len(columns))
                )
                for y in range(len(rows))
            ),
        )

    def tab_labels(self, definition: CellsDefinition) -> tuple[str, ...]:
        """Return the tabs' names; none without tabs."""
        return () if self.tabs is None else _values(definition, self.tabs)

    def tab_of(self, cell: Cell) -> int:
        """Return the index of the tab that a cell is in."""
        return 0 if self.tabs is None else cell.position[self.tabs]

    def _position(self, definition: CellsDefinition, x: int, y: int, tab: int) -> tuple[int, ...]:
        chosen = {self.columns: x, self.rows: y, self.tabs: tab}
        return tuple(chosen[axis] for axis in range(len(definition.axes)))


@dataclass(frozen=True)
class Table:
    """The cells of one tab.

    Attributes:
        columns: the columns' names; one empty name without an axis.
        rows: the rows' names.
        cells: the cells, by rows.
    """

    columns: tuple[str, ...]
    rows: tuple[str, ...]
    cells: tuple[tuple[Cell, ...], ...]


def arrangements(definition: CellsDefinition) -> list[Arrangement]:
    """Return every way to arrange the axes; the first is the usual one."""
    count = len(definition.axes)
    if count == 0:
        return [Arrangement()]
    if count == 1:
        return [Arrangement(columns=0), Arrangement(rows=0)]
    if count == 2:
        return [Arrangement(columns=0, rows=1), Arrangement(columns=1, rows=0)]
    return [Arrangement(*order) for order in permutations(range(count))]


def arrangement_of(definition: CellsDefinition, code: str) -> Arrangement:
    """Return the arrangement of a code of the page's address, or the usual one."""
    found = arrangements(definition)
    return next((each for each in found if each.code() == code), found[0])


def axis_label(axis: Axis) -> str:
    """Return an axis's name; words are named after the one that is replaced."""
    return f"“{axis.values[0]}”" if axis.kind is AxisKind.WORDS else axis.kind.label


def value_label(axis: Axis, value: str) -> str:
    """Return what stands at a row or a column."""
    match axis.kind:
        case AxisKind.STEPS:
            return "1 step" if value == "1" else f"{value} steps"
        case AxisKind.GUIDANCE:
            return f"guidance {value}"
        case AxisKind.SEED:
            return f"seed {value}"
        case _:
            return value or EMPTY


def cell_label(definition: CellsDefinition, cell: Cell) -> str:
    """Return a cell's values in words, for example "K_EULER, 20 steps"."""
    return ", ".join(_of(axis, i) for axis, i in zip(definition.axes, cell.position, strict=True))


def _of(axis: Axis, index: int) -> str:
    return value_label(axis, axis.values[index])


def _values(definition: CellsDefinition, index: int | None) -> tuple[str, ...]:
    if index is None:
        return ("",)
    axis = definition.axes[index]
    values: Sequence[str] = axis.values
    return tuple(value_label(axis, value) for value in values)
