"""BodyPartExamined in the many ways that devices write it, as one name per part."""

import re

from benchmark.datasets.names import EVERY_PART

UNKNOWN = "unknown"
_SIDES = {"left", "right", "l", "r", "lt", "rt", "li", "re", "bilateral", "both"}
# Defined terms of DICOM (PS3.16, annex L) and common spellings, without blanks: what is taken for what
_SAME = {
    "thorax": "chest",
    "chestpa": "chest",
    "chestap": "chest",
    "lung": "chest",
    "lungs": "chest",
    "upperarm": "humerus",
    "lowerarm": "forearm",
    "radiusulna": "forearm",
    "ulnaradius": "forearm",
    "hands": "hand",
    "fingers": "finger",
    "wrists": "wrist",
    "elbows": "elbow",
    "shoulders": "shoulder",
    "thigh": "femur",
    "upperleg": "femur",
    "lowerleg": "leg",
    "tibiafibula": "leg",
    "knees": "knee",
    "ankles": "ankle",
    "feet": "foot",
    "toes": "toe",
    "hips": "hip",
    "ribs": "rib",
    "cspine": "cervical spine",
    "cervicalspine": "cervical spine",
    "tspine": "thoracic spine",
    "thoracicspine": "thoracic spine",
    "lspine": "lumbar spine",
    "lumbarspine": "lumbar spine",
}


def part_of(text: str) -> str:
    """The body part in lower case, without its side; UNKNOWN for an empty text."""
    words = [word for word in re.split(r"[\W_]+", text.lower()) if word and word not in _SIDES]
    part = _SAME.get("".join(words), " ".join(words))
    return UNKNOWN if part in ("", EVERY_PART) else part
