"""A client for the calls of Airflow's REST API (v2) that the launcher makes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import requests

from sandbox.launcher.workdir import LauncherError

TIMEOUT_SECONDS = 30


class AirflowApi:
    """A client that logs in once.

    Every refused call raises LauncherError with the call and the answer.
    """

    def __init__(self, base: str, user: str, password: str) -> None:
        self._base = base
        self._login = {"username": user, "password": password}
        self._session = requests.Session()
        # A proxy of the environment must not stand between this client and loopback.
        self._session.trust_env = False

    def read_health(self) -> dict[str, dict[str, str | None]] | None:
        """Read state and last heartbeat of each component.

        Returns None while the API server does not answer yet.
        """
        try:
            reply = self._session.get(f"{self._base}/api/v2/monitor/health", timeout=TIMEOUT_SECONDS)
        except requests.ConnectionError:
            return None
        found: dict[str, dict[str, str | None]] | None = reply.json() if reply.ok else None
        return found

    def log_in(self) -> None:
        """Fetch a token for the calls below."""
        token = self._call("POST", "/auth/token", self._login)["access_token"]
        self._session.headers["Authorization"] = f"Bearer {token}"

    def list_dags(self) -> list[dict[str, Any]]:
        """List the DAGs that the DAG processor has found."""
        return self._list("/api/v2/dags?limit=500", "dags")

    def list_import_errors(self) -> list[dict[str, Any]]:
        """List the files of the DAG folder that cannot be imported."""
        return self._list("/api/v2/importErrors?limit=100", "import_errors")

    def list_runs(self, dag_id: str) -> list[dict[str, Any]]:
        """List the runs of a DAG, newest first."""
        return self._list(f"/api/v2/dags/{dag_id}/dagRuns?limit=1000&order_by=-id", "dag_runs")

    def list_active_runs(self) -> list[dict[str, Any]]:
        """List the runs of all DAGs that have not ended."""
        return self._list("/api/v2/dags/~/dagRuns?state=queued&state=running&limit=1000", "dag_runs")

    def read_run(self, dag_id: str, run_id: str) -> dict[str, Any]:
        """Read one run of a DAG."""
        return self._call("GET", f"/api/v2/dags/{dag_id}/dagRuns/{run_id}")

    def trigger_run(self, dag_id: str, run_id: str, clock: datetime) -> None:
        """Trigger a run with a clock."""
        body = {"dag_run_id": run_id, "logical_date": None, "conf": {"clock": clock.isoformat()}}
        self._call("POST", f"/api/v2/dags/{dag_id}/dagRuns", body)

    def fail_run(self, dag_id: str, run_id: str) -> None:
        """Mark a run as failed that an interrupted command left unfinished."""
        self._call("PATCH", f"/api/v2/dags/{dag_id}/dagRuns/{run_id}", {"state": "failed"})

    def list_task_instances(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        """List the task instances of a run."""
        return self._list(f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances?limit=1000", "task_instances")

    def list_questions(self) -> list[dict[str, Any]]:
        """List the questions of runs to a person that have no answer yet."""
        return self._list("/api/v2/dags/~/dagRuns/~/hitlDetails?response_received=false", "hitl_details")

    def answer_question(self, question: dict[str, Any], option: str) -> None:
        """Answer a question with one of its options."""
        task = question["task_instance"]
        run = f"/api/v2/dags/{task['dag_id']}/dagRuns/{task['dag_run_id']}"
        path = f"{run}/taskInstances/{task['task_id']}/{task['map_index']}/hitlDetails"
        self._call("PATCH", path, {"chosen_options": [option], "params_input": {}})

    def _list(self, path: str, key: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._call("GET", path)[key]
        return found

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        try:
            reply = self._session.request(method, f"{self._base}{path}", json=body, timeout=TIMEOUT_SECONDS)
        except requests.RequestException as error:
            raise LauncherError(
                f"Airflow's API server did not answer {method} {path}: {error}. See var/log."
            ) from error
        if not reply.ok:
            raise LauncherError(
                f"Airflow's API server refused {method} {path} with {reply.status_code}: {reply.text[:500]}"
            )
        answer: dict[str, Any] = reply.json() if reply.content else {}
        return answer
