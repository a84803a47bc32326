"""Counts bytes while the files of a model are at work, and tells how far it is."""

from collections.abc import Callable

from inkcloud.domain.model_progress import ModelProgress

Watch = Callable[[ModelProgress], None]


class Tally:
    """Mutable; one for each pass over a model's files.

    Args:
        stage: what is done, as `ModelProgress` names it.
        total: bytes of all files.
        watch: told after each piece.
    """

    def __init__(self, stage: str, total: int, watch: Watch) -> None:
        self._stage = stage
        self._total = total
        self._watch = watch
        self._done = 0
        self._file = ""
        self._file_done = 0
        self._file_total = 0

    def begin(self, file: str, size: int, done: int = 0) -> None:
        """Begin a file, of which some bytes may be done already."""
        self._file, self._file_done, self._file_total = file, 0, size
        self.add(done)

    def add(self, count: int) -> None:
        """Count bytes; fewer than none take back what was counted."""
        self._file_done += count
        self._done += count
        self._watch(
            ModelProgress(
                stage=self._stage,
                file=self._file,
                file_done=self._file_done,
                file_total=self._file_total,
                done=self._done,
                total=self._total,
            )
        )


def unwatched(_: ModelProgress) -> None:
    """Tell nobody."""
