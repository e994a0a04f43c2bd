"""Reporting checklists, filled as far as the records of a study go, for a manuscript's supplement."""

from results.checklists.checklist import NOT_IN_RECORDS, Checklist, FilledItem, Item, filled
from results.checklists.claim_2024 import CLAIM_2024
from results.checklists.files import save_checklist
from results.checklists.tripod_ai import TRIPOD_AI

CHECKLISTS = (CLAIM_2024, TRIPOD_AI)

__all__ = [
    "CHECKLISTS",
    "CLAIM_2024",
    "NOT_IN_RECORDS",
    "TRIPOD_AI",
    "Checklist",
    "FilledItem",
    "Item",
    "filled",
    "save_checklist",
]
