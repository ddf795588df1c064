"""Columns that know the answer, and leads that are there twice: found before anything is trained."""

from leadrank.data.leaks.ablation import Ranker, rate_ranker
from leadrank.data.leaks.find import find_leaks
from leadrank.data.leaks.near_duplicates import merge_groups, near_duplicates

__all__ = ["Ranker", "find_leaks", "merge_groups", "near_duplicates", "rate_ranker"]
