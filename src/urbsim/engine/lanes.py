"""Compare sixteen bytes at once, which no loop that numba compiles does by itself."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

_WORD, _LANES = ir.IntType(64), ir.VectorType(ir.IntType(8), 16)


def _at_most(typing_context: Any, low: Any, high: Any, most_low: Any, most_high: Any) -> Any:
    """Return 16 bits: which bytes of two words (`low`, `high`) are at most those of `most_low`, `most_high`; all are uint64."""

    def code(context: Any, builder: Any, signature: Any, words: Any) -> Any:
        def bytes_of(first: Any, second: Any) -> Any:
            pair = ir.Constant(ir.VectorType(_WORD, 2), ir.Undefined)
            for place, word in enumerate((first, second)):
                pair = builder.insert_element(pair, word, ir.Constant(ir.IntType(32), place))
            return builder.bitcast(pair, _LANES)

        reached = builder.icmp_unsigned("<=", bytes_of(words[0], words[1]), bytes_of(words[2], words[3]))
        return builder.zext(builder.bitcast(reached, ir.IntType(16)), _WORD)

    return types.uint64(types.uint64, types.uint64, types.uint64, types.uint64), code


at_most: Any = intrinsic(_at_most)
