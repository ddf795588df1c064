"""Who may have leads scored, by which model; and the counts of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from threading import Lock

from leadrank.operations.allowed import check
from leadrank.operations.champion import Active, Champion
from leadrank.operations.who import Role
from leadrank.serving.callers import Caller, Keeper, guard
from leadrank.serving.hot.answer import Answer
from leadrank.serving.hot.scoring import Answers
from leadrank.serving.metrics import Meter
from leadrank.serving.problems import Problem
from leadrank.serving.rates import FixedMinutes
from leadrank.serving.settings import Limits


class Gate:
    """What scoring over HTTP needs of the service.

    Parameters
    ----------
    champion
        The model in use.
    keeper
        Recognises callers.
    meter
        Counts scores.
    limits
        How much one caller may ask for.
    strict
        Whether odd fields are refused; None: as the model's project says.
    strangers
        Counts who shows a key that is none, by address.
    monotonic
        A clock.
    """

    def __init__(
        self, champion: Champion, keeper: Keeper, meter: Meter, limits: Limits, *, strict: bool | None, strangers: Callable[[str], None],
        monotonic: Callable[[], float],
    ) -> None:
        self.meter, self.limits = meter, limits
        self._champion, self._keeper, self._strict = champion, keeper, strict
        self._strangers = strangers
        self._rate = FixedMinutes(limits.scores, monotonic)
        self._ready: tuple[Active, Answers, bool] | None = None
        self._times, self._lock = Counter[tuple[str, Role]](), Lock()
        self.known = keeper.known

    def find(self, headers: Mapping[bytes, bytes], address: str) -> Caller:
        """Recognise a caller by the store; while that is out of reach, one who was recognised lately."""
        try:
            return self._keeper.find(headers, stale=True)
        except Problem as problem:
            if problem.status == 401:
                self._strangers(address)
            raise

    def admit(self, caller: Caller, headers: Mapping[bytes, bytes], times: int = 1) -> None:
        """Refuse who may not have leads scored, or too often; raises as `check`, `guard` and `FixedMinutes.count` do."""
        if caller.how == "local":
            return
        check(caller.who, "predict")
        guard(caller, headers, "POST")
        self._rate.count(caller.who.own, times)

    def answers(self) -> tuple[Answers, bool]:
        """Return the model in use, ready to answer, and whether it is strict."""
        active = self._champion.current()
        ready = self._ready
        if ready is None or ready[0] is not active:
            strict = active.project.serving.strict if self._strict is None else self._strict
            ready = self._ready = active, Answers(active.scorer), strict
        return ready[1], ready[2]

    def scored(self, caller: Caller, tier: str, score: int) -> None:
        """Count one score."""
        self.meter.scored(tier, score)
        self._times[caller.who.name, caller.who.role] += 1

    def scored_all(self, caller: Caller, answers: Sequence[Answer]) -> None:
        """Count many scores."""
        for answer in answers:
            self.meter.scored(answer.tier, answer.score)
        self._times[caller.who.name, caller.who.role] += len(answers)

    def taken(self) -> dict[tuple[str, Role], int]:
        """Return how many leads each caller had scored since the last time, and begin anew."""
        with self._lock:
            times, self._times = self._times, Counter()
        return dict(times)

    def put_back(self, times: Mapping[tuple[str, Role], int]) -> None:
        """Count again what could not be written down."""
        with self._lock:
            self._times.update(times)
