"""Files of torch.save, in both formats, for packages/library/test/parity/pytorch-files.test.ts.

    python3 scripts/make-pytorch-fixture.py
"""

import json
from collections import OrderedDict
from pathlib import Path

import torch

FOLDER = Path(__file__).parent.parent / "packages/library/test/parity/fixtures/pytorch"

torch.manual_seed(3)
base = torch.randn(4, 5)
tensors = OrderedDict(
    float32=torch.randn(2, 3),
    float64=torch.randn(3, dtype=torch.float64),
    float16=torch.randn(4).half(),
    bfloat16=torch.randn(4).bfloat16(),
    int64=torch.tensor([[-(2**31), 2**31 - 1]]),
    int32=torch.tensor([1, -2], dtype=torch.int32),
    int16=torch.tensor([-300], dtype=torch.int16),
    int8=torch.tensor([-3], dtype=torch.int8),
    uint8=torch.tensor([250], dtype=torch.uint8),
    bool=torch.tensor([True, False]),
    scalar=torch.tensor(1.5),
    empty=torch.zeros(0, 3),
    transposed=base.t(),
    part=base[1:3, 2:],
    again=base,
    parameter=torch.nn.Parameter(torch.randn(2)),
)


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = torch.nn.LSTM(3, 4, batch_first=True)
        self.layers = torch.nn.ModuleList([torch.nn.Linear(4, 2), torch.nn.BatchNorm1d(2)])


model = Model()
optimizer = torch.optim.Adam(model.parameters())
sum(p.sum() for p in model.parameters()).backward()
optimizer.step()
checkpoint = {
    "epoch": 7,
    "optimizer": optimizer.state_dict(),
    "model_state_dict": model.state_dict(),
    "best": float("inf"),
    "name": "größe",
    "tags": {"a", "b"},
    "big": 2**70,
}

FOLDER.mkdir(exist_ok=True)
for name, value in dict(tensors=tensors, module=model, checkpoint=checkpoint, tuple=(base, [base])).items():
    torch.save(value, FOLDER / f"{name}.pt")
    torch.save(value, FOLDER / f"{name}.legacy.pt", _use_new_zipfile_serialization=False)
torch.save(tensors, FOLDER / "tensors.protocol-4.pt", pickle_protocol=4)


def listed(values):
    return {
        name: {"shape": list(t.shape), "data": t.detach().double().flatten().tolist()}
        for name, t in values.items()
    }


expected = {
    "torch": torch.__version__,
    "tensors": listed(tensors),
    "module": listed(model.state_dict()),
    "checkpoint": listed(model.state_dict()),
    "tuple": listed({"0": base, "1.0": base}),
}
(FOLDER / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
