-- The rows of a reference table.
select {columns}
from {typed}
