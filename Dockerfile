# One image for every service of docker-compose.yml: the code and exactly the packages of requirements.txt.
FROM python:3.11-slim

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
COPY sandbox sandbox
COPY plugins plugins
COPY dags dags
COPY sql sql
USER airflow
ENTRYPOINT ["python", "-m"]
CMD ["airflow", "version"]
