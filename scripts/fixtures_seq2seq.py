"""Cases for attention and for encoder–decoder models, written with PyTorch's own operations.

make-fixtures.py calls `seq2seq_cases(Case)`; its first lines say what a case and its keys are.
Modules are named as in packages/library/src/nn, so that their state_dict keys are the same.
"""

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

CELLS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


def seq2seq_cases(Case):
    attentions(Case)
    models(Case)


class Attention(nn.Module):
    """Weights [batch, tgt, src] and contexts [batch, tgt, valueSize]."""

    def __init__(self, query_size, key_size, score, attention_size):
        super().__init__()
        self.score = score
        if score == "general":
            self.keyProjection = nn.Linear(key_size, query_size, bias=False)
        if score == "additive":
            self.queryProjection = nn.Linear(query_size, attention_size, bias=False)
            self.keyProjection = nn.Linear(key_size, attention_size, bias=False)
            self.scoreProjection = nn.Linear(attention_size, 1, bias=False)

    def scores(self, query, keys):
        if self.score == "dot":
            return torch.einsum("btq,bsq->bts", query, keys)
        if self.score == "scaledDot":
            return torch.einsum("btq,bsq->bts", query, keys) / keys.shape[-1] ** 0.5
        if self.score == "general":
            return torch.einsum("btq,qk,bsk->bts", query, self.keyProjection.weight, keys)
        compared = self.queryProjection(query)[:, :, None] + self.keyProjection(keys)[:, None]
        return self.scoreProjection(torch.tanh(compared)).squeeze(-1)

    def forward(self, query, keys, values, lengths):
        scores = self.scores(query, keys)
        if lengths is not None:
            after_end = torch.arange(keys.shape[1])[None, :] >= lengths[:, None]
            scores = scores.masked_fill(after_end[:, None], float("-inf"))
        weights = scores.softmax(-1)
        return torch.einsum("bts,bsv->btv", weights, values), weights


def attentions(Case):
    """Keys: query [batch, tgt, querySize], keys [batch, src, keySize], values where they are not the
    keys, lengths where there are any; context and attention (the weights)."""
    batch, tgt, src = 3, 4, 5
    for score, query_size, key_size, attention_size, with_values, with_lengths in [
        ("dot", 6, 6, None, False, True),
        ("dot", 6, 6, None, True, False),
        ("scaledDot", 6, 6, None, True, True),
        ("general", 6, 7, None, False, True),
        ("general", 6, 7, None, True, False),
        ("additive", 6, 7, 8, False, True),
        ("additive", 6, 7, 8, True, False),
    ]:
        options = {"querySize": query_size, "keySize": key_size, "score": score}
        if attention_size is not None:
            options["attentionSize"] = attention_size
        name = "-".join(
            ["attention", {"scaledDot": "scaled-dot"}.get(score, score)]
            + ["values"] * with_values
            + ["lengths"] * with_lengths
        )
        case = Case(name, **options)
        attention = case.fill(Attention(query_size, key_size, score, attention_size), bound=0.8)
        query = case.draw("query", [batch, tgt, query_size])
        keys = case.draw("keys", [batch, src, key_size])
        values = case.draw("values", [batch, src, 9]) if with_values else keys
        lengths = case.put("lengths", torch.tensor([3, 5, 1])) if with_lengths else None
        context, weights = attention(query, keys, values, lengths)
        case.results(context=context, attention=weights)
        case.write()


class Encoder(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_size, cell, num_layers, bidirectional):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim)
        self.recurrent = CELLS[cell](
            embedding_dim,
            hidden_size,
            num_layers=num_layers,
            bidirectional=bidirectional,
            batch_first=True,
        )

    def forward(self, source, lengths):
        packed = pack_padded_sequence(
            self.embedding(source), lengths, batch_first=True, enforce_sorted=False
        )
        output, states = self.recurrent(packed)
        output, _ = pad_packed_sequence(output, batch_first=True, total_length=source.shape[1])
        states = states if isinstance(states, tuple) else (states,)
        if self.recurrent.bidirectional:  # [layers · 2, batch, H] → [layers, batch, 2 · H]
            states = tuple(torch.cat([state[0::2], state[1::2]], dim=-1) for state in states)
        return output, states


class Bridge(nn.Module):
    def __init__(self, in_features, out_features, cell, num_layers):
        super().__init__()
        linears = lambda: nn.ModuleList(
            nn.Linear(in_features, out_features) for _ in range(num_layers)
        )
        self.h = linears()
        if cell == "lstm":
            self.c = linears()

    def forward(self, states):
        apply = lambda linears, state: torch.stack([f(x) for f, x in zip(linears, state)])
        h = torch.tanh(apply(self.h, states[0]))
        return (h,) if len(states) == 1 else (h, apply(self.c, states[1]))


