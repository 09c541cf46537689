"""Several acts at the same moment."""

import threading

from django.db import connections


def at_once(*jobs):
    """Run each job in a thread of its own, all starting together; their answers or errors."""
    gate, answers = threading.Barrier(len(jobs)), [None] * len(jobs)

    def run(n, job):
        try:
            gate.wait()
            answers[n] = job()
        except Exception as error:  # noqa: BLE001 - what went wrong is the answer
            answers[n] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(n, job)) for n, job in enumerate(jobs)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return answers
