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

TYPES = {"f32": gguf.GGMLQuantizationType.F32, "f16": gguf.GGMLQuantizationType.F16,
         "bf16": gguf.GGMLQuantizationType.BF16, "q8_0": gguf.GGMLQuantizationType.Q8_0,
         "q4_0": gguf.GGMLQuantizationType.Q4_0, "q4_1": gguf.GGMLQuantizationType.Q4_1}
SCALES = {"q8_0": 1, "q4_0": 1, "q4_1": 2}  # float16 numbers at a block's front
HALVES = np.array([0.0, -0.0, 1.0, -1.0, 6e-8, 6.1e-5, -5.9e-5, 65504.0, 0.1, -3.1416], dtype=np.float16)


def blocks(name, random):
    if name == "f32":
        return random.standard_normal(64).astype(np.float32).view(np.uint8)
    if name == "f16":
        return np.concatenate([HALVES, random.standard_normal(54).astype(np.float16)]).view(np.uint8)
    if name == "bf16":
        return random.integers(0, 0x7f80, 64, dtype=np.uint16).view(np.uint8)
    block_bytes = gguf.GGML_QUANT_SIZES[TYPES[name]][1]
    data = random.integers(0, 256, (20, block_bytes), dtype=np.uint8)
    for row in range(20):
        scales = random.permutation(HALVES)[:SCALES[name]]
        data[row, :2 * SCALES[name]] = scales.view(np.uint8)
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
