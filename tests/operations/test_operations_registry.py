"""Models are checked before they are kept, and swapped as a whole: no score is half of one and half of another."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Event

import pytest

from leadrank.errors import BundleError, ConflictError, NotFoundError, UsageError
from leadrank.operations import queue, registry
from leadrank.operations.access import access_log
from leadrank.operations.champion import Active, Champion, made_ready
from leadrank.operations.desk import Desk
from leadrank.operations.intake import NewLead, take_leads
from leadrank.operations.standing import newcomer
from leadrank.operations.who import Who
from leadrank.score import Scorer
from leadrank.store import registry as kept
from leadrank.store import scores
from leadrank.store.connect import Store
from leadrank.store.leads import put_leads
from leadrank.store.queue import QueueFilter

BOTH = QueueFilter(status=("open", "snoozed"))


@pytest.fixture
def root(people: dict[str, Who]) -> Who:
    return people["root"]


def _fields(k: int) -> dict[str, object]:
    return {"visits": k % 11, "source": ("web", "fair", "reference")[k % 3], "age": 20 + k % 50}


def _add(desk: Desk, root: Who, content: bytes, now: datetime) -> str:
    return registry.add_model(desk, root, content, now=now).id


def test_the_first_bundle_is_in_use_and_a_restart_undoes_no_activation(
    store: Store, desk_of: Callable[..., Desk], bundle: Callable[[str], bytes], root: Who, now: datetime
) -> None:
    desk = desk_of("small", store)
    first = desk.champion.current().identity
    second = _add(desk, root, bundle("other"), now)
    assert registry.models(desk, root, now=now).champion == first
    registry.activate(desk, root, second, because="better", now=now)
    assert registry.register(Desk(store), bundle("small"), now=now) == second
    told = registry.models(desk, root, now=now)
    assert (told.champion, told.former, {m.id for m in told.models}) == (second, first, {first, second})
    assert [(a.model, a.by, a.because) for a in told.activations] == [(second, "root", "better"), (first, "leadrank", "Given at the start")]
    assert set(told.models[0].figures["auc"]) == {"value", "low", "high"}
    assert told.models[0].bundle == b""


def test_a_store_refuses_to_begin_with_the_bundle_of_another_project(
    store: Store, desk_of: Callable[..., Desk], bundle: Callable[[str], bytes], root: Who, now: datetime
) -> None:
    desk = desk_of("small", store)
    with pytest.raises(UsageError, match=r"holds project 'small' \(key id, target won\); the bundle .* is of project 'tables'.*event sales") as told:
        registry.register(desk, bundle("tables"), now=now)
    assert "--database" in str(told.value)
    assert [model.name for model in registry.models(desk, root, now=now).models] == ["small"]
    assert desk.champion.current().project.name == "small"


def test_the_model_of_another_project_is_neither_kept_nor_put_in_use(
    store: Store, desk_of: Callable[..., Desk], bundle: Callable[[str], bytes], root: Who, now: datetime
) -> None:
    desk, foreign = desk_of("small", store), bundle("tables")
    with pytest.raises(UsageError, match="is of project 'tables'"):
        registry.add_model(desk, root, foreign, now=now)
    with store.writing() as c:  # as an older version took it
        kept.add_model(c, registry._row(made_ready(foreign), foreign, "root", now))
    with pytest.raises(UsageError, match="is of project 'tables'"):
        registry.activate(desk, root, made_ready(foreign).identity, now=now)
    assert desk.champion.current().project.name == "small"


def test_a_rollback_that_comes_twice_does_not_put_the_bad_model_back_in_use(
    store: Store, desk_of: Callable[..., Desk], bundle: Callable[[str], bytes], root: Who, now: datetime
) -> None:
    desk = desk_of("small", store)
    good, bad = desk.champion.current().identity, _add(desk, root, bundle("other"), now)
    registry.activate(desk, root, bad, now=now)
    assert registry.rollback(desk, root, leaving=bad, now=now).champion == good
    with pytest.raises(ConflictError, match="another model in use"):
        registry.rollback(desk, root, leaving=bad, now=now)
    assert registry.models(desk, root, now=now).champion == good


def test_who_looked_before_an_activation_does_not_put_the_former_model_back_in_use(
    store: Store, desk_of: Callable[..., Desk], bundle: Callable[[str], bytes], root: Who, now: datetime
) -> None:
    desk = desk_of("small", store)
    first, second = desk.champion.current().identity, _add(desk, root, bundle("other"), now)
    with store.reading() as early:
        assert desk.champion.of(early).identity == first
        registry.activate(desk, root, second, now=now)
        with store.reading() as between:
            assert desk.champion.of(early).identity == first
            assert desk.champion.current().identity == second
            assert desk.champion.of(between).identity == second
            registry.rollback(desk, root, now=now)
            assert desk.champion.of(between).identity == second
            assert desk.champion.current().identity == first


def test_a_bundle_that_does_not_score_is_not_kept(desk: Desk, bundle: Callable[[str], bytes], root: Who, now: datetime) -> None:
    broken = bytearray(bundle("other"))
    broken[len(broken) // 2] ^= 1
    for content in (bytes(broken), b"", b"PK\x03\x04"):
        with pytest.raises(BundleError):
            registry.add_model(desk, root, content, now=now)
    assert len(registry.models(desk, root, now=now).models) == 1


def test_the_same_bundle_again_changes_nothing(desk: Desk, bundle: Callable[[str], bytes], root: Who, now: datetime) -> None:
    assert _add(desk, root, bundle("other"), now) == _add(desk, root, bundle("other"), now)
    assert len(registry.models(desk, root, now=now).models) == 2


def test_what_is_not_there_cannot_be_put_in_use(desk: Desk, root: Who, now: datetime) -> None:
    with pytest.raises(NotFoundError, match="no model 'small'"):
        registry.activate(desk, root, "small", now=now)
    with pytest.raises(ConflictError, match="no model from before"):
        registry.rollback(desk, root, now=now)


def test_another_worker_scores_with_the_new_champion_in_its_next_transaction(
    store: Store, desk_of: Callable[..., Desk], bundle: Callable[[str], bytes], root: Who, now: datetime
) -> None:
    here, there = desk_of("small", store), Desk(store, Champion())
    assert there.champion.refresh(store)
    second = _add(here, root, bundle("other"), now)
    registry.activate(here, root, second, now=now)
    assert take_leads(there, root, [NewLead("L1", _fields(1))], now=now)[0].lead.model == second
    assert not there.champion.refresh(store)


@pytest.mark.parametrize("operation", ["activate", "rollback"])
def test_others_may_write_while_a_model_is_made_ready(
    desk: Desk, bundle: Callable[[str], bytes], root: Who, now: datetime, monkeypatch: pytest.MonkeyPatch, operation: str
) -> None:
    first, second, taken = desk.champion.current().identity, _add(desk, root, bundle("other"), now), list[str]()
    if operation == "rollback":
        registry.activate(desk, root, second, now=now)

    def slowly(content: bytes, key: bytes | None = None) -> Active:
        with desk.store.writing(0.2) as c:
            taken.extend(put_leads(c, [newcomer("L1", {}, source="", created_at=now, now=now)]))
        return made_ready(content, key)

    monkeypatch.setattr(registry, "made_ready", slowly)
    told = registry.rollback(desk, root, now=now) if operation == "rollback" else registry.activate(desk, root, second, now=now)
    assert (told.champion, taken) == (first if operation == "rollback" else second, ["L1"])
    assert desk.champion.current().identity == told.champion


def test_a_rollback_during_which_another_model_is_put_in_use_is_refused_and_recorded(
    store: Store, desk_of: Callable[..., Desk], bundle: Callable[[str], bytes], root: Who, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = desk_of("small", store)
    second, third = (_add(desk, root, bundle(kind), now) for kind in ("other", "forest"))
    registry.activate(desk, root, second, now=now)

    def late(content: bytes, key: bytes | None = None) -> Active:
        monkeypatch.setattr(registry, "made_ready", made_ready)
        registry.activate(desk, root, third, now=now)
        return made_ready(content, key)

    monkeypatch.setattr(registry, "made_ready", late)
    with pytest.raises(ConflictError, match="another model in use meanwhile"):
        registry.rollback(desk, root, now=now)
    assert (registry.models(desk, root, now=now).champion, desk.champion.current().identity) == (third, third)
    assert [(row.did, row.result) for row in access_log(desk, root, limit=3, now=now)][1:] == [("rollback", "failed"), ("activate", "done")]


def test_to_activate_what_is_in_use_adds_nothing_and_brings_a_worker_that_has_not_noticed_up_to_date(
    store: Store, desk_of: Callable[..., Desk], bundle: Callable[[str], bytes], root: Who, now: datetime
) -> None:
    here, there = desk_of("small", store), Desk(store, Champion())
    there.champion.refresh(store)
    second = _add(here, root, bundle("other"), now)
    registry.activate(here, root, second, now=now)
    assert len(registry.activate(there, root, second, now=now).activations) == 2
    assert there.champion.current().identity == second


@pytest.mark.parametrize("kind", ["forest", "small"])
def test_open_leads_are_scored_anew_each_told_why_and_after_a_rollback_to_the_same_bits(
    store: Store, desk_of: Callable[..., Desk], bundle: Callable[[str], bytes], root: Who, now: datetime, kind: str
) -> None:
    desk = desk_of(kind, store)
    first = desk.champion.current().identity
    take_leads(desk, root, [NewLead(f"L{k:03}", _fields(k)) for k in range(60)], now=now)
    for k in range(60, 103):
        take_leads(desk, root, [NewLead(f"L{k:03}", _fields(k))], now=now)
    before = {row.key: row.probability for row in queue.queue(desk, root, BOTH, limit=500, now=now).leads}
    second = _add(desk, root, bundle("other"), now)
    registry.activate(desk, root, second, now=now)
    assert registry.rescore_open(desk, root, now=now, chunk=10).leads == 103
    assert registry.rescore_open(desk, root, now=now, chunk=10).leads == 0
    between = queue.queue(desk, root, BOTH, limit=500, now=now).leads
    assert {row.model for row in between} == {second}
    told = queue.history(desk, root, "L000", now=now).scores
    assert (told[0].cause, told[0].because) == ("new model", f"{second} took the place of {first}")
    assert registry.rollback(desk, root, now=now).champion == first
    registry.rescore_open(desk, root, now=now, chunk=17)
    after = {row.key: row.probability for row in queue.queue(desk, root, BOTH, limit=500, now=now).leads}
    assert after == before


def test_while_models_change_under_load_every_score_is_wholly_of_one(
    store: Store, desk_of: Callable[..., Desk], bundle: Callable[[str], bytes], root: Who, now: datetime
) -> None:
    desk = desk_of("small", store)
    models = [desk.champion.current().identity, _add(desk, root, bundle("other"), now)]
    scorers = {name: Scorer(registry.made_ready(bundle(kind)).bundle) for name, kind in zip(models, ("small", "other"), strict=True)}
    done = Event()

    def send(worker: int) -> list[str]:
        keys = []
        while not done.is_set() and len(keys) < 400:
            k = len(keys)
            keys.append(take_leads(desk, root, [NewLead(f"W{worker}-{k}", _fields(k))], now=now)[0].key)
            active = desk.champion.current()
            assert active.scorer.one(_fields(k)).model == active.identity
        return keys

    with ThreadPoolExecutor(4) as pool:
        sent = [pool.submit(send, worker) for worker in range(4)]
        for k in range(20):
            registry.activate(desk, root, models[(k + 1) % 2], now=now)
        done.set()
        keys = [key for worker in sent for key in worker.result()]
    with store.reading() as c:
        found = [scores.history(c, key) for key in keys]
    assert all(len(rows) == 1 for rows in found)
    for key, (row,) in zip(keys, found, strict=True):
        expected = scorers[row.model].one(_fields(int(key.partition("-")[2])))
        assert row.probability == pytest.approx(expected.probability, abs=1e-12)
        assert row.tier == expected.tier
    assert len(keys) > 20
