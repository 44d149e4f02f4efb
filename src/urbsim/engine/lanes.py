"""Work on many bytes at once: compare sixteen, compare rows of eight words, which no loop that numba compiles does by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

_WORD, _LANES = ir.IntType(64), ir.VectorType(ir.IntType(8), 16)
_HALF = ir.VectorType(_WORD, 4)  # of a row of eight words


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


def _halves(context: Any, builder: Any, array_type: Any, array: Any, row: Any) -> list[Any]:
    """Return pointers to the two halves of a row of an array of n x 8 words."""
    data = context.make_array(array_type)(context, builder, array).data
    places = [builder.add(builder.mul(row, _WORD(8)), _WORD(first)) for first in (0, 4)]
    return [builder.bitcast(builder.gep(data, [place]), _HALF.as_pointer()) for place in places]


def _load(builder: Any, half: Any) -> Any:
    return builder.load(half, align=8)


def differences(masks: Sequence[Sequence[np.uint64]]) -> Any:
    """Return `differ(old, i, new, k)` for kernels: bit b says whether row i of `old` and row k of `new` differ under `masks[b]`.

    Rows are eight uint64 words, arrays n x 8 in C order, i and k int64; a mask has eight words too.
    """

    def differ(typing_context: Any, old: Any, i: Any, new: Any, k: Any) -> Any:
        def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            rows = [_halves(context, builder, signature.args[at], values[at], values[at + 1]) for at in (0, 2)]
            change = [builder.xor(_load(builder, one), _load(builder, other)) for one, other in zip(*rows, strict=True)]
            bits = _WORD(0)
            for b, mask in enumerate(masks):
                low, high = (builder.and_(change[j], ir.Constant(_HALF, [int(word) for word in mask[4 * j : 4 * j + 4]])) for j in (0, 1))
                whole = builder.bitcast(builder.or_(low, high), ir.IntType(256))
                differs = builder.icmp_unsigned("!=", whole, ir.Constant(ir.IntType(256), 0))
                bits = builder.or_(bits, builder.shl(builder.zext(differs, _WORD), _WORD(b)))
            return bits

        return types.uint64(old, types.int64, new, types.int64), code

    return intrinsic(differ)


def _copy_row(typing_context: Any, into: Any, k: Any, source: Any, i: Any) -> Any:
    """Copy row i of `source` to row k of `into`, both n x 8 words in C order."""

    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        rows = [_halves(context, builder, signature.args[at], values[at], values[at + 1]) for at in (0, 2)]
        words = [_load(builder, half) for half in rows[1]]
        for half, word in zip(rows[0], words, strict=True):
            builder.store(word, half, align=8)
        return context.get_dummy_value()

    return types.void(into, types.int64, source, types.int64), code


copy_row: Any = intrinsic(_copy_row)
