"""make bench: what loading costs in multiples of the server's own COPY, as a table and in var/bench/load.json."""

from __future__ import annotations

import json
import os
import platform
import statistics
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

import psycopg

from bench import data, peers, rounds
from include.warehouse import migrate
from sandbox.launcher import postgres

ROOT = Path(__file__).parents[1]
OUT = ROOT / "var" / "bench"
# Fewer rounds are for a first look; the output says how many there were.
ROUNDS = int(os.environ.get("ROUNDS", "3"))
# With more rows than this, peers get one round: they take minutes.
SMALL_ROWS, PANDAS_ROWS = 1_000_000, 50_000
STEPS = ("stage", "check", "merge")
# Name -> goal: at most this many times COPY (or times the thing that the name says).
GOALS = {
    "payload in landing to staged and typed": 1.25,
    "first load, whole path": 6.0,
    "again, 1 % of values changed": 4.0,
    "again, changed in the last 3 of 84 months": 2.5,
    "again, identical rows": None,
    "again, identical bytes": 0.1,
    "gate / one statement of the same checks": 1.5,
    "dlt scd2 / ours": 2.5,
    "snapshot SQL / ours": 4.0,
    "on conflict / ours": 4.0,
    "pandas.to_sql / ours, per row": 10.0,
}
ORDER = ("none", "recent", "none", "scattered", "scattered")
NAMES = (
    "first load, whole path",
    "again, changed in the last 3 of 84 months",
    "",
    "again, 1 % of values changed",
    "again, identical rows",
)
Measured = dict[str, list[float]]


def machine(server: postgres.Server) -> str:
    """Describe the machine that it ran on."""
    with psycopg.connect(server.dsn("warehouse")) as conn:
        row = conn.execute(
            "select current_setting('server_version'), current_setting('shared_buffers'), current_setting('fsync'),"
            " current_setting('max_wal_size')"
        ).fetchone()
    assert row is not None
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 30
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores, {memory} GiB, {platform.system()} {platform.machine()}; PostgreSQL {row[0]},"
        f" shared_buffers {row[1]}, fsync {row[2]}, max_wal_size {row[3]}; load average {load:.1f} beside us"
    )


def one_round(server: postgres.Server, files: dict[str, tuple[Path, Path]], small: Path, said: Measured) -> None:
    """Measure each publication once, each ratio against a COPY of the same round."""
    root = (files["none"][0].parent / "landing").as_uri()
    with rounds.warehouse_of(server, "warm") as warm, rounds.warehouse_of(server, "round") as dsn:
        rounds.settle(server)
        copies = [rounds.copy(server, "round", files["none"][0]) for _ in range(3)]
        ids = [rounds.batch(dsn, root, files[change][1], day) for day, change in enumerate(ORDER)]
        walks = rounds.walked(dsn, root, ids, (warm, rounds.batch(warm, root, small, 0)))
        copies += [rounds.copy(server, "round", files["none"][0]) for _ in range(2)]
        copy, effort = (statistics.median(each) for each in zip(*copies, strict=True))
        said["copy"].append(copy)
        again = rounds.identical(dsn, root, files[ORDER[-1]][1], ids[-1])
        said["again, identical bytes"].append(again / copy)
        for name, walk in zip(NAMES, walks, strict=True):
            record(name, walk, copy, said)
            said[f"cpu {name}"].append(walk["cpu"] / effort if effort else 0.0)


def record(name: str, walk: dict[str, float], copy: float, said: Measured) -> None:
    """Add the measurements of a walk; the round without a name only restores the warehouse."""
    said["peak_mb"].append(walk["peak_mb"])
    if not name:
        return
    said[name].append(sum(walk[step] for step in STEPS) / copy)
    said[f"wal {name}"].append(walk["wal"] / 1e6)
    said[f"seconds {name}"].append(sum(walk[step] for step in STEPS))
    said["payload in landing to staged and typed"].append((walk["stage"] - walk["count"]) / copy)
    for step in ("count", "check", "merge"):
        said[f"{step} {name}"].append(walk[step] / copy)
    if name == NAMES[0] and "statement" in walk:
        said["gate / one statement of the same checks"].append((walk["count"] + walk["check"]) / walk["statement"])


