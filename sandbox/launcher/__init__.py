"""The platform on one machine: the commands of `make run`, `make up`, `make sql` and so on.

`environment` builds .venv and needs nothing but a Python; `workdir` says where files are kept; `ports` and `processes`
assign ports and keep track of what was started; `postgres` is the embedded server, as the user of `os_user`; `airflow`
is Airflow's configuration and `airflow_api` its REST API; `lifecycle` starts and stops it all; `run_dags` runs the DAGs
through the API, `run_summary` prints what they did; `warehouse_commands` are `make sql`, `make report` and so on.
"""
