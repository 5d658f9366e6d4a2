"""The countries MY Renault serves, as the library knows them."""

from renault_api.const import AVAILABLE_LOCALES

# An unknown one would send the library to a server of Renault's that no longer answers.
LOCALES = tuple(sorted(AVAILABLE_LOCALES))
_FALLBACK = "en_GB"


def locale_for(country: str | None, language: str | None) -> str:
    """Return the locale of a country (ISO 3166), in a language (ISO 639) where there are several.

    A country without one is served from next door: by its language, else in English.
    """
    spoken = [locale for locale in LOCALES if locale[:2] == (language or "")[:2].lower()]
    at_home = [locale for locale in LOCALES if locale[-2:] == (country or "").upper()]
    both = [locale for locale in at_home if locale in spoken]
    return next(iter(both or at_home or spoken), _FALLBACK)
