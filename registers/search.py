"""Search over bigrams of an object's words: some thousand rows, so no index of its own."""

from common import bigrams
from registers import schema

TEXTS = ("text", "choice")


def text_of(site) -> str:
    """What ``search_text`` holds: tokens of code, name, place, organisation, people in charge and the texts of its own columns, personal data apart."""
    own = [site.attributes.get(line.key) for line in schema.own_lines(site.kind.schema) if line.kind in TEXTS and not line.mask]
    grid = site.grid.name if site.grid_id else ""
    organisation = site.organisation.name if site.organisation_id else ""
    words = (site.code, site.name, site.address, site.kind.name, grid, organisation, site.guarantor, site.contact, *own)
    return f" {' '.join(bigrams.tokens(' '.join(str(word) for word in words if word)))} "


def matching(queryset, words: str):
    """Rows in which all tokens of ``words`` occur; two Chinese characters are enough, part of a number is too."""
    for token in bigrams.query_tokens(words):
        queryset = queryset.filter(search_text__contains=token if token.isascii() else f" {token} ")
    return queryset
