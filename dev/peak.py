#!/usr/bin/env python3
"""Measures what this machine can do: large products in float32 and bfloat16, and reading memory. Argument: threads."""
import sys
import time

import torch


def best(work, seconds=2.0):
    work()
    least, end = float("inf"), time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        work()
        least = min(least, time.perf_counter() - start)
    return least


def main():
    threads = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    torch.set_num_threads(threads)
    n = 2048
    for dtype in (torch.float32, torch.bfloat16):
        a, b = torch.randn(n, n).to(dtype), torch.randn(n, n).to(dtype)
        print(f"peak {dtype} product of {n}: {2 * n**3 / best(lambda: a @ b) / 1e9:.0f} GFLOP/s, {threads} threads")
    block = torch.randn(64 * 2**20)
    print(f"peak reading of memory: {block.numel() * 4 / best(lambda: block.sum()) / 1e9:.1f} GB/s")


main()
