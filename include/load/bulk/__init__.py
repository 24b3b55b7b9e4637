"""The load of bulk payloads: millions of rows of one dataflow, compared with what is current."""
