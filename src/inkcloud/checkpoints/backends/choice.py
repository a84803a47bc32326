"""The names by which people choose a backend."""

from enum import StrEnum

from inkcloud.domain.errors import InvalidRequest


class BackendChoice(StrEnum):
    """AUTO takes, for each shape of call, the winner of `inkcloud models prepare`."""

    AUTO = "auto"
    TORCH = "torch"
    OPENVINO = "openvino"

    @staticmethod
    def parse(name: str) -> "BackendChoice":
        """Return the choice of that name.

        Raises:
            InvalidRequest: if there is none.
        """
        try:
            return BackendChoice(name)
        except ValueError:
            raise InvalidRequest(
                "There is no backend of that name.",
                field="backend",
                value=name,
                allowed="one of " + ", ".join(BackendChoice),
            ) from None
