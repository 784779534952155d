"""The hold model on SimPy: every process waits, again and again.

usage: hold.py PENDING EVENTS; prints events per CPU second.
"""

import random
import sys
import time

import simpy


def main():
    pending, events = int(sys.argv[1]), int(sys.argv[2])
    generator = random.Random(1)
    increments = [generator.expovariate(1.0) for _ in range(65536)]
    env = simpy.Environment()

    def process(index):
        while True:
            yield env.timeout(increments[index & 65535])
            index += 7919

    for index in range(pending):
        env.process(process(index))
    # Let every process reach its first wait before the clock starts.
    for _ in range(pending):
        env.step()
    start = time.process_time()
    for _ in range(events):
        env.step()
    print(f"{events / (time.process_time() - start):.6g}")


main()
