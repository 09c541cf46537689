"""Texts that must not stand on a page: what was not translated, and what was never meant to be read."""

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polib

from scripts import messages

HAN = re.compile(r"[\u3400-\u9fff]")
PLACE = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
RAW = re.compile(r"\{\{|\}\}|\{%|%\(|\bNone\b|\bNaN\b|\bundefined\b|\[object |Invalid Date|&(?:amp|lt|gt|quot|#\d+);|\b[a-z]+(?:_[a-z0-9]+)+\b")
ADDRESS = re.compile(r"\S*(?:@|://|/|\.(?:xlsx|csv|jpg|png|env|py))\S*")


class Words:
    """Knows every text of the product and every name of the district."""

    def __init__(self, msgids: set[str], names: set[str], keys: set[str]):
        self.names = {" ".join(name.split()) for name in names}
        self.keys = {key for key in keys if re.fullmatch(r"[a-z]{3,}", key)} - self.names
        chinese = {msgid for msgid in msgids if HAN.search(msgid)}
        self.whole = {" ".join(msgid.split()) for msgid in chinese if not PLACE.search(msgid)}
        self.patterns = [pattern_of(msgid) for msgid in chinese if PLACE.search(msgid) and len(HAN.findall(PLACE.sub("", msgid))) >= 2]

    def fault(self, text: dict, language: str) -> str:
        """Why this text must not stand on a page in ``language``; empty when it may."""
        words = text["text"]
        if language == "en":
            return "" if text["other"] or not self.untranslated(words) else "not translated"
        return "" if text["other"] or not self.raw(words) else "raw text"

    def untranslated(self, words: str) -> bool:
        if not HAN.search(words) or words in self.names:
            return False
        if words.strip("：:、，。·") in self.whole or words in self.whole:
            return True
        return any(pattern.fullmatch(words) for pattern in self.patterns) and bool(HAN.search(self._without_names(words)))

    def _without_names(self, words: str) -> str:
        """The rest of a sentence that quotes what is kept, as the title of a message is."""
        for name in sorted((name for name in self.names if name in words), key=len, reverse=True):
            words = words.replace(name, "")
        return words

    def raw(self, words: str) -> bool:
        if words in self.names:
            return False
        return bool(RAW.search(ADDRESS.sub(" ", words))) or words in self.keys


def pattern_of(msgid: str) -> re.Pattern:
    return re.compile(".+?".join(re.escape(" ".join(part.split())) for part in PLACE.split(msgid)), re.S)


def of_product() -> set[str]:
    """Every text that code, templates and scripts mark for translation, as they are now."""
    with tempfile.TemporaryDirectory(prefix="airduty-messages-") as folder:
        copy = Path(folder)
        messages.copy_of_sources(copy)
        messages.collect(copy)
        files = [messages.catalogue(copy, domain) for domain in messages.CATALOGUES]
        return {text for file in files if file.exists() for entry in polib.pofile(str(file)) for text in (entry.msgid, entry.msgid_plural) if text}


def of_database() -> tuple[set[str], set[str]]:
    """Names and words kept in the database, and the keys of choices, which only programs read."""
    from django.apps import apps
    from django.conf import settings
    from django.db import models

    names: set[str] = set()
    keys: set[str] = set()
    for model in apps.get_models():
        if model._meta.app_label not in settings.OWN_APPS or model._meta.app_label == "audit":
            continue
        for field in model._meta.concrete_fields:
            if field.choices:
                keys |= {str(key) for key, _ in field.flatchoices}
            elif isinstance(field, (models.CharField, models.TextField)):
                names |= set(model.objects.values_list(field.attname, flat=True).distinct()[:3000]) - {"", None}
            elif isinstance(field, models.JSONField):
                names |= {word for kept in model.objects.values_list(field.attname, flat=True)[:3000] for word in inside(kept) if HAN.search(word)}
    return names, keys


def inside(kept) -> Iterator[str]:
    """Every text within: the titles of a ledger's columns are kept words like any other."""
    if isinstance(kept, str):
        yield kept
    elif isinstance(kept, dict | list):
        for each in kept.values() if isinstance(kept, dict) else kept:
            yield from inside(each)


def load() -> Words:
    return Words(of_product(), *of_database())
