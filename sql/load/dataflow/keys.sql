-- The keys of a payload's series: what a series is made of, once each.
create unlogged table {keys} as select distinct {series_columns} from {raw}  -- noqa: AM01
