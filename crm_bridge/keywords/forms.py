"""A keyword with all its words in one form, for the editors' area."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from community.kernel.api import Invalid, one_line, version_of
from crm_bridge.keywords.matcher import units
from crm_bridge.keywords.proposals import free_code
from crm_bridge.keywords.vocabulary import vocabulary_changed
from crm_bridge.models import Keyword, KeywordKind, Synonym

LONGEST_WORD = 60
COLUMNS = ("name_en", "name_zh", "kind", "active")
OUTDATED = _("This keyword was changed after you opened it, so yours was not saved. Save again to replace it.")


class WordsField(forms.CharField):
    """Words, one a line."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}), **options)

    def clean(self, value: Any) -> list[str]:
        """The words, without empty lines and repetitions. Raises ValidationError for what cannot be found in text."""
        lines = map(one_line, super().clean(value).splitlines())
        words = list(dict.fromkeys(line for line in lines if line))
        for word in words:
            if len(word) > LONGEST_WORD:
                raise forms.ValidationError(_("“%(word)s…” is longer than 60 characters."), params={"word": word[:30]})
            if not list(units(word)):
                raise forms.ValidationError(_("“%(word)s” has no letter or digit."), params={"word": word})
        return words


class KeywordForm(WagtailAdminModelForm):
    """Names, kind and words of a keyword."""

    also = WordsField(
        label=_("Also called"),
        help_text=_(
            "Other words for it in English and Chinese, one a line. Singular and plural count as one; "
            "a word in quotation marks counts only as it is written."
        ),
    )
    excluded = WordsField(
        label=_("Means something else"),
        help_text=_("Longer terms that contain one of the words but are not about this, one a line."),
    )

    # What the editor had before them; nothing is written over unseen.
    version = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.there: dict[str, Any] = {}
        self.outdated = False
        if not self.instance._state.adding:  # noqa: SLF001 - Django's own way to tell
            words = list(self.instance.synonyms.values_list("text", "exclusion"))
            self.there = {name: getattr(self.instance, name) for name in COLUMNS}
            self.there["also"] = sorted(text for text, exclusion in words if not exclusion)
            self.there["excluded"] = sorted(text for text, exclusion in words if exclusion)
            self.fields["also"].initial = "\n".join(self.there["also"])
            self.fields["excluded"].initial = "\n".join(self.there["excluded"])
            self.fields["version"].initial = version_of(*self.there.values())

    def clean(self) -> dict[str, Any]:
        """Refuse a word that is on both lists, a name no code can be made of or that is taken, and an old version."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        both = set(data.get("also", ())) & set(data.get("excluded", ()))
        if both:
            self.add_error("excluded", _("“%(word)s” is on both lists.") % {"word": min(both)})
        if not self.instance.code and data.get("name_en"):
            try:
                self.instance.code = free_code(data["name_en"])
            except Invalid as error:
                self.add_error("name_en", error.message)
        if self.there:
            self._compare(data)
        else:
            self._require_free(data)
        return data

    def _require_free(self, data: dict[str, Any]) -> None:
        for name in ("name_en", "name_zh"):
            if data.get(name) and Keyword.objects.filter(**{f"{name}__iexact": data[name]}).exists():
                self.add_error(name, _("A keyword of this name is there already."))

    def _compare(self, data: dict[str, Any]) -> None:
        """Say what is there by now, where it is not what the editor began from; sent again, it is written over."""
        now, version = version_of(*self.there.values()), data.get("version")
        others = {name: value for name, value in self.there.items() if self._sent(name, data) != value}
        if version == now or not others:
            return
        self.outdated = True
        self.data = self.data.copy()  # type: ignore[has-type]  # Wagtail's form has no types
        self.data[self.add_prefix("version")] = now
        self.add_error(None, OUTDATED)
        for name, value in others.items():
            self.add_error(name, _("It says now: %(value)s") % {"value": self._shown(name, value)})

    @staticmethod
    def _sent(name: str, data: dict[str, Any]) -> Any:
        value = data.get(name)
        return sorted(value) if isinstance(value, list) else value

    @staticmethod
    def _shown(name: str, value: Any) -> str:
        if isinstance(value, bool):
            return gettext("yes") if value else gettext("no")
        if name == "kind":
            return str(KeywordKind(value).label)
        return pgettext("between", ", ").join(value) or "–" if isinstance(value, list) else value

    @transaction.atomic
    def save(self, commit: bool = True) -> Keyword:
        """Store the keyword with its words and have every process compile the vocabulary anew."""
        keyword: Keyword = super().save(commit=True)
        keyword.synonyms.all().delete()
        words = [*((text, False) for text in self.cleaned_data["also"])]
        words += [(text, True) for text in self.cleaned_data["excluded"]]
        Synonym.objects.bulk_create([Synonym(keyword=keyword, text=text, exclusion=out) for text, out in words])
        vocabulary_changed()
        return keyword
