"""The reader's language, and the status of account forms that did not hold."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers


class LanguageMiddleware:
    """Activates the language of a request: the member's choice, else the cookie, else the browser's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Set the language around the view."""
        language = translation.get_language_from_request(request)
        if request.user.is_authenticated:
            language = request.user.language
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        patch_vary_headers(response, ("Accept-Language",))
        response.headers.setdefault("Content-Language", language)
        return response


class AccountFormMiddleware:
    """allauth answers 200 to a form with errors; here that is 422, as everywhere else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on."""
        return self.get_response(request)

    def process_template_response(self, request: HttpRequest, response: TemplateResponse) -> TemplateResponse:
        """Change the status of an account page whose form came back with errors."""
        if request.method == "POST" and request.path.startswith("/account/") and response.status_code == HTTPStatus.OK:
            forms = [value for name, value in (response.context_data or {}).items() if name.endswith("form")]
            if any(getattr(form, "errors", None) for form in forms):
                response.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
        return response
