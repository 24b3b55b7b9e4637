"""The platform on one machine: everything behind `make run`, `make up`, `make down`, `make sql` and `make clean`.

`environment` builds .venv and needs nothing but a Python; `state` says where things are kept; `ports` and `processes`
give out ports and keep track of what was started; `postgres` is the embedded server, `airflow` Airflow's configuration;
`lifecycle` starts and stops it all; `play` runs the DAGs through the REST API, `summary` tells what came of it.
"""
