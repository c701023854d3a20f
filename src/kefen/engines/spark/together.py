"""Several askers at once: their questions meet, and one job answers them all.

Each asker runs in a thread of its own, as if it were alone. When all of them wait for an answer,
what they asked is answered together, so that a population is passed over once for all cuts and not
once for each.
"""

from __future__ import annotations

import contextvars
import threading
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Asked = TypeVar("Asked")
Found = TypeVar("Found")


class _Waiting(Generic[Asked]):
    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.answer: Any = None
        self.error: BaseException | None = None
        self.is_answered = False


class Meeting(Generic[Asked]):
    """Where askers meet.

    Args:
        answer: Answers several questions at once, in their order.
    """

    def __init__(self, answer: Callable[[Sequence[Asked]], Sequence[Any]]) -> None:
        self._answer = answer
        self._changed = threading.Condition()
        self._busy = 0
        self._waiting: list[_Waiting[Asked]] = []
        self._here = threading.local()

    def ask(self, asked: Asked) -> Any:
        """Return the answer to a question; within `together`, when all others ask too."""
        if not self._is_asker():
            return self._answer([asked])[0]
        waiting = _Waiting(asked)
        with self._changed:
            self._waiting.append(waiting)
            self._pause()
            while not waiting.is_answered:
                self._changed.wait()
        if waiting.error is not None:
            raise waiting.error
        return waiting.answer

    def together(self, askers: Sequence[Callable[[], Found]]) -> list[Found]:
        """Run askers beside one another; return what each found, or raise what the first met."""
        if len(askers) <= 1:
            return [asker() for asker in askers]
        found: list[Any] = [None] * len(askers)
        errors: list[BaseException | None] = [None] * len(askers)

        def run(place: int) -> None:
            self._here.asker = True
            try:
                found[place] = askers[place]()
            except BaseException as error:
                errors[place] = error
            finally:
                with self._changed:
                    self._pause()

        threads = [
            threading.Thread(target=contextvars.copy_context().run, args=(run, place), daemon=True)
            for place in range(len(askers))
        ]
        with self._changed:
            self._busy += len(askers)
            if self._is_asker():
                self._busy -= 1  # it waits for the ones it started
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self._is_asker():
            with self._changed:
                self._busy += 1
        for error in errors:
            if error is not None:
                raise error
        return found

    def _is_asker(self) -> bool:
        return bool(getattr(self._here, "asker", False))

    def _pause(self) -> None:
        """Count one asker out; the last one to go answers what all others wait for."""
        self._busy -= 1
        if self._busy > 0 or not self._waiting:
            return
        batch, self._waiting = self._waiting, []
        try:
            for waiting, answer in zip(
                batch, self._answer([waiting.asked for waiting in batch]), strict=True
            ):
                waiting.answer = answer
        except BaseException as error:
            for waiting in batch:
                waiting.error = error
        for waiting in batch:
            waiting.is_answered = True
        self._busy += len(batch)
        self._changed.notify_all()
