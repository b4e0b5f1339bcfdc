"""Image encoders: what leaves them, what reaches the pictures, and CLIP's own preprocessing."""

from __future__ import annotations

import importlib.util
import json

import pytest
import torch

from lego_cli.api import ExitCode, ImageEncoder, LegoError
from lego_cli.bench.face_encoder import bench_face_encoder
from lego_cli.bench.options import BenchFaceOptions
from lego_cli.cli.bench_tables import face_encoder_table
from lego_cli.nn import PARTS, load_face_net
from lego_cli.plugins import load_plugins
from lego_encoders.face import DEFAULT, FaceEncoder

pytestmark = pytest.mark.slow

needs_clip = pytest.mark.skipif(importlib.util.find_spec("open_clip") is None, reason="open_clip is not installed")
TINY = {
    "embed_dim": 24,
    "vision_cfg": {"image_size": 48, "layers": 2, "width": 64, "head_width": 32, "patch_size": 16},
    "text_cfg": {"context_length": 8, "vocab_size": 64, "width": 32, "heads": 2, "layers": 1},
}


@pytest.fixture(scope="module")
def face() -> FaceEncoder:
    return FaceEncoder()


def pictures(count: int, size: int, seed: int = 0) -> torch.Tensor:
    """Smooth noise, so that resizing has something to keep."""
    noise = torch.rand(count, 3, size // 8 + 1, size // 8 + 1, generator=torch.Generator().manual_seed(seed))
    return torch.nn.functional.interpolate(noise, (size, size), mode="bicubic").clamp(0, 1)


def assert_frozen_batched_and_differentiable(encoder, count=3):
    batch = pictures(count, encoder.size).requires_grad_()
    embedding = encoder(batch)
    assert isinstance(encoder, ImageEncoder)
    assert embedding.shape[0] == count
    torch.testing.assert_close(encoder(batch[1:2].detach()), embedding[1:2].detach(), atol=1e-4, rtol=1e-4)
    embedding[0].sum().backward()
    assert batch.grad[0].abs().max() > 0
    assert batch.grad[1:].abs().max() == 0, "pictures of a batch do not see each other"


def test_face_embeddings_are_three_unit_parts(face):
    embedding = face(pictures(2, face.size))
    assert embedding.shape == (2, len(PARTS) * face.net.sizes.part)
    lengths = torch.stack([face.net.part(embedding, name).norm(dim=1) for name in PARTS])
    torch.testing.assert_close(lengths, torch.ones(3, 2), atol=1e-5, rtol=0)


def test_face_is_frozen_batched_and_differentiable(face):
    assert_frozen_batched_and_differentiable(face)
    assert not any(p.requires_grad for p in face.net.parameters())
    assert not face.net.training


def test_face_ships_small_in_half_floats(face):
    from safetensors import safe_open

    assert DEFAULT.stat().st_size < 2e6
    with safe_open(DEFAULT, framework="pt") as file:
        kinds = {file.get_tensor(name).dtype for name in file.keys()}  # noqa: SIM118
    assert kinds == {torch.float16, torch.int32}


def test_face_refuses_other_sizes_and_other_files(face, tmp_path):
    with pytest.raises(ValueError, match="expected"):
        face(torch.rand(1, 3, face.size + 8, face.size + 8))
    with pytest.raises(LegoError, match="no file"):
        load_face_net(tmp_path / "none.safetensors")
    (tmp_path / "bad.safetensors").write_bytes(b"no tensors in here")
    with pytest.raises(LegoError, match="cannot be read"):
        load_face_net(tmp_path / "bad.safetensors")


def test_face_separates_unseen_people_styles_and_expressions(face, capsys):
    registry = load_plugins(third_party=False).registry
    recipes = [registry.get("styles", name).recipe for name in ("pixar", "ogre", "elf")]
    options = BenchFaceOptions(people=5, expressions=3, readers=160, views=("face_front", "head_left", "mouth"))
    head, renderer = registry.get("head_models", "anny"), registry.get("renderers", "torch")
    figures = bench_face_encoder(head, recipes, renderer, face.net, options)
    for part in PARTS:
        assert figures[f"{part}_{part}_together"] > figures[f"untrained_{part}_together"] + 0.15, part
        assert figures[f"{part}_{part}_found"] > 1.3 * figures[f"chance_{part}_found"], part
    assert figures["expression_r2"] > figures["untrained_r2"]
    assert figures["both_ways_50_ms"] > 0
    face_encoder_table(figures)
    whole = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("whole"))
    assert len(whole.split()) == 8, "a figure in every column"


def test_clip_says_how_to_get_it():
    entry = load_plugins(third_party=False).registry.find("image_encoders", "clip")
    if not entry.missing():
        pytest.skip("open_clip is installed")
    with pytest.raises(LegoError) as caught:
        entry.make()
    assert caught.value.code == ExitCode.MISSING
    assert "pip install open_clip_torch torchvision" in caught.value.hint


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """A random CLIP of 48 pixels, its weights in a file, and the environment that names them."""
    from lego_encoders.clip import keep_offline
    from lego_encoders.torchvision_library import importable_torchvision

    keep_offline()
    importable_torchvision()
    import open_clip
    from safetensors.torch import save_file

    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "tiny-clip.json").write_text(json.dumps(TINY))
    open_clip.add_model_config(tmp_path / "configs")
    torch.manual_seed(0)
    model = open_clip.create_model("tiny-clip", pretrained=None)
    path = tmp_path / "tiny.safetensors"
    save_file({name: value.contiguous() for name, value in model.state_dict().items()}, path)
    monkeypatch.setenv("LEGO_CLIP_MODEL", "tiny-clip")
    monkeypatch.setenv("LEGO_CLIP_WEIGHTS", str(path))
    return model.eval(), path


