"""Ways of reaching people and groups."""

NOTICES = {
    "notices:channels": {"GET": "200 keepers; 403 *", "POST": "405 *"},
    "notices:robot-new": {"GET": "200 keepers; 403 *", "POST": "400 keepers; 403 *"},
    "notices:robot-edit": {"GET": "200 keepers; 404 field auditor foreign; 403 *", "POST": "400 keepers; 404 field auditor foreign; 403 *"},
    "notices:robot-try": {"GET": "405 *", "POST": "302 keepers; 404 field auditor foreign; 403 *"},
    "notices:robot-switch": {"GET": "405 *", "POST": "302 keepers; 404 field auditor foreign; 403 *"},
    "notices:push": {"GET": "200 *", "POST": "404 *"},
    "notices:push-worker": {"GET": "200 *", "POST": "405 *"},
    "api_receipts": {"GET": "401 *", "POST": "401 *"},
}
