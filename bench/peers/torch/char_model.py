"""The character model: one optimizer step."""

import numpy as np
import torch
from torch import nn

from work import numbers


class CharModel(nn.Module):
    def __init__(self, work):
        super().__init__()
        self.embedding = nn.Embedding(work["vocabulary"], work["embeddingDim"])
        self.lstm = nn.LSTM(
            work["embeddingDim"], work["hiddenSize"], work["numLayers"], batch_first=True
        )
        self.head = nn.Linear(work["hiddenSize"], work["vocabulary"])

    def forward(self, ids):
        return self.head(self.lstm(self.embedding(ids))[0])


def prepare_char_model(work):
    batch, seq, vocabulary = work["batch"], work["seq"], work["vocabulary"]
    model = CharModel(work)
    bound = 1 / np.sqrt(work["hiddenSize"])
    with torch.no_grad():
        for i, parameter in enumerate(model.parameters()):
            values = numbers(parameter.numel(), 100 + i, bound)
            parameter.copy_(torch.from_numpy(values).reshape(parameter.shape))

    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    ids = torch.from_numpy(ids_of(batch * seq, 50, vocabulary)).reshape(batch, seq)
    targets = torch.from_numpy(ids_of(batch * seq, 51, vocabulary))

    def body():
        loss = nn.functional.cross_entropy(model(ids).reshape(-1, vocabulary), targets)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        return loss.item()

    return body, lambda: {"losses": np.array([body(), body()], dtype=np.float32)}


def ids_of(length, seed, vocabulary):
    spread = numbers(length, seed, 0.5).astype(np.float64)
    return np.floor((spread + 0.5) * vocabulary).astype(np.int64)
