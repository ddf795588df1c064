"""Columns that know the answer, and leads that are there twice: found before anything is trained."""

from typing import TYPE_CHECKING

from leadrank.faces import later

if TYPE_CHECKING:
    from leadrank.data.leaks.ablation import Ranker, rate_ranker
    from leadrank.data.leaks.find import find_leaks
    from leadrank.data.leaks.near_duplicates import merge_groups, near_duplicates

later(__name__, ablation="Ranker rate_ranker", find="find_leaks", near_duplicates="merge_groups near_duplicates")
