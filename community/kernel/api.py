"""The kernel's door: everything other apps may use of it."""

from community.kernel.addresses import LONGEST_WAY_BACK, full_path, lead_to, way_back
from community.kernel.batches import batched, primary_keys_of
from community.kernel.brand import brand_name
from community.kernel.circuit_breaker import REDIS, CircuitBreaker
from community.kernel.clock import around, now
from community.kernel.csv_cells import safe_cell
from community.kernel.errors import (
    Conflict,
    Gone,
    Invalid,
    NotAllowed,
    Outdated,
    PaddockError,
    Unavailable,
    is_connection_lost,
    is_lock_conflict,
)
from community.kernel.facts import SYSTEM, Delivery, Fact
from community.kernel.files import NewFile, forget_files, same_bytes, store_file
from community.kernel.form_errors import (
    add_refusal,
    began_from,
    beside,
    fields_sent,
    leads_to_sign_in,
    register_written_fields,
    shown_fields,
    status_of,
)
from community.kernel.giving_way import giving_way
from community.kernel.keyed_hashes import keyed_hash, keyed_hashes
from community.kernel.language import Bilingual, in_language, is_chinese
from community.kernel.limits import rate_limit
from community.kernel.metrics import Metric
from community.kernel.numbers import KEY_DIGITS, number_in, page_in, pages_of
from community.kernel.queries import (
    delivered_upto,
    facts_before,
    facts_of,
    first_published,
    last_fact,
    members_already_ahead,
    occurred_at_of,
    outbox_status,
    replay_of,
    unhandled_facts,
)
from community.kernel.recount import counted, lock_rows, recountable
from community.kernel.registry import drained_when, each_minute, each_round, handles, handles_batch
from community.kernel.relay import lock_lanes
from community.kernel.services import forget, lock_member, lock_members, publish, publish_many, rewrite
from community.kernel.short_texts import INVISIBLE, RESERVED_SLUGS, clean_line, clean_slug, visible
from community.kernel.slots import contributions, fills
from community.kernel.text import one_line, several_lines
from community.kernel.text_cache import TextCache
from community.kernel.turns import return_turn, take_turn
from community.kernel.versions import version_of

__all__ = [
    "INVISIBLE",
    "KEY_DIGITS",
    "LONGEST_WAY_BACK",
    "REDIS",
    "RESERVED_SLUGS",
    "SYSTEM",
    "Bilingual",
    "CircuitBreaker",
    "Conflict",
    "Delivery",
    "Fact",
    "Gone",
    "Invalid",
    "Metric",
    "NewFile",
    "NotAllowed",
    "Outdated",
    "PaddockError",
    "TextCache",
    "Unavailable",
    "add_refusal",
    "around",
    "batched",
    "began_from",
    "beside",
    "brand_name",
    "clean_line",
    "clean_slug",
    "contributions",
    "counted",
    "delivered_upto",
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
    "giving_way",
    "handles",
    "handles_batch",
    "in_language",
    "is_chinese",
    "is_connection_lost",
    "is_lock_conflict",
    "keyed_hash",
    "keyed_hashes",
    "last_fact",
    "lead_to",
    "leads_to_sign_in",
    "lock_lanes",
    "lock_member",
    "lock_members",
    "lock_rows",
    "members_already_ahead",
    "now",
    "number_in",
    "occurred_at_of",
    "one_line",
    "outbox_status",
    "page_in",
    "pages_of",
    "primary_keys_of",
    "publish",
    "publish_many",
    "rate_limit",
    "recountable",
    "register_written_fields",
    "replay_of",
    "return_turn",
    "rewrite",
    "safe_cell",
    "same_bytes",
    "several_lines",
    "shown_fields",
    "status_of",
    "store_file",
    "take_turn",
    "unhandled_facts",
    "version_of",
    "visible",
    "way_back",
]
