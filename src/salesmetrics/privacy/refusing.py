"""What is refused of data whose names are hidden already. Own file: it knows no more of the data than that."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

from salesmetrics.errors import SalesmetricsError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["refusing_without_names"]

F = TypeVar("F", bound="Callable[..., Any]")


def refusing_without_names(function: F) -> F:
    """A function that tells no name in what it refuses, where it is given data whose names are hidden.

    Args:
        function: What it is given may have the attribute ``names``.
    """

    @wraps(function)
    def called(*given: Any, **options: Any) -> Any:
        try:
            return function(*given, **options)
        except SalesmetricsError as error:
            from salesmetrics.privacy.details import hide_error
            from salesmetrics.privacy.names import Names

            names = next((found for held in given if isinstance(found := getattr(held, "names", None), Names)), None)
            if names is None:
                raise
            raise hide_error(error, error, names) from None

    return cast("F", called)
