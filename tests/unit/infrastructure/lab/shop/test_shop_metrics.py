"""The Prometheus text format."""

from infrastructure.lab.shop.metrics import Counter, Histogram


def test_a_counter_is_written_with_its_labels() -> None:
    counter = Counter("http_requests_total", "Requests served.", ("handler", "code"))
    counter.add("/charge", "200")
    counter.add("/charge", "200")

    assert counter.lines() == [
        "# HELP http_requests_total Requests served.",
        "# TYPE http_requests_total counter",
        'http_requests_total{handler="/charge",code="200"} 2',
    ]


def test_quotes_and_newlines_in_labels_are_escaped() -> None:
    counter = Counter("c_total", "C.", ("path",))
    counter.add('/"a"\n\\')

    assert counter.lines()[-1] == 'c_total{path="/\\"a\\"\\n\\\\"} 1'


def test_the_buckets_of_a_histogram_are_cumulative() -> None:
    histogram = Histogram("d_seconds", "D.", ("handler",))
    histogram.observe("/", seconds=0.02)
    histogram.observe("/", seconds=3.0)

    lines = histogram.lines()

    assert 'd_seconds_bucket{handler="/",le="0.01"} 0' in lines
    assert 'd_seconds_bucket{handler="/",le="0.025"} 1' in lines
    assert 'd_seconds_bucket{handler="/",le="5.0"} 2' in lines
    assert 'd_seconds_bucket{handler="/",le="+Inf"} 2' in lines
    assert 'd_seconds_sum{handler="/"} 3.020000' in lines
    assert 'd_seconds_count{handler="/"} 2' in lines
