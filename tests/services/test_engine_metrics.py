from inkcloud.services.engine_metrics import EngineMetrics


def test_calls_are_counted_with_their_rows_and_seconds():
    metrics = EngineMetrics()

    metrics.note(rows=4, seconds=0.3)
    metrics.note(rows=2, seconds=0.1)

    lines = metrics.render().splitlines()
    assert "inkcloud_engine_batch_rows_sum 6.0" in lines
    assert "inkcloud_engine_step_seconds_count 2.0" in lines
    assert 'inkcloud_engine_batch_rows_bucket{le="2.0"} 1.0' in lines
