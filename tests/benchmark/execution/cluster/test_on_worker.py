"""What runs inside a worker."""

from benchmark.execution.cluster.on_worker import threads_per_task, unpack


def test_the_threads_of_a_task_are_those_of_the_fullest_machine():
    workers, cores = {"a": 2, "b": 2, "c": 1}, {"a": ("m", 8), "b": ("m", 8), "c": ("n", 1)}
    assert threads_per_task(workers, cores) == 1
    assert threads_per_task({"a": 2, "b": 2}, cores) == 2
    assert threads_per_task({"a": 2}, {"a": ("m", 1)}) == 1
    assert threads_per_task({}, {}) == 1


def test_what_is_shared_arrives_as_it_was():
    import pickle

    assert unpack(pickle.dumps({"a": 1})) == {"a": 1}
