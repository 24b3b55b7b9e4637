-- What sets a payload apart from what is current, outside the slices that are known: its rows whose words no current
-- row has, by their place, and current rows whose words it does not have. A row is compared by what it says, as text,
-- which types nothing; one that says it otherwise (a power of ten, an embargo, a number not as we print it) stands
-- here, to be typed and compared. So does every row of a slice whose checks are not known to have held.
create unlogged table {apart} as
with

held as (

    select
        series_id,
        period,
        case
            when embargo_until is null then hashtextextended(
                coalesce(decimals::text, chr(127)),
                hashtextextended(
                    status_code,
                    hashtextextended(coalesce(value::text, chr(127)), hashtextextended(period, series_id))
                )
            )
        end as words
    from core.observation
    where known_to = 'infinity' and {scope} and {is_held_outside}

),

staged as (

    select
        raw.ctid as place,
        time_period as period,
        case
            when
                coalesce({multiplier}, '0') = '0'
                and nullif({embargo}, '') is null
                and {is_comparable}
                then hashtextextended(
                    coalesce({decimals}, chr(127)),
                    hashtextextended(
                        coalesce({status}, ''),
                        hashtextextended(
                            case
                                when strpos(obs_value, '.') > 0 then rtrim(rtrim(obs_value, '0'), '.')
                                else coalesce(obs_value, chr(127))
                            end,
                            hashtextextended(time_period, core.series_id({dataset}, {key}))
                        )
                    )
                )
        end as words
    from {raw} as raw
    where {is_outside}

)

select
    staged.place,
    held.series_id,
    coalesce(staged.period, held.period) as period
from staged
full join held on staged.words = held.words
where staged.place is null or held.series_id is null
