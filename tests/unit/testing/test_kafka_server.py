"""What a test's own broker is started with."""

from __future__ import annotations

import base64
import uuid

from hypothesis import example, given
from hypothesis import strategies as st

from emergency_kepu.testing.kafka_server import cluster_id


@given(number=st.uuids())
@example(number=uuid.UUID(int=0xF8 << 120))  # its base64 begins with "-", which is an option to Kafka's tools
def test_a_clusters_id_is_never_taken_for_an_option(number: uuid.UUID) -> None:
    found = cluster_id(number)
    assert not found.startswith("-")
    assert len(found) == 22
    assert len(base64.urlsafe_b64decode(found + "==")) == 16
