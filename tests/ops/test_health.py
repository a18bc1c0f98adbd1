"""A load balancer asks whether a process can serve."""

import pytest
from django.test import Client


@pytest.mark.django_db
def test_says_ok_while_the_database_answers(client: Client) -> None:
    response = client.get("/healthz")

    assert response.status_code == 200
    assert response.json() == {"status": "ok"}
