"""Search for Chinese without a dictionary: text is stored as overlapping pairs of characters, so that two-character words are found by index."""

import re
import unicodedata

_HAN = re.compile(r"[㐀-鿿豈-﫿]+")
_WORD = re.compile(r"[0-9a-z]+")


def fold(text: str) -> str:
    """Full-width forms to half-width, lower case."""
    return unicodedata.normalize("NFKC", text).lower()


def tokens(text: str) -> list[str]:
    """What is indexed: single Han characters and their pairs, whole Latin words and numbers, in order and without doubles.

    >>> tokens("扬尘 2026-001")
    ['扬', '扬尘', '尘', '2026', '001']
    """
    folded = fold(text)
    found = [token for run in _HAN.findall(folded) for i in range(len(run)) for token in (run[i], run[i : i + 2])]
    return list(dict.fromkeys(found + _WORD.findall(folded)))


def query_tokens(text: str) -> list[str]:
    """What is looked for: the pairs of each Han run (a single character alone stays single) and the Latin words.

    >>> query_tokens("裸土 苫")
    ['裸土', '苫']
    """
    folded = fold(text)
    pairs = [run[i : i + 2] for run in _HAN.findall(folded) for i in range(max(1, len(run) - 1))]
    return list(dict.fromkeys(pairs + _WORD.findall(folded)))
