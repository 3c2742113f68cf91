"""The default engine: Tantivy, inside the process.

One directory per generation; ``CURRENT-<mark of the fields>`` names the one in use, so the old and the new release
each read their own. The relay writes; every process reads.
"""

from community.search.embedded.engine import Embedded

__all__ = ["Embedded"]
