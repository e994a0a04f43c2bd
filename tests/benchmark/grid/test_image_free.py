"""The placeholder extractor of controls that see no image."""

from benchmark.grid.image_free import COSTS_NOTHING, NoImage
from benchmark.store.record import Finished
from tests.benchmark.recorded import CONTENT, RESULT


def test_what_it_is_called_is_all_that_tells_it_apart():
    assert NoImage("body_part").identity() == NoImage("body_part").asked() == {"name": "body_part"}
    assert NoImage("body_part") == NoImage("body_part") != NoImage("nothing")
    assert len({NoImage("body_part"), NoImage("body_part")}) == 1


def test_a_record_takes_the_facts_of_an_embedding_that_costs_nothing():
    record = Finished.model_validate(CONTENT | RESULT | {"embedding": COSTS_NOTHING})
    assert record.embedding.model_dump(exclude_none=True) == COSTS_NOTHING
