"""Who goes next."""

from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.engine.batch_key import BatchKey
from inkcloud.engine.generation import Generation
from inkcloud.engine.scheduler import Scheduler
from inkcloud.engine.task import Task

SMALL, LARGE = BatchKey(8, 8), BatchKey(16, 8)


def generation():
    return Generation(GenerationRequest(prompt="x"), lambda event: None, lambda: None)


def add(scheduler, rows=2, key=SMALL, count=1):
    made = generation()
    tasks = [Task(made, index, key, rows, total=9) for index in range(count)]
    scheduler.add(made, tasks)
    return tasks


def test_guided_and_unguided_rows_fill_one_call():
    scheduler = Scheduler(rows_per_call=4, running_tasks=8)
    (guided,), (single,), (late,), (other,) = (add(scheduler, rows) for rows in (2, 1, 2, 1))
    scheduler.admit()

    assert scheduler.next_batch() == [guided, single, other]
    assert scheduler.next_batch()[0] is late


def test_rows_of_different_sizes_never_share_a_call():
    scheduler = Scheduler(rows_per_call=4, running_tasks=8)
    (small,), (large,), (second,) = add(scheduler), add(scheduler, key=LARGE), add(scheduler)
    scheduler.admit()

    assert scheduler.next_batch() == [small, second]
    assert scheduler.next_batch() == [large]


def test_a_large_model_takes_one_picture_at_a_time_in_turn():
    scheduler = Scheduler(rows_per_call=None, running_tasks=8)
    tasks = [add(scheduler)[0] for _ in range(3)]
    scheduler.admit()

    assert [scheduler.next_batch() for _ in range(4)] == [[task] for task in [*tasks, tasks[0]]]


def test_nobody_waits_longer_than_a_round():
    scheduler = Scheduler(rows_per_call=4, running_tasks=8)
    tasks = [add(scheduler, rows)[0] for rows in (2, 2, 1, 2, 1, 2, 2, 1)]
    scheduler.admit()

    served = [task for _ in range(len(tasks)) for task in scheduler.next_batch()]

    assert set(served) == set(tasks)


def test_the_ring_admits_only_so_many():
    scheduler = Scheduler(rows_per_call=4, running_tasks=2)
    tasks = add(scheduler, count=3)

    assert scheduler.admit() == tasks[:2]
    assert scheduler.admit() == []
    scheduler.finish(tasks[0])
    assert scheduler.admit() == tasks[2:]


def test_waiting_generations_know_how_many_are_ahead():
    scheduler = Scheduler(rows_per_call=4, running_tasks=1)
    add(scheduler, count=2)
    (second,), (third,) = add(scheduler), add(scheduler)
    scheduler.admit()

    assert list(scheduler.waiting()) == [(1, second.generation), (2, third.generation)]


def test_a_dropped_generation_leaves_queue_and_ring():
    scheduler = Scheduler(rows_per_call=4, running_tasks=1)
    tasks = add(scheduler, count=2)
    scheduler.admit()

    assert scheduler.drop(tasks[0].generation) == tasks[:1]
    assert scheduler.idle
