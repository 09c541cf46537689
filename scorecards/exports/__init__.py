"""The month as files: one workbook for a leader's desk, or each of its sheets alone. The same figures as the screen, from the same rows."""

from scorecards.exports.book import SHEETS, Exported, workbook
from scorecards.exports.ways import filename, response, run

__all__ = ["SHEETS", "Exported", "filename", "response", "run", "workbook"]
