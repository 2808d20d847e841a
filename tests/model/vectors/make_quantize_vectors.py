#!/usr/bin/env python3
"""Records what the `gguf` package dequantises: quantize_vectors.json.

usage: make_quantize_vectors.py > quantize_vectors.json
needs: pip install gguf
Blocks are random bytes with finite scales, subnormal ones included; both sides are recorded as hexadecimal bytes.
"""

import json
import sys

import gguf
import numpy as np

NAMES = ["f32", "f16", "bf16", "q4_0", "q4_1", "q5_0", "q5_1", "q8_0", "iq4_nl", "q2_k", "q3_k", "q4_k", "q5_k", "q6_k",
         "iq4_xs"]
TYPES = {name: gguf.GGMLQuantizationType[name.upper()] for name in NAMES}
# Where a block's float16 numbers stand, and how many they are.
SCALES = {"q4_0": (0, 1), "q4_1": (0, 2), "q5_0": (0, 1), "q5_1": (0, 2), "q8_0": (0, 1), "iq4_nl": (0, 1), "q2_k": (80, 2),
          "q3_k": (108, 1), "q4_k": (0, 2), "q5_k": (0, 2), "q6_k": (208, 1), "iq4_xs": (0, 1)}
HALVES = np.array([0.0, -0.0, 1.0, -1.0, 6e-8, 6.1e-5, -5.9e-5, 65504.0, 0.1, -3.1416], dtype=np.float16)


def blocks(name, random):
    if name == "f32":
        return random.standard_normal(64).astype(np.float32).view(np.uint8)
    if name == "f16":
        return np.concatenate([HALVES, random.standard_normal(54).astype(np.float16)]).view(np.uint8)
    if name == "bf16":
        return random.integers(0, 0x7f80, 64, dtype=np.uint16).view(np.uint8)
    block_bytes = gguf.GGML_QUANT_SIZES[TYPES[name]][1]
    count = 20 if block_bytes < 64 else 6
    data = random.integers(0, 256, (count, block_bytes), dtype=np.uint8)
    at, halves = SCALES[name]
    for row in range(count):
        data[row, at:at + 2 * halves] = random.permutation(HALVES)[:halves].view(np.uint8)
    return data.reshape(-1)


def main():
    random = np.random.default_rng(1)
    vectors = {}
    for name, kind in TYPES.items():
        data = blocks(name, random)
        if name == "f32":
            weights = data.view(np.float32)
        elif name == "f16":
            weights = data.view(np.float16).astype(np.float32)
        else:
            weights = gguf.dequantize(data.reshape(1, -1), kind)
        vectors[name] = {"blocks": data.tobytes().hex(), "weights": weights.astype("<f4").tobytes().hex()}
    json.dump(vectors, sys.stdout, indent=0)
    print()


main()
