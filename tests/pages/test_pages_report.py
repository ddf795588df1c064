"""The page holds everything, loads nothing, and believes no name."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import polars as pl
import pytest

from conftest_pages import make_binary, make_tiers, without_figures
from leadrank.bundle import Bundle
from leadrank.errors import MissingExtraError
from leadrank.pages import report_page

VOID = {"meta", "br", "link", "img", "hr", "input"}
