"""The kernel as a library: `kernel.c`, built into `_kernel.so` (`.dylib`, `.dll`) beside this file by `scripts/kernel`, and called by ctypes."""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from pathlib import Path

ABI = 4
"""Must be the ABI in `kernel.c`; a library with another number is not used."""

LIBRARY = Path(__file__).with_name({"win32": "_kernel.dll", "darwin": "_kernel.dylib"}.get(sys.platform, "_kernel.so"))

COUNTS = ("features", "numbers", "number_columns", "table_columns", "trees")
ARRAYS = (
    "number_feature", "border_start", "borders", "nan_code", "term_start", "term_feature", "term_size", "term_border", "term_nan", "table_start",
    "table", "split_start", "split_column", "split_threshold", "leaf_start", "leaves", "player_start", "player_feature", "shap_start",
    "shap",
)


class ForestRecord(ctypes.Structure):
    """`Forest` of kernel.c."""

    _fields_ = (*((name, ctypes.c_int64) for name in COUNTS), *((name, ctypes.c_void_p) for name in ARRAYS), ("bias", ctypes.c_double))


class RowsRecord(ctypes.Structure):
    """`Rows` of kernel.c."""

    _fields_ = (
        ("numbers", ctypes.c_void_p), ("number_row", ctypes.c_int64), ("number_column", ctypes.c_int64),
        ("codes", ctypes.c_void_p), ("code_row", ctypes.c_int64), ("code_column", ctypes.c_int64),
    )


class DeskRecord(ctypes.Structure):
    """`Desk` of kernel.c."""

    _fields_ = (
        ("forest", ctypes.c_void_p), ("numbers", ctypes.c_void_p), ("codes", ctypes.c_void_p),
        ("categories", ctypes.c_int64), ("category", ctypes.c_void_p), ("category_size", ctypes.c_void_p),
        ("tables", ctypes.c_int64), ("table", ctypes.c_void_p),
        ("answer_start", ctypes.c_void_p), ("answers", ctypes.c_void_p), ("stride", ctypes.c_int64),
        ("leaf", ctypes.c_void_p), ("margins", ctypes.c_void_p), ("out", ctypes.c_void_p), ("rows", ctypes.c_void_p),
    )


class PickRecord(ctypes.Structure):
    """`Pick` of strongest.c."""

    _fields_ = (
        ("given", ctypes.c_void_p), ("columns", ctypes.c_int64), ("member_start", ctypes.c_void_p), ("member", ctypes.c_void_p),
        ("hidden", ctypes.c_void_p), ("smallest", ctypes.c_double),
        ("picked", ctypes.c_void_p), ("size", ctypes.c_void_p), ("grouped", ctypes.c_void_p),
    )


_RECORD_SIZES = sum(ctypes.sizeof(record) << bits for record, bits in ((PickRecord, 48), (ForestRecord, 32), (RowsRecord, 16), (DeskRecord, 0)))
_POINTER, _COUNT = ctypes.c_void_p, ctypes.c_int64
_CALLS: dict[str, tuple[tuple[type, ...], type | None]] = {
    "leadrank_abi": ((), _COUNT),
    "leadrank_record_sizes": ((), _COUNT),
    "leadrank_vectors": ((), ctypes.c_int32),
    "leadrank_scratch": ((_POINTER,), _COUNT),
    "leadrank_margins": ((_POINTER, _POINTER, _COUNT, _POINTER, _POINTER), None),
    "leadrank_contributions": ((_POINTER, _POINTER, _COUNT, _POINTER, _POINTER), None),
    "leadrank_distinct": ((_POINTER, _POINTER, _COUNT, _COUNT, _POINTER, _COUNT, _POINTER, _POINTER, _COUNT), _COUNT),
    "leadrank_one": ((_POINTER,), ctypes.c_double),
    "leadrank_one_at_each": ((_POINTER, ctypes.c_int32), None),
    "leadrank_shares": ((_POINTER, ctypes.c_int32), None),
    "leadrank_strongest": ((_POINTER, ctypes.c_int32), ctypes.c_int32),
}


def open_library(path: Path) -> ctypes.CDLL:
    """Load a kernel and see that it is the one that this module speaks to.

    Raises
    ------
    OSError
        It is not there, cannot be loaded, or is another program or version; the message says which.
    """
    if not path.is_file():
        raise OSError(f"{path.name} is not there; `scripts/kernel` builds it")
    try:
        library = ctypes.CDLL(str(path.resolve()))
        for name, (arguments, result) in _CALLS.items():
            call = library[name]
            call.argtypes, call.restype = arguments, result
            setattr(library, name, call)
    except AttributeError:
        raise OSError(f"{path.name} is not Leadrank's kernel") from None
    except OSError as error:
        raise OSError(f"{path.name} cannot be loaded: {error}") from None
    abi, sizes = library.leadrank_abi(), library.leadrank_record_sizes()
    if (abi, sizes) != (ABI, _RECORD_SIZES):
        raise OSError(f"{path.name} has ABI {abi}, this version needs {ABI}; `scripts/kernel` builds it anew")
    return library


@cache
def _found() -> tuple[ctypes.CDLL | None, str]:
    try:
        library = open_library(LIBRARY)
    except OSError as error:
        return None, f"NumPy: {error}"
    return library, ("native", "native (AVX2)", "native (AVX-512)")[library.leadrank_vectors()]


def library() -> ctypes.CDLL | None:
    """Return the kernel, or None where it cannot be used; `evaluator` says why."""
    return _found()[0]


def evaluator() -> str:
    """Say in words which evaluator is in use: ``native (AVX-512)``, ``native (AVX2)``, ``native`` or ``NumPy:`` and the reason.

    Examples
    --------
    >>> evaluator().split()[0] in {"native", "NumPy:"}
    True
    """
    return _found()[1]
