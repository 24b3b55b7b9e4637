-- Our own tables cover no stretch of time.
select null::date as until_date
