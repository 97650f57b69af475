"""The character model: one optimizer step."""

import torch
from torch import nn

from work import char_batch_of, char_weights_of, losses_of


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
    model = CharModel(work)
    weights = char_weights_of(work)
    model.load_state_dict({name: torch.from_numpy(values) for name, values in weights.items()})
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    ids, targets = (torch.from_numpy(values) for values in char_batch_of(work))

    def body():
        logits = model(ids).reshape(-1, work["vocabulary"])
        loss = nn.functional.cross_entropy(logits, targets.reshape(-1))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        return loss.item()

    return body, losses_of(body)
