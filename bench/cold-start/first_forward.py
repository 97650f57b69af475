"""A process that imports PyTorch, runs an LSTM at S2 forward, and ends. Prints its peak memory."""

import json
import resource

import torch

torch.set_num_threads(1)
lstm = torch.nn.LSTM(64, 128, batch_first=True)
with torch.inference_mode():
    lstm(torch.ones(16, 64, 64))
print(json.dumps({"peakMiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
