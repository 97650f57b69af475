"""Writes small Hugging Face tokenizers and what they give for some texts, into
packages/library/test/parity/fixtures/tokenizers/, one file for each kind of model.

    python3 -m venv .venv && .venv/bin/pip install tokenizers
    .venv/bin/python scripts/make-tokenizer-fixtures.py

Only this script needs Python; the tests read the committed files. The tokenizers learn from a page
of this repository, so the files change when that page does.

What a file holds
    { "tokenizers": version, "tokenizer": the tokenizer.json,
      "cases": [{ "text", "ids", "decoded", "withSpecials" }] }

    ids            without the special tokens that a post-processor adds
    withSpecials   with them
    decoded        of `ids`, special tokens left out
"""

import json
from pathlib import Path

import tokenizers
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from tokenizers.trainers import BpeTrainer, UnigramTrainer, WordPieceTrainer

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "packages/library/test/parity/fixtures/tokenizers"
PAGE = (ROOT / "docs/decisions/0001-the-collector-owns-tensors.md").read_text().splitlines()

TEXTS = [
    "Nobody calls dispose, tidy or scope.",
    "  two  spaces, a tab\tand\n\na blank line ",
    "don't! It's 3.14 (well-known), isn't it?",
    "naïve café, 東京, Ünïcödé, 🐌👩‍👧",
    "unseenword qwertyuiop XYZ",
    "a",
    "",
]


def byte_level_bpe():
    """As GPT-2's: bytes, so that nothing is unknown."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = BpeTrainer(
        vocab_size=380,
        special_tokens=["<pad>", "<eos>"],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(PAGE, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A <eos>", special_tokens=[("<eos>", tokenizer.token_to_id("<eos>"))]
    )
    return tokenizer


def split_bpe():
    """As newer models': a pattern of their own in front of the bytes."""
    tokenizer = Tokenizer(models.BPE())
    pattern = Regex(r"(?i:'s|'t)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+|\s+")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(pattern, behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = BpeTrainer(
        vocab_size=380,
        special_tokens=["<|end|>"],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(PAGE, trainer)
    return tokenizer


def word_piece():
    """As BERT's: lower case without accents, unknown words, [CLS] and [SEP] around a text."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece(cleanup=False)
    trainer = WordPieceTrainer(
        vocab_size=250, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]"], show_progress=False
    )
    tokenizer.train_from_iterator(PAGE, trainer)
    names = ["[CLS]", "[SEP]"]
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        special_tokens=[(name, tokenizer.token_to_id(name)) for name in names],
    )
    return tokenizer


def unigram():
    """As T5's and SentencePiece's: pieces with a score, space as a character."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    trainer = UnigramTrainer(
        vocab_size=180, special_tokens=["<pad>", "<unk>"], unk_token="<unk>", show_progress=False
    )
    tokenizer.train_from_iterator(PAGE, trainer)
    return tokenizer


def main():
    FIXTURES.mkdir(parents=True, exist_ok=True)
    for make in (byte_level_bpe, split_bpe, word_piece, unigram):
        tokenizer = make()
        cases = []
        for text in TEXTS:
            ids = tokenizer.encode(text, add_special_tokens=False).ids
            cases.append(
                {
                    "text": text,
                    "ids": ids,
                    "decoded": tokenizer.decode(ids),
                    "withSpecials": tokenizer.encode(text).ids,
                }
            )
        fixture = {
            "tokenizers": tokenizers.__version__,
            "tokenizer": json.loads(tokenizer.to_str()),
            "cases": cases,
        }
        path = FIXTURES / f"{make.__name__.replace('_', '-')}.json"
        path.write_text(json.dumps(fixture, ensure_ascii=False) + "\n")
        print(f"{path.name}: {tokenizer.get_vocab_size()} tokens, {path.stat().st_size:,} bytes")


main()