def against_peers(server: postgres.Server, files: dict[str, tuple[Path, Path]], rows: int, said: Measured) -> None:
    """Measure peers on the re-publication with scattered changes, in multiples of our seconds."""
    ours = statistics.median(said[f"seconds {NAMES[3]}"])
    first, second = files["none"][0], files["scattered"][0]
    python = OUT / "env" / "bin" / "python"
    with rounds.warehouse_of(server, "peers") as dsn:
        for _ in range(ROUNDS if rows <= SMALL_ROWS else 1):
            for name, statements in (("on conflict", peers.ON_CONFLICT), ("snapshot SQL", peers.SNAPSHOT)):
                against(f"{name} / ours", peers.by_sql(dsn, first, second, statements), ours, said)
            count = min(rows, PANDAS_ROWS)
            admin = server.dsn("peers", postgres.SUPERUSER)
            said["pandas.to_sql / ours, per row"].append(peers.by_pandas(admin, second, count) / count / (ours / rows))
        against("dlt scd2 / ours", peers.by_dlt(python, dsn, first, second), ours, said)


def against(name: str, peer: peers.Said | None, ours: float, said: Measured) -> None:
    """Add a peer's time as a multiple of our seconds, and whether it was stopped."""
    if peer is not None:
        said[name].append(peer.seconds / ours)
        if peer.is_stopped:
            said[f"stopped {name}"].append(1.0)


def table(said: Measured) -> list[dict[str, object]]:
    """Build rows of name, ratio, goal and peak_mb; a ratio of None was not run."""
    peak = max(said["peak_mb"])
    rows = [
        {"name": name, "ratio": round(statistics.median(said[name]), 2) if said[name] else None, "goal": goal,
         "peak_mb": peak, **({"is_at_least": True} if said[f"stopped {name}"] else {})}
        for name, goal in GOALS.items()
    ]  # fmt: skip
    return [*rows, {"name": "memory of Python, MB above its imports", "ratio": peak, "goal": 100, "peak_mb": peak}]


def shown(rows: list[dict[str, object]], said: Measured, line: str) -> str:
    """Format the table for people: cost of the steps and rows written by each merge."""
    out = [line, f"COPY: {statistics.median(said['copy']):.2f} s (median of {len(said['copy'])} rounds)", ""]
    for row in rows:
        is_least = " / ours" in str(row["name"])
        ratio = "not run" if row["ratio"] is None else f"{'> ' * ('is_at_least' in row)}{row['ratio']}"
        goal = "" if row["goal"] is None else f"goal {'>=' if is_least else '<='} {row['goal']}"
        out.append(f"{row['name']!s:45} {ratio:>8}  {goal}")
    out += ["", f"{'in multiples of COPY':45} {'count':>8} {'check':>8} {'merge':>8} {'log, MB':>9} {'processor':>9}"]
    for name in filter(None, NAMES):
        steps = [statistics.median(said[f"{step} {name}"]) for step in ("count", "check", "merge")]
        wal = statistics.median(said[f"wal {name}"])
        effort = statistics.median(said[f"cpu {name}"])
        out.append(f"{name:45} " + " ".join(f"{step:8.2f}" for step in steps) + f" {wal:9.1f} {effort:9.2f}")
    return "\n".join(out)


def main() -> None:
    """Generate, measure, print, write."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    OUT.mkdir(parents=True, exist_ok=True)
    said: Measured = defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        # The server reads the files itself, as another user.
        folder.chmod(0o755)
        files = {change: data.write(folder, rows, change) for change in ("none", "recent", "scattered")}
        small = data.write(folder, 84 * 2_400)[1]
        with postgres.running(folder / "postgres") as server:
            migrate.migrate(server.dsn("warehouse"))
            line = machine(server)
            for _ in range(ROUNDS):
                one_round(server, files, small, said)
            against_peers(server, files, rows, said)
    result = table(said)
    sys.stdout.write(shown(result, said, f"{rows:,} observations; {line}") + "\n")
    (OUT / "load.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
