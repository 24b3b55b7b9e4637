"""The bulk load of a batch: millions of rows, typed by a view and compared slice by slice.

A slice is a dataset and a period. steps.py has the four functions of a strategy (stage, check, merge, covered);
bulk_batch.py the batch with its tables and views; check_counts.py the checks that can be counted row by row; slices.py
digests and counts the slices; changed_rows.py finds the rows that differ within a slice. The queries are in
sql/load/dataflow_bulk.sql, in the order in which they run.
"""
