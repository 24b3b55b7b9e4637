# One image for every service of docker-compose.yml: the code and exactly the packages of requirements.txt.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 AIRFLOW_HOME=/opt/airflow PYTHONPATH=/opt/accelerates
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
USER airflow
ENTRYPOINT ["python", "-m"]
CMD ["airflow", "version"]
