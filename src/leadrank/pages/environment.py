"""The templates of the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadrank.errors import MissingExtraError

if TYPE_CHECKING:
    import jinja2


def environment() -> jinja2.Environment:
    """Return where templates are found; whatever they are given is escaped.

    Raises
    ------
    MissingExtraError
        Jinja2 is not installed.
    """
    try:
        from jinja2 import Environment, PackageLoader, StrictUndefined
    except ImportError as error:
        raise MissingExtraError("Rendering a page needs Jinja2, which is not installed.", "pip install 'leadrank[report]'") from error
    return Environment(loader=PackageLoader("leadrank.pages"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
