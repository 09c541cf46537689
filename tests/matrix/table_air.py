"""The part of ``table.py`` about the air."""

AIR = {
    "api_readings": {"GET": "401 visitor; 400 *", "POST": "401 *"},
}
