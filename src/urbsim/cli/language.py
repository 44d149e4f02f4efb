"""Which language the planner reads, and help texts that exist in both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from inspect import cleandoc
from typing import Any, Protocol

from urbsim.text import Language, Text

_CHINESE: dict[str, str] = {}


def locale_language(environ: Mapping[str, str]) -> Language:
    """Return the language of the locale: zh if it starts with zh, else en.

    The first of LC_ALL, LC_MESSAGES and LANG that is set and not empty counts, as POSIX has it.

    >>> locale_language({"LANG": "zh_CN.UTF-8"}), locale_language({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}), locale_language({})
    ('zh', 'en', 'en')
    """
    value = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "")
    return "zh" if value.lower().startswith("zh") else "en"


def language_of(arguments: Sequence[str], environ: Mapping[str, str]) -> Language:
    """Return the language asked for by the last `--lang` before `--`, else that of the locale.

    The whole command line is read before it is parsed, so that help and mistakes too speak the language asked for.

    >>> language_of(["run", "x", "--lang", "zh"], {}), language_of(["--lang=en", "list"], {"LANG": "zh_CN"})
    ('zh', 'en')
    """
    found: Language | None = None
    words = list(arguments)
    words = words[: words.index("--")] if "--" in words else words
    for word, following in zip(words, [*words[1:], ""], strict=False):
        value = f"--lang={following}" if word == "--lang" else word
        if value == "--lang=zh":
            found = "zh"
        elif value == "--lang=en":
            found = "en"
    return found or locale_language(environ)


def both(zh: str, en: str) -> str:
    """Return the English help text, without indentation, and remember its Chinese twin for `localise`."""
    en = cleandoc(en)
    _CHINESE[en] = cleandoc(zh)
    return en


def help_text(en: str) -> Text:
    """Return both languages of a help text made by `both`; raises KeyError for any other."""
    return Text(zh=_CHINESE[en], en=en)


class Command(Protocol):
    """What `localise` needs of a command or a group of commands."""

    help: str | None
    short_help: str | None
    params: list[Any]


def localise(command: Command, lang: Language) -> None:
    """Put every help text of a command, its options and its subcommands into `lang`."""
    if lang == "en":
        return
    for holder in (command, *command.params):
        for field in ("help", "short_help"):
            text = getattr(holder, field, None)
            if text in _CHINESE:
                setattr(holder, field, _CHINESE[text])
    for child in getattr(command, "commands", {}).values():
        localise(child, lang)
