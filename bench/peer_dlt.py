"""dlt's scd2 on a re-publication, from Arrow tables, in its own environment; prints the seconds of the second load."""

import os
import sys
import tempfile
import time

os.environ["NORMALIZE__PARQUET_NORMALIZER__ADD_DLT_ID"] = "true"
os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"

import dlt
from dlt.sources.helpers.transform import add_row_hash_to_table
from pyarrow import csv


def main() -> None:
    """Load the first file, then time the second."""
    dsn, *files = sys.argv[1:]
    disposition = {"disposition": "merge", "strategy": "scd2", "row_version_column_name": "row_hash"}
    with tempfile.TemporaryDirectory() as folder:
        pipeline = dlt.pipeline(
            "bench", destination=dlt.destinations.postgres(dsn), dataset_name="peer_dlt", pipelines_dir=folder
        )
        for file in files:
            start = time.perf_counter()
            table = csv.read_csv(file).drop_columns(["LAST UPDATE", "OBS_FLAG"])
            resource = dlt.resource([table], name="observation", write_disposition=disposition)
            pipeline.run(resource.add_map(add_row_hash_to_table("row_hash")), loader_file_format="csv")
            seconds = time.perf_counter() - start
    sys.stdout.write(f"{seconds}\n")


if __name__ == "__main__":
    main()
