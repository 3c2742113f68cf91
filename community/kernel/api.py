"""The kernel's door: everything other apps may use of it."""

from community.kernel.addresses import full_path, way_back
from community.kernel.batches import batched
from community.kernel.brand import brand_name
from community.kernel.cells import safe_cell
from community.kernel.clock import around, now
from community.kernel.errors import (
    Conflict,
    Gone,
    Invalid,
    NotAllowed,
    Outdated,
    PaddockError,
    Unavailable,
    is_away,
    is_in_the_way,
)
from community.kernel.facts import SYSTEM, Delivery, Fact
from community.kernel.figures import Figure
from community.kernel.files import NewFile, forget_files, same_bytes, store_file
from community.kernel.kept import Kept
from community.kernel.language import Bilingual, in_language, is_chinese
from community.kernel.limits import rate_limit
from community.kernel.marks import mark_of, marks_of
from community.kernel.numbers import KEY_DIGITS, number_in, page_in, pages_of
from community.kernel.outages import REDIS, Breaker
from community.kernel.queries import (
    facts_before,
    facts_of,
    first_published,
    outbox_status,
    overtaken,
    replay,
    replay_of,
    times_of,
    waiting_of,
)
from community.kernel.recount import counted, hold_rows, recountable
from community.kernel.refusals import fields_sent, leads_to_sign_in, shown_fields, status_of, tell, written
from community.kernel.registry import drained_when, each_minute, each_round, handles, handles_batch
from community.kernel.relay import lanes_held
from community.kernel.services import forget, hold, hold_here, publish, publish_many, rewrite
from community.kernel.slots import contributions, fills
from community.kernel.versions import version_of

__all__ = [
    "KEY_DIGITS",
    "REDIS",
    "SYSTEM",
    "Bilingual",
    "Breaker",
    "Conflict",
    "Delivery",
    "Fact",
    "Figure",
    "Gone",
    "Invalid",
    "Kept",
    "NewFile",
    "NotAllowed",
    "Outdated",
    "PaddockError",
    "Unavailable",
    "around",
    "batched",
    "brand_name",
    "contributions",
    "counted",
    "drained_when",
    "each_minute",
    "each_round",
    "facts_before",
    "facts_of",
    "fields_sent",
    "fills",
    "first_published",
    "forget",
    "forget_files",
    "full_path",
    "handles",
    "handles_batch",
    "hold",
    "hold_here",
    "hold_rows",
    "in_language",
    "is_away",
    "is_chinese",
    "is_in_the_way",
    "lanes_held",
    "leads_to_sign_in",
    "mark_of",
    "marks_of",
    "now",
    "number_in",
    "outbox_status",
    "overtaken",
    "page_in",
    "pages_of",
    "publish",
    "publish_many",
    "rate_limit",
    "recountable",
    "replay",
    "replay_of",
    "rewrite",
    "safe_cell",
    "same_bytes",
    "shown_fields",
    "status_of",
    "store_file",
    "tell",
    "times_of",
    "version_of",
    "waiting_of",
    "way_back",
    "written",
]
