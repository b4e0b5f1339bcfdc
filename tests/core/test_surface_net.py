"""What would break: decoding, the file format, or one network behaving unlike the other."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lego_cli.core.ds.surface_net import HyperNet, HyperSizes, load_surface_net, save_surface_net
from lego_cli.errors import LegoError

pytestmark = pytest.mark.slow


def points(head) -> torch.Tensor:
    return torch.from_numpy(np.asarray(head.template, np.float32))


def test_the_decode_is_the_plain_sum_over_basis_functions(head, small_net):
    """The fast product gives what the definition gives: place(x) + sum_f phi_f(x) M_f(z)."""
    some = points(head)[::97]
    shape, expression = torch.randn(2, 12), torch.rand(2, 52)
    fast = small_net.decode(small_net.prepare(some), shape, expression)
    phi = small_net.features(some)
    slow = torch.zeros_like(fast)
    for b in range(2):
        affine = torch.cat([torch.ones(1), shape[b]])
        terms = [
            expression[b, a] * (affine @ u) for a, u in zip(small_net.term_action, small_net.term_weight, strict=True)
        ]
        coefficients = torch.cat([affine, torch.stack(terms)])
        mixed = (coefficients[:, None] * small_net.mixing).sum(0).view(3, -1)
        slow[b] = small_net.boxes.place(some) + phi @ mixed.T
    torch.testing.assert_close(fast, slow, atol=1e-6, rtol=1e-5)


def test_neutral_is_linear_in_the_shape_code(head, small_net):
    prepared, still = small_net.prepare(points(head)), torch.zeros(1, 52)
    a, b = torch.randn(1, 12), torch.randn(1, 12)
    at = lambda z: small_net.decode(prepared, z, still)  # noqa: E731
    torch.testing.assert_close(at(0.3 * a + 0.7 * b), 0.3 * at(a) + 0.7 * at(b), atol=1e-6, rtol=1e-5)


def test_an_absent_expression_moves_nothing_and_a_present_one_something(head, small_net):
    prepared = small_net.prepare(points(head))
    shape, jaw = torch.randn(1, 12), torch.zeros(1, 52)
    still = small_net.decode(prepared, shape, jaw)
    jaw[0, 24] = 1.0
    moved = (small_net.decode(prepared, shape, jaw) - still).norm(dim=2)
    assert moved.max() > 0.005


@pytest.mark.parametrize("kind", ["basis", "hypernet"])
def test_a_saved_network_decodes_the_same(head, small_net, tmp_path, kind):
    net = small_net if kind == "basis" else HyperNet(small_net.boxes, HyperSizes(shape=12, hidden=16)).eval()
    path = tmp_path / "net.safetensors"
    save_surface_net(net, path, {"head_model": "anny"})
    first = path.read_bytes()
    save_surface_net(net, path, {"head_model": "anny"})
    assert path.read_bytes() == first, "the same weights must give the same file"
    again = load_surface_net(path)
    some, shape, expression = points(head)[::50], torch.randn(1, 12), 0.1 * torch.rand(1, 52)
    with torch.inference_mode():
        difference = again.decode(again.prepare(some), shape, expression) - net.decode(
            net.prepare(some), shape, expression
        )
    assert difference.norm(dim=2).mean() < 2e-4, "half precision must cost less than 0.2 mm"


def test_other_files_are_refused_in_two_lines(tmp_path):
    wrong = tmp_path / "a.safetensors"
    wrong.write_bytes(b"no tensors")
    for path in (wrong, tmp_path / "missing.safetensors"):
        with pytest.raises(LegoError) as caught:
            load_surface_net(path)
        assert caught.value.hint
