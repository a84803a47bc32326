"""Rows of the database as the values that they stand for."""

import logging
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, Select

from inkcloud.domain.errors import InvalidRequest
from inkcloud.storage.failures import damaged

_LOG = logging.getLogger(__name__)
Value = TypeVar("Value")


def fetch(
    connection: Connection, query: Select[Any], decode: Callable[[Row[Any]], Value]
) -> list[Value]:
    """Return what the rows of a query stand for, in their order.

    Raises:
        StorageUnavailable: if a row holds what nothing here has written.
    """
    try:
        return [decode(row) for row in connection.execute(query)]
    except UnicodeEncodeError:  # the query's own text, not a row's
        raise
    except (ValueError, TypeError, LookupError, AttributeError, InvalidRequest):
        _LOG.exception("A row of the database cannot be read.")
        raise damaged() from None
