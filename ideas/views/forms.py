"""What the views of members and of the brand share."""

from __future__ import annotations

from typing import Any

from community.kernel.api import PaddockError


def tell(form: Any, error: PaddockError) -> None:
    """Show a refusal at its field, or above the form."""
    form.add_error(error.field if error.field in form.fields else None, error.message)
