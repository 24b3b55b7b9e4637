-- The files that go with a mail are kept like the mail itself.

alter table ops.report_artifact add column attachments jsonb not null default '{}';

comment on column ops.report_artifact.attachments is
'Files that go with the mail, the workbook and the PDF: {"file name": "base64 of its bytes"}.';
