# Two images. `production` is every service's of docker-compose.yml: the code and exactly the packages of
# requirements.txt. `sample` adds the sample world, and only the profile `sample` runs it.
FROM python:3.13-slim AS production

ENV PYTHONUNBUFFERED=1 AIRFLOW_HOME=/opt/airflow PYTHONPATH=/opt/accelerates
# What the PDF of the report is drawn with; without it the report goes without PDF and says so.
RUN apt-get update && apt-get install --yes --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 libfontconfig1 \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --create-home --home-dir /opt/airflow --uid 50000 airflow \
    && mkdir -p /srv/landing /srv/partners /opt/airflow/logs \
    && chown -R airflow /srv/landing /srv/partners /opt/airflow

WORKDIR /opt/accelerates
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes --requirement requirements.txt

COPY include include
COPY plugins plugins
COPY dags dags
COPY sql sql
# Tasks run as a user who cannot write here, and would compile our modules each time.
RUN python -m compileall -q include plugins dags
USER airflow
ENTRYPOINT ["python", "-m"]
CMD ["airflow", "version"]

FROM production AS sample
USER root
COPY requirements-sandbox.txt .
RUN pip install --no-cache-dir --require-hashes --requirement requirements-sandbox.txt
COPY sandbox sandbox
USER airflow

# What `docker build .` makes when no target is named.
FROM production