class Decoder(nn.Module):
    def __init__(
        self, vocab_size, embedding_dim, hidden_size, memory_size, cell, num_layers, score, feeding
    ):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim)
        input_size = embedding_dim + (hidden_size if feeding else 0)
        self.recurrent = CELLS[cell](
            input_size, hidden_size, num_layers=num_layers, batch_first=True
        )
        self.feeding = feeding
        self.attention = None
        if score is not None:
            self.attention = Attention(hidden_size, memory_size, score, hidden_size)
            self.combine = nn.Linear(memory_size + hidden_size, hidden_size, bias=False)
        self.head = nn.Linear(hidden_size, vocab_size)

    def forward(self, inputs, states, memory, lengths, teacher_forcing):
        """One step after another, whatever the options."""
        fed = torch.zeros(inputs.shape[0], 1, self.recurrent.hidden_size, dtype=torch.float64)
        logits, weights = [], []
        tokens = inputs[:, :1]
        for t in range(inputs.shape[1]):
            x = self.embedding(tokens)
            if self.feeding:
                x = torch.cat([x, fed], dim=-1)
            state = states if len(states) == 2 else states[0]
            h, state = self.recurrent(x, state)
            states = state if isinstance(state, tuple) else (state,)
            if self.attention is not None:
                context, weight = self.attention(h, memory, memory, lengths)
                weights.append(weight)
                h = torch.tanh(self.combine(torch.cat([context, h], dim=-1)))
            fed = h
            logits.append(self.head(h))
            if t + 1 < inputs.shape[1]:
                is_forced = teacher_forcing == 1
                tokens = inputs[:, t + 1 : t + 2] if is_forced else logits[-1].argmax(-1)
        return torch.cat(logits, 1), torch.cat(weights, 1) if weights else None


class Seq2Seq(nn.Module):
    def __init__(self, sizes, cell, num_layers, bidirectional, score, feeding):
        super().__init__()
        self.encoder = Encoder(
            sizes["sourceVocabSize"],
            sizes["sourceEmbeddingDim"],
            sizes["encoderHiddenSize"],
            cell,
            num_layers,
            bidirectional,
        )
        state_size = sizes["encoderHiddenSize"] * (2 if bidirectional else 1)
        hidden_size = sizes["decoderHiddenSize"]
        if state_size != hidden_size:
            self.bridge = Bridge(state_size, hidden_size, cell, num_layers)
        self.decoder = Decoder(
            sizes["targetVocabSize"],
            sizes["targetEmbeddingDim"],
            hidden_size,
            state_size,
            cell,
            num_layers,
            score,
            feeding,
        )

    def forward(self, source, lengths, inputs, teacher_forcing):
        memory, states = self.encoder(source, lengths)
        if hasattr(self, "bridge"):
            states = self.bridge(states)
        return self.decoder(inputs, states, memory, lengths, teacher_forcing)


def models(Case):
    """Keys: source [batch, src] and inputs [batch, tgt] (ids), lengths; logits and attention.

    Ids after a source's length are random: they must not matter. With teacherForcing 0 each input
    after the first is the most likely token of the step before.
    """
    batch, src, tgt = 3, 5, 4
    for name, cell, num_layers, bidirectional, score, feeding, hidden, teacher_forcing in [
        ("seq2seq-lstm-plain", "lstm", 2, False, None, False, (6, 6), 1),
        ("seq2seq-lstm-general-feeding", "lstm", 2, True, "general", True, (4, 6), 1),
        ("seq2seq-lstm-free-running", "lstm", 1, True, "general", True, (4, 6), 0),
        ("seq2seq-gru-additive", "gru", 1, True, "additive", False, (4, 7), 1),
        ("seq2seq-gru-joined-dot", "gru", 2, True, "dot", False, (3, 6), 1),
        ("seq2seq-rnn-general", "rnn", 1, False, "general", False, (4, 6), 1),
    ]:
        sizes = {
            "sourceVocabSize": 11,
            "sourceEmbeddingDim": 8,
            "encoderHiddenSize": hidden[0],
            "targetVocabSize": 13,
            "targetEmbeddingDim": 9,
            "decoderHiddenSize": hidden[1],
        }
        case = Case(
            name,
            **sizes,
            cell=cell,
            numLayers=num_layers,
            bidirectional=bidirectional,
            attention=score,
            inputFeeding=feeding,
            teacherForcing=teacher_forcing,
        )
        model = Seq2Seq(sizes, cell, num_layers, bidirectional, score, feeding)
        case.fill(model, bound=0.7)
        source = case.put("source", case.integers([batch, src], 0, 11))
        inputs = case.put("inputs", case.integers([batch, tgt], 0, 13))
        lengths = case.put("lengths", torch.tensor([3, 5, 2]))
        logits, weights = model(source, lengths, inputs, teacher_forcing)
        outputs = {"logits": logits} if weights is None else {"logits": logits, "attention": weights}
        case.results(**outputs)
        case.write()
