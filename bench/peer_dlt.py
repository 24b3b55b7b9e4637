"""dlt's scd2 on a re-publication, from Arrow tables, in its own environment; prints the seconds of each load."""

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
    """Load the files one after the other."""
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
            sys.stdout.write(f"{time.perf_counter() - start}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
