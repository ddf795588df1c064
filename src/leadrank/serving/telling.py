"""From a record of the operations to what the API tells of it, in the words of the model in use."""

from __future__ import annotations

from typing import TypeVar

from leadrank.serving.service import Service
from leadrank.serving.words import Told

T = TypeVar("T", bound=Told)


def tell(service: Service, kind: type[T], record: object) -> T:
    """Tell a record; leads in it get the title by which the project calls them."""
    return kind.model_validate(record, context=service.desk.champion.current().project.serving.title)
