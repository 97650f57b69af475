"""One recurrent layer: a training step, a forward pass, or a streaming step."""

import torch

from work import input_of, weights_of


def prepare_layer(work):
    layer_class = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "rnn": torch.nn.RNN}[work["cell"]]
    layer = layer_class(work["inputSize"], work["hiddenSize"], batch_first=True)
    weights = {name: torch.from_numpy(values) for name, values in weights_of(work).items()}
    layer.load_state_dict(weights)
    x = torch.from_numpy(input_of(work))
    if work["mode"] == "training":
        return training_step(layer, x)
    return streaming_step(work, weights, x) if work["streaming"] else forward_pass(layer, x)


def training_step(layer, x):
    x.requires_grad_(True)

    def body():
        layer.zero_grad(set_to_none=True)
        x.grad = None
        output, _ = layer(x)
        (output * output).sum().backward()
        return output

    def check():
        output = body().detach()
        return {
            "output": output,
            "gradInput": x.grad,
            "gradWeightIh": layer.weight_ih_l0.grad,
            "gradWeightHh": layer.weight_hh_l0.grad,
        }

    return body, check


def forward_pass(layer, x):
    def body():
        with torch.inference_mode():
            return layer(x)[0]

    return body, lambda: {"output": body()}


def streaming_step(work, weights, x):
    """The cell, which is PyTorch's faster way to take a single step."""
    cells = {"lstm": torch.nn.LSTMCell, "gru": torch.nn.GRUCell, "rnn": torch.nn.RNNCell}
    cell = cells[work["cell"]](work["inputSize"], work["hiddenSize"])
    cell.load_state_dict({name.removesuffix("_l0"): values for name, values in weights.items()})
    step = x[:, 0]
    zeros = torch.zeros(work["batch"], work["hiddenSize"])
    is_lstm = work["cell"] == "lstm"
    state = (zeros, zeros) if is_lstm else zeros

    def body():
        nonlocal state
        with torch.inference_mode():
            state = cell(step, state)
        return state[0] if is_lstm else state

    def check():
        body()
        return {"output": body()}

    return body, check
