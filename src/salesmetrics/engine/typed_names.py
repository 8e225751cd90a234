"""Names that somebody types, where names are hidden: a condition, a cell, a goal. Own file: only a question about hidden names loads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from salesmetrics.engine.where import parsed
from salesmetrics.errors import SalesmetricsError
from salesmetrics.metrics.sql import Binary, Column, In, Is, Literal, columns, rebuilt, text_of, walk
from salesmetrics.privacy.details import hidden_word
from salesmetrics.privacy.names import reads_as_pseudonym
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from salesmetrics.engine.goals import Goal
    from salesmetrics.metrics.sql import Node
    from salesmetrics.privacy.fields import Sort
    from salesmetrics.privacy.names import Names

    Sorts = Callable[[str], Collection[Sort]]
    """The sorts of the values of a column; none of one whose values are shown."""

__all__ = ["hidden_cell", "hidden_condition", "hidden_goal", "refuse_unnamed", "told_condition"]

_EQUAL, _UNEQUAL = frozenset({"=", "=="}), frozenset({"<>", "!="})


def hidden_condition(condition: str, sorts: Sorts, names: Names) -> str:
    """A condition with pseudonyms in the place of the names that it compares columns with.

    Args:
        condition: An SQL condition.
        sorts: Of its columns.
        names: What stands in the place of names.

    Raises:
        SalesmetricsError: ``where_invalid``: it cannot be read, or it asks of hidden names more than whether they are equal.
    """
    tree = parsed(condition)
    hidden = {name: found for name in columns(tree) if (found := sorts(name))}
    if not hidden:
        return condition
    compared = {name for name, found in hidden.items() if set(found) != {"id"}}
    asked = sum(isinstance(node, Column) and node.name in compared for node in walk(tree))
    if asked != sum(len(_compared(node, hidden) & compared) * _sides(node) for node in walk(tree)) or any(
        "text" in found for found in hidden.values()
    ):
        raise SalesmetricsError(
            "where_invalid", text=condition, cause=Message("names_only_equal"), fix=Message("compare_names_by_equality")
        )
    made = rebuilt(tree, lambda node: _translated(node, hidden, names))
    if made != tree and not names.shown:
        cause, fix = Message("names_left_out"), Message("pseudonyms_instead")
        raise SalesmetricsError("where_invalid", text=condition, cause=cause, fix=fix)
    return text_of(made)


def told_condition(condition: str, names: Names) -> str:
    """A condition as it may be told: text that it compares columns with is shown where it is a word of the data that may be.

    Args:
        condition: As it is computed, with pseudonyms in the place of names.
        names: What stands in the place of names.
    """
    tree = parsed(condition)
    told = rebuilt(tree, lambda node: _shown(node, names))
    return condition if told == tree else text_of(told)


def _shown(node: Node, names: Names) -> Node:
    if not isinstance(node, Literal) or node.kind != "text" or not node.text or reads_as_pseudonym(node.text):
        return node
    return node if names.of_id(node.text) == node.text else Literal("text", hidden_word(node.text, names))


def _sides(node: Node) -> int:
    """How many columns stand in a comparison of a column with another one of the same name; else one."""
    same = isinstance(node, Binary) and isinstance(node.left, Column) and node.left == node.right
    return 2 if same else 1


def _compared(node: Node, hidden: dict[str, Collection[Sort]]) -> set[str]:
    """The hidden columns whose values a node compares by whether they are equal, or are there."""
    match node:
        case Binary(operator, Column(left), Column(right)) if operator in _EQUAL | _UNEQUAL:
            return {left, right} if hidden.get(left) == hidden.get(right) else set()
        case Binary(operator, Column(name), Literal()) | Binary(operator, Literal(), Column(name)):
            return {name} if operator in _EQUAL | _UNEQUAL else set()
        case In(Column(name), items) if all(isinstance(item, Literal) for item in items):
            return {name}
        case Is(Column(name), what) if what.endswith("NULL"):
            return {name}
    return set()


def _translated(node: Node, hidden: dict[str, Collection[Sort]], names: Names) -> Node:
    match node:
        case Binary(operator, Column(name), Literal("text", value)) | Binary(
            operator, Literal("text", value), Column(name)
        ) if name in hidden and operator in _EQUAL | _UNEQUAL:
            words = [Literal("text", word) for word in _words(value, hidden[name], names)]
            if len(words) > 1:
                return In(Column(name), tuple(words), negated=operator in _UNEQUAL)
            return Binary(operator, Column(name), words[0])
        case In(Column(name), items) if name in hidden:
            found = [
                word
                for item in items
                for word in (
                    [Literal("text", text) for text in _words(item.text, hidden[name], names)]
                    if isinstance(item, Literal) and item.kind == "text"
                    else [item]
                )
            ]
            return replace(node, items=tuple(found))
    return node


def _words(value: str, sorts: Collection[Sort], names: Names) -> list[str]:
    """What a name is called in columns of some sorts; a pseudonym is what it is, and so is what is no name at all."""
    if not value.strip() or reads_as_pseudonym(value):
        return [value]
    return sorted({names.of_sort(sort, value) for sort in sorts})


def hidden_cell(cell: str, dimensions: Sequence[str], sorts: Sorts, names: Names) -> str:
    """A cell of a table as it is called where names are hidden: ``win_rate:Ann``, ``owner:Ann``.

    Args:
        cell: As it is typed.
        dimensions: What stands behind its colon, divided by ``/``; without any, the dimension stands before it.
        sorts: Of columns.
        names: What stands in the place of names.
    """
    head, colon, tail = cell.partition(":")
    if not colon:
        return cell
    asked = list(dimensions) or [head.strip()]
    parts = [part.strip() for part in tail.split("/", len(asked) - 1)]
    if len(parts) != len(asked):
        return cell
    found = [_word(part, sorts(name), names) for name, part in zip(asked, parts, strict=True)]
    return f"{head}:{'/'.join(found)}"


def _word(value: str, sorts: Collection[Sort], names: Names) -> str:
    return _words(value, sorts, names)[0] if value and sorts else value


def hidden_goal(goal: Goal, sorts: Sorts, names: Names) -> Goal:
    """A goal that tells no name: of the segment it is for, of whoever answers for it, or in a note.

    Raises:
        SalesmetricsError: ``option_invalid``: it is for a segment by name, and names are left out.
    """
    refuse_unnamed("--goal", goal.group, sorts, names)
    group = {name: value if value == "*" else _word(value, sorts(name), names) for name, value in goal.group.items()}
    owner = None if goal.owner is None or not names.shown else names.pseudonym("owner", goal.owner)
    return replace(goal, group=group, owner=owner, note=None)


def refuse_unnamed(option: str, asked: Iterable[str], sorts: Sorts, names: Names) -> None:
    """Refuse to list, sort or divide by names where they are left out.

    Raises:
        SalesmetricsError: ``option_invalid``.
    """
    for name in asked if not names.shown else ():
        if set(sorts(name)) - {"id"}:
            cause, fix = Message("names_left_out"), Message("pseudonyms_instead")
            raise SalesmetricsError("option_invalid", option=option, value=name, cause=cause, fix=fix)
