"""Large workbooks cost time in proportion and no memory: rows pass through in blocks."""

import io
import time
import tracemalloc
import zipfile

from include.partners.columns import COLUMNS
from include.partners.template import write_workbook
from include.partners.workbook_reader import read_workbook


def filled(count: int) -> bytes:
    rows = [{column.name: "x" for column in COLUMNS} | {"activity_code": str(number)} for number in range(count)]
    return write_workbook({"contract_code": "agoria-2022", "name": "Agoria"}, "2026-Q3", "nl", rows)


def read(payload: bytes) -> str:
    return b"".join(read_workbook(io.BytesIO(payload), contract_code="agoria-2022", period="2026-Q3")).decode()


def test_many_formatted_empty_rows_are_quick() -> None:
    rows = b"".join(b'<row r="%d"><c r="A%d" s="1"/><c r="B%d" s="1"/></row>' % (n, n, n) for n in range(100, 50_100))
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(filled(1))) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"</sheetData>", rows + b"</sheetData>"))
    started = time.process_time()
    assert read(target.getvalue()).count("\nactivity,") == 1
    assert time.process_time() - started < 10


def test_memory_does_not_grow_with_the_number_of_activities() -> None:
    assert peak_bytes(2_000) < 2 * peak_bytes(500)


def peak_bytes(count: int) -> int:
    payload = filled(count)
    tracemalloc.start()
    try:
        for _ in read_workbook(io.BytesIO(payload), contract_code="agoria-2022", period="2026-Q3"):
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
