"""The head model ready to build from, and a topology built anew, in miniature."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lego_heads.anny_head import load
from lego_topologies.build import Source, dense_topology, topology_of
from lego_topologies.even import Evenness

REBUILT = "rebuilt"


@pytest.fixture(scope="session")
def head():
    return load()


@pytest.fixture(scope="session")
def source(head):
    return Source(head)


@pytest.fixture(scope="session")
def rebuilt(source):
    """As ``dense`` is, from the head model as it is now, with fewer triangles."""
    sheet = dense_topology(source, Evenness(count=1500, rounds=4))
    return replace(topology_of("dense", sheet, source), name=REBUILT)
