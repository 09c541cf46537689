"""Ranking rules of published bulletins (domain 6.3, docs/ranking-methods.md): pure functions over Decimals, no database.

``rounding`` exact figures and where they are rounded · ``ranking`` places, cut lists, groups, ties · ``change`` change rates ·
``combining`` means of ranks and indexes · ``bulletin`` a whole table by one method.
"""
