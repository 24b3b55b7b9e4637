"""SDMX over REST: questions, and readers that turn every kind of answer into CSV blocks.

SDMX-CSV goes to the database as it came, without compression and byte order mark. Each reader is a `reader` of a
source: SDMX-CSV 1.0 csv_blocks, 2.0 csv_2_blocks; SDMX-JSON json_blocks; JSON-stat
json_stat_blocks; Eurostat's bulk tables tsv_blocks; structure messages code_list_blocks.
"""

from include.sdmx.csv_2 import csv_2_blocks
from include.sdmx.documents import BLOCK_BYTES, csv_blocks
from include.sdmx.eurostat import json_stat_blocks, tsv_blocks
from include.sdmx.json_data import json_blocks
from include.sdmx.query import (
    CSV_1_0,
    CSV_2_0,
    JSON_1_0,
    JSON_2_0,
    STRUCTURE_JSON,
    STRUCTURE_XML,
    Query,
    accept,
    availability_path,
    data_params,
    data_path,
    data_scope,
    structure_path,
)
from include.sdmx.structure import EUROSTAT_CHANGED, NBB_CHANGED, code_list_blocks

__all__ = [
    "BLOCK_BYTES",
    "CSV_1_0",
    "CSV_2_0",
    "EUROSTAT_CHANGED",
    "JSON_1_0",
    "JSON_2_0",
    "NBB_CHANGED",
    "STRUCTURE_JSON",
    "STRUCTURE_XML",
    "Query",
    "accept",
    "availability_path",
    "code_list_blocks",
    "csv_2_blocks",
    "csv_blocks",
    "data_params",
    "data_path",
    "data_scope",
    "json_blocks",
    "json_stat_blocks",
    "structure_path",
    "tsv_blocks",
]
