"""Scripts that try what the product promises under failure. Each is one command with a one-line verdict and an exit code:

``scripts/with_servers --durable .venv/bin/python -m bench.contract.equal`` (closing, killed_web, killed_workers, broker, story)

Loopback only; each stops what it has started by process id. ``--sqlite`` takes a SQLite file instead of PostgreSQL where that makes sense.
"""
