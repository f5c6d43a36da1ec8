"""Where things are in this repository."""

import pathlib

BENCHMARKS = pathlib.Path(__file__).resolve().parent.parent
PEERS = BENCHMARKS / "Peers"
RESULTS = BENCHMARKS / "RESULTS.md"
POSTGRES_SCRIPT = BENCHMARKS.parent / "Tests" / "TestPostgres" / "server.sh"
