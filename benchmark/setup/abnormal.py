"""Which of the classes of a data set are abnormal: as asked, or by words that leave no doubt."""

import re
from collections.abc import Sequence
from pathlib import Path

from benchmark.datasets.file_lookup import shown
from benchmark.errors import UserError
from benchmark.setup.asked import AbnormalNotKnownError

_NORMAL = re.compile(
    r"(0|f|n|no|neg|false|normals?|negatives?|healthy|controls?|unremarkable|clear|"
    r"(no|not|non|without)[ _-][a-z][a-z _-]*)"
)


def abnormal_classes(data: Path, classes: Sequence[str], asked: Sequence[str]) -> tuple[frozenset[str], str]:
    """The abnormal ones of two classes or more (lower case), and a note of what was taken for what.

    `asked` names them in any case. Without it there must be two, of which exactly one is called normal
    (`normal`, `negative`, `healthy`, `no_finding`, `0`, ...). Raises UserError with the way out.
    """
    if asked:
        chosen = frozenset(name.strip().lower() for name in asked)
        unknown = sorted(chosen - set(classes))
        if unknown or chosen == set(classes):
            what = f"there is no class '{shown(unknown[0])}'" if unknown else "some classes must be normal"
            raise UserError(f"{data}: --abnormal {','.join(asked)}: {what}; found: {_listed(classes)}")
    elif len(classes) > 2:
        raise AbnormalNotKnownError(
            f"{data}: {len(classes)} classes ({_listed(classes)}): keep them with --task multiclass "
            f"(ordinal for grades), or name those that count as abnormal: --abnormal {_example(classes)}",
            tuple(classes),
        )
    else:
        normal = [name for name in classes if _NORMAL.fullmatch(name)]
        if len(normal) != 1:
            raise AbnormalNotKnownError(
                f"{data}: which of {_listed(classes)} is abnormal does not show by their names: say so, as "
                f"--abnormal {shown(classes[-1])}",
                tuple(classes),
            )
        chosen = frozenset(classes) - set(normal)
    rest = [name for name in classes if name not in chosen]
    return chosen, f"{_listed(sorted(chosen))} taken for abnormal, {_listed(rest)} for normal"


def _listed(classes: Sequence[str]) -> str:
    return ", ".join(f"'{shown(name)}'" for name in classes[:8]) + (", ..." if len(classes) > 8 else "")


def _example(classes: Sequence[str]) -> str:
    """All classes but those called normal, or but the first."""
    rest = [name for name in classes if not _NORMAL.fullmatch(name)]
    return ",".join(shown(name) for name in (rest if len(rest) < len(classes) else classes[1:]))
