"""placeholder until the registry is merged"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Strategy:
    name: str
    label: str
    chosen_over: tuple[str, ...] = ()
    against: tuple[str, ...] = ()


STRATEGIES = {
    s.name: s
    for s in (
        Strategy("feature_extraction", "frozen", ("classifier",), ("hand_crafted",)),
        Strategy("hand_crafted", "hand-crafted", ("backbone", "classifier")),
        Strategy("fine_tuning", "fine-tuned", (), ("feature_extraction", "hand_crafted")),
        Strategy("no_image", "no image", ("classifier",)),
    )
}
