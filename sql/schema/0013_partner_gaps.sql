-- Values of follow-up in other currencies are converted where they are read, by the rule of one mart.

comment on column core.partner_follow_up.value_eur is
'The value when it is in EUR, else null; mart.partner_follow_up converts other currencies by the rate of the day.';
