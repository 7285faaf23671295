# Reads a CSV by pandas, for bench/data/read.ts:  python bench/data/read-peer.py FILE REPEATS  (prints seconds as JSON)
import json
import sys
import time

import pandas as pd

path, repeats = sys.argv[1], int(sys.argv[2])


def timed(**options):
    times = {"wall": [], "cpu": []}
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        pd.read_csv(path, **options)
        times["wall"].append(time.perf_counter() - wall)
        times["cpu"].append(time.process_time() - cpu)
    return times


types = {"city": "category", "purpose": "category", "churn": "category"}
print(json.dumps({"version": pd.__version__, "plain": timed(), "dates": timed(parse_dates=["joined"], dtype=types)}))
