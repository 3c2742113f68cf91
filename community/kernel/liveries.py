"""The colours by which members are known again."""

LIVERIES = 24
NOBODY = -1  # whose colours are those of everybody who was erased