@needs_clip
def test_clip_is_frozen_batched_and_differentiable(tiny):
    encoder = load_plugins(third_party=False).registry.get("image_encoders", "clip")
    assert encoder.size == 48
    assert_frozen_batched_and_differentiable(encoder)
    assert not any(p.requires_grad for p in encoder.model.parameters())
    assert not encoder.model.training


@needs_clip
# PIL rounds to bytes after each of its two passes, and a grey level is 0.015 here
@pytest.mark.parametrize(("size", "tolerance"), [(48, 1e-5), (112, 3e-2)], ids=["native", "resized"])
def test_clip_prepares_pictures_as_open_clip_does(tiny, size, tolerance):
    import open_clip
    from open_clip.transform import PreprocessCfg, image_transform_v2
    from PIL import Image

    from lego_encoders.clip import load

    encoder = load()
    whole = (pictures(1, size)[0] * 255).round().byte()
    config = PreprocessCfg(**open_clip.get_model_preprocess_cfg(tiny[0]))
    theirs = image_transform_v2(config, is_train=False)(Image.fromarray(whole.permute(1, 2, 0).numpy()))
    ours = encoder.preprocessed(whole[None] / 255)[0]
    assert ours.shape == theirs.shape
    assert (ours - theirs).abs().max() < tolerance
    with torch.no_grad():
        wanted = tiny[0].encode_image(theirs[None], normalize=True)
        torch.testing.assert_close(encoder(whole[None] / 255), wanted, atol=1e-2, rtol=0)


@needs_clip
def test_clip_reads_files_of_torch_and_folders(tiny, tmp_path, monkeypatch):
    from lego_encoders.clip import load

    model, path = tiny
    wanted = load()(pictures(2, 48))
    torch.save(model.state_dict(), tmp_path / "tiny.pt")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "open_clip_model.safetensors").write_bytes(path.read_bytes())
    (folder / "open_clip_config.json").write_text(json.dumps({"model_cfg": TINY, "preprocess_cfg": {"size": 48}}))
    for weights in (tmp_path / "tiny.pt", folder):
        monkeypatch.setenv("LEGO_CLIP_WEIGHTS", str(weights))
        torch.testing.assert_close(load()(pictures(2, 48)), wanted)


@needs_clip
def test_clip_finds_weights_in_the_models_folder(tiny, monkeypatch):
    from lego_encoders.clip import load
    from lego_encoders.clip_weights import models_folder

    monkeypatch.delenv("LEGO_CLIP_WEIGHTS")
    models_folder().mkdir(parents=True)
    (models_folder() / "tiny-clip.safetensors").write_bytes(tiny[1].read_bytes())
    assert load().size == 48


@needs_clip
def test_clip_without_weights_says_what_to_fetch(tmp_path, monkeypatch):
    from lego_encoders.clip import load

    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    monkeypatch.delenv("LEGO_CLIP_MODEL", raising=False)
    monkeypatch.delenv("LEGO_CLIP_WEIGHTS", raising=False)
    with pytest.raises(LegoError, match="ViT-B-32") as caught:
        load()
    assert caught.value.code == ExitCode.MISSING
    assert "LEGO_CLIP_WEIGHTS" in caught.value.hint
    assert "huggingface.co/laion/" in caught.value.hint
    monkeypatch.setenv("LEGO_CLIP_WEIGHTS", str(tmp_path / "none.pt"))
    with pytest.raises(LegoError, match="holds no weights"):
        load()


@needs_clip
def test_clip_refuses_weights_of_another_model(tiny, tmp_path, monkeypatch):
    from lego_encoders.clip import load

    torch.save({"ours": torch.zeros(3)}, tmp_path / "other.pt")
    monkeypatch.setenv("LEGO_CLIP_WEIGHTS", str(tmp_path / "other.pt"))
    with pytest.raises(LegoError, match="cannot be used") as caught:
        load()
    assert caught.value.code == ExitCode.MISSING


@needs_clip
def test_clip_finds_what_open_clip_has_fetched(tiny, tmp_path, monkeypatch):
    import open_clip

    from lego_encoders.clip_weights import find_weights

    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("LEGO_CLIP_WEIGHTS")
    published = {"url": "https://example.org/tiny-abc.pt", "hf_hub": "", "mean": (0.5, 0.5, 0.5)}
    monkeypatch.setattr(open_clip, "list_pretrained_tags_by_model", lambda model: ["ours"])
    monkeypatch.setattr(open_clip, "get_pretrained_cfg", lambda model, tag: published)
    (tmp_path / ".cache" / "clip").mkdir(parents=True)
    (tmp_path / ".cache" / "clip" / "tiny-abc.pt").write_bytes(b"")
    found = find_weights()
    assert found.path.name == "tiny-abc.pt"
    assert found.settings["mean"] == (0.5, 0.5, 0.5)
