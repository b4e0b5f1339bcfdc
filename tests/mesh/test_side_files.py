"""Pictures and materials that a mesh names: found as other programs mean it, and never outside the mesh's folder."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from lego_cli.mesh import side_files
from lego_cli.mesh.side_files import SideFileError, side_bytes, side_file


@pytest.fixture
def folder(tmp_path):
    """A mesh's folder with a picture of its own, beside a file that is none of its business."""
    (tmp_path / "secret.png").write_bytes(b"secret")
    here = tmp_path / "head"
    (here / "Maps").mkdir(parents=True)
    (here / "Maps" / "my skin.png").write_bytes(b"skin")
    (here / "eye.png").write_bytes(b"eye")
    return here


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("eye.png", b"eye"),
        ("./eye.png", b"eye"),
        (' "eye.png" ', b"eye"),
        ("EYE.PNG", b"eye"),
        ("Maps/my skin.png", b"skin"),
        ("maps\\MY SKIN.png", b"skin"),
        ("Maps/my%20skin.png", b"skin"),
        ("C:\\work\\textures\\eye.png", b"eye"),
        ("/home/artist/eye.png", b"eye"),
    ],
)
def test_names_are_read_as_other_programs_write_them(name, content, folder):
    assert side_bytes(side_file(folder, name)) == content


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("nose.png", "is not there"),
        ("", "is not there"),
        ("Maps", "is not there"),
        ("eye.png/eye.png/none", "is not there"),
        ("eye\0.png", "is not there"),
        ("x" * 5000, "is not there"),
        ("../secret.png", "is not there"),
        ("Maps/../../secret.png", "is not there"),
        ("..%2Fsecret.png", "is not there"),
        ("https://example.org/eye.png", "never followed"),
        ("file:///etc/passwd", "never followed"),
        ("data:image/png;base64,AAAA", "never followed"),
    ],
)
def test_what_is_not_to_be_had_says_why(name, why, folder):
    with pytest.raises(SideFileError, match=why):
        side_file(folder, name)


def test_a_link_that_leads_out_is_not_followed(folder):
    try:
        (folder / "link.png").symlink_to(folder.parent / "secret.png")
    except OSError:
        pytest.skip("no links here")
    with pytest.raises(SideFileError, match="outside"):
        side_file(folder, "link.png")


def test_what_is_too_large_or_locked_is_not_read(folder, monkeypatch):
    with pytest.raises(SideFileError, match="cannot be read: "):
        side_bytes(folder / "gone.png")
    monkeypatch.setattr(side_files, "MOST_BYTES", 2)
    with pytest.raises(SideFileError, match="more than"):
        side_file(folder, "eye.png")


@given(
    st.lists(st.sampled_from(["..", ".", "head", "Maps", "secret.png", "eye.png", "%2e%2e", "C:", ""])).map("/".join)
)
@example("..\\secret.png")
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_outside_is_ever_found(folder, name):
    try:
        found = side_file(folder, name)
    except SideFileError:
        return
    assert os.path.realpath(found).startswith(os.path.realpath(folder) + os.sep)
