"""The cases of what stands around recurrent layers: initialisers, convolution, pooling, bags of
embeddings, batch normalisation's rarer options, and conditional random fields.

Part of make-fixtures.py, which hands over what it makes cases with.
"""

import itertools
from unittest import mock

import torch
import torch.nn.functional as F
from torch import nn


def companions(Case, in_torch):
    """Every function below makes the cases of one topic."""

    def conv1ds():
        """`lengths` cases: every row is PyTorch's result for that sequence alone, then zeros."""
        for name, options, seq, lengths in [
            ("conv1d", {}, 11, None),
            ("conv1d-stride-padding", {"stride": 2, "padding": 3}, 11, None),
            ("conv1d-dilation", {"dilation": 3, "padding": 2}, 13, None),
            ("conv1d-stride-dilation", {"stride": 3, "dilation": 2, "padding": 1}, 14, None),
            ("conv1d-groups", {"groups": 2, "padding": 1}, 9, None),
            ("conv1d-depthwise", {"groups": 6, "stride": 2}, 9, None),
            ("conv1d-same", {"padding": "same", "dilation": 2}, 9, None),
            ("conv1d-valid-no-bias", {"padding": "valid", "bias": False}, 9, None),
            ("conv1d-lengths", {"stride": 2, "padding": 2}, 12, [12, 5, 8]),
            ("conv1d-lengths-same-groups", {"padding": "same", "groups": 3}, 10, [4, 10, 7]),
        ]:
            out_channels, kernel_size = (12, 4) if "groups" in options else (5, 4)
            case = Case(
                name, inChannels=6, outChannels=out_channels, kernelSize=kernel_size, **options
            )
            conv = case.fill(nn.Conv1d(6, out_channels, kernel_size, **in_torch(options)), bound=0.6)
            x = case.draw("input", [3, 6, seq])
            with_lengths(case, conv, x, lengths)

        # Unbatched, and a kernel of one step.
        case = Case("conv1d-unbatched", inChannels=6, outChannels=5, kernelSize=1)
        conv = case.fill(nn.Conv1d(6, 5, 1), bound=0.6)
        case.results(output=conv(case.draw("input", [6, 7])))
        case.write()

        # What "causal" means: zeros before, none after.
        case = Case(
            "conv1d-causal", inChannels=6, outChannels=5, kernelSize=3, dilation=2, padding="causal"
        )
        conv = case.fill(nn.Conv1d(6, 5, 3, dilation=2), bound=0.6)
        case.results(output=conv(F.pad(case.draw("input", [2, 6, 9]), (4, 0))))
        case.write()

    def with_lengths(case, layer, x, lengths):
        if lengths is None:
            case.results(output=layer(x))
        else:
            case.put("lengths", torch.tensor(lengths))
            rows = [layer(x[n : n + 1, :, :length]) for n, length in enumerate(lengths)]
            longest = layer(x).shape[2]
            padded = [F.pad(row, (0, longest - row.shape[2])) for row in rows]
            case.put("outputLengths", torch.tensor([row.shape[2] for row in rows]))
            case.results(output=torch.cat(padded))
        case.write()

    def pools():
        for kind, name, kernel_size, options, lengths in [
            ("max", "max-pool1d", 3, {}, None),
            ("max", "max-pool1d-stride-padding", 3, {"stride": 2, "padding": 1}, None),
            ("max", "max-pool1d-dilation", 2, {"dilation": 3, "stride": 1, "padding": 1}, None),
            ("max", "max-pool1d-ceil", 3, {"stride": 2, "ceilMode": True}, None),
            ("max", "max-pool1d-ceil-padding", 4, {"stride": 3, "padding": 2, "ceilMode": True}, None),
            ("max", "max-pool1d-lengths", 3, {"stride": 2, "padding": 1}, [10, 4, 7]),
            ("avg", "avg-pool1d", 3, {}, None),
            ("avg", "avg-pool1d-stride-padding", 4, {"stride": 3, "padding": 2}, None),
            (
                "avg",
                "avg-pool1d-exclude-pad",
                4,
                {"stride": 3, "padding": 2, "countIncludePad": False},
                None,
            ),
            ("avg", "avg-pool1d-ceil", 4, {"stride": 3, "padding": 1, "ceilMode": True}, None),
            (
                "avg",
                "avg-pool1d-ceil-exclude-pad",
                4,
                {"stride": 3, "padding": 2, "ceilMode": True, "countIncludePad": False},
                None,
            ),
            ("avg", "avg-pool1d-lengths", 3, {"stride": 2, "padding": 1}, [10, 4, 7]),
        ]:
            case = Case(name, kernelSize=kernel_size, **options)
            layer = (nn.MaxPool1d if kind == "max" else nn.AvgPool1d)(
                kernel_size, **in_torch(options)
            )
            with_lengths(case, layer, case.draw("input", [3, 2, 10]), lengths)

        case = Case("max-pool1d-unbatched", kernelSize=2)
        case.results(output=nn.MaxPool1d(2)(case.draw("input", [3, 7])))
        case.write()

    def embedding_bags():
        """`offsets` and `perSampleWeights` as PyTorch takes them."""
        for mode, name, options, shape, offsets, weighted in [
            ("mean", "", {}, [4, 5], None, False),
            ("sum", "", {}, [4, 5], None, False),
            ("max", "", {}, [4, 5], None, False),
            ("mean", "-padding", {"paddingIdx": 2}, [4, 5], None, False),
            ("sum", "-padding-weights", {"paddingIdx": 2}, [4, 5], None, True),
            ("max", "-padding", {"paddingIdx": -5}, [4, 5], None, False),
            ("mean", "-offsets", {}, [9], [0, 4, 4, 6], False),
            ("sum", "-offsets-weights", {}, [9], [0, 3, 5], True),
            ("max", "-offsets", {"paddingIdx": 4}, [9], [0, 4, 4, 6], False),
        ]:
            case = Case(
                f"bag-{mode}{name}", numEmbeddings=7, embeddingDim=3, mode=mode, **options
            )
            layer = case.fill(nn.EmbeddingBag(7, 3, mode=mode, **in_torch(options)), bound=1)
            ids = case.integers(shape, 0, 6)  # row 6 is never read: its gradient is zero
            ids.view(-1)[0] = ids.view(-1)[2] = 2
            ids.view(-1)[1] = ids.view(-1)[3] = 4
            if len(shape) == 2:
                ids[1] = 2  # a bag of padding, where 2 is padding
            case.put("input", ids)
            arguments = {}
            if offsets is not None:
                arguments["offsets"] = case.put("offsets", torch.tensor(offsets))
            if weighted:
                arguments["per_sample_weights"] = case.draw("perSampleWeights", shape)
            case.results(output=layer(ids, **arguments))
            case.write()

    def more_batch_norms():
        """Keys as in batch_norms; several forwards come before the one whose results are kept."""
        for name, shape, training, batches, options in [
            ("batch-norm-train-momentum-null", [6, 4], True, 2, {"momentum": None}),
            ("batch-norm-eval-untracked", [6, 4], False, 0, {"trackRunningStats": False}),
            ("batch-norm-train-no-bias", [3, 4, 5], True, 1, {"bias": False, "momentum": 0.0}),
        ]:
            case = Case(name, numFeatures=4, training=training, **options)
            layer = case.fill(nn.BatchNorm1d(4, **in_torch(options)), bound=1.5)
            layer.train()
            for _ in range(batches):
                layer(case.uniform(shape, -2, 3))
            for key, buffer in layer.named_buffers():
                case.put(f"weights.{key}", buffer.clone().to(torch.float32).double())
                buffer.copy_(case.tensors[f"weights.{key}"])
            layer.train(training)
            case.results(output=layer(case.draw("input", shape, -2, 3)))
            for key, buffer in layer.named_buffers():
                case.put(f"after.{key}", buffer)
            case.write()

    def initialisers():
        """
        The one number that PyTorch draws from: the bound of uniform_, or the std of normal_.
        `shapes` and the results have one entry for each shape of `options.shapes`.
        """
        gains = {
            "linear": ["linear"],
            "conv1d": ["conv1d"],
            "sigmoid": ["sigmoid"],
            "tanh": ["tanh"],
            "relu": ["relu"],
            "leakyRelu": ["leaky_relu"],
            "leakyRelu 0.2": ["leaky_relu", 0.2],
            "selu": ["selu"],
        }
        case = Case("init-gains", nonlinearities=list(gains))
        case.put("gains", torch.tensor([nn.init.calculate_gain(*g) for g in gains.values()]).double())
        case.write()

        shapes = [[5, 7], [6, 3], [4, 6, 3], [2, 3, 5, 7]]
        case = Case("init-bounds", shapes=shapes)
        spreads = {
            "xavierUniform": lambda w: nn.init.xavier_uniform_(w, 1.7),
            "xavierNormal": lambda w: nn.init.xavier_normal_(w, 1.7),
            "kaimingUniform": lambda w: nn.init.kaiming_uniform_(w),
            "kaimingUniformFanOutTanh": lambda w: nn.init.kaiming_uniform_(
                w, mode="fan_out", nonlinearity="tanh"
            ),
            "kaimingNormalSlope": lambda w: nn.init.kaiming_normal_(w, a=0.3),
            "kaimingNormalFanOutRelu": lambda w: nn.init.kaiming_normal_(
                w, mode="fan_out", nonlinearity="relu"
            ),
        }
        for key, fill in spreads.items():
            case.put(key, torch.tensor([spread(fill, shape) for shape in shapes]).double())
        case.write()

    def spread(fill, shape):
        """What an initialiser asks uniform_(−bound, bound) or normal_(0, std) for."""
        asked = []

        def note(tensor, low, high, **_):
            asked.append(high)
            return tensor

        with mock.patch.object(torch.Tensor, "uniform_", note):
            with mock.patch.object(torch.Tensor, "normal_", note):
                fill(torch.zeros(shape, dtype=torch.float64))
        (number,) = asked
        return number

    def crfs():
        """
        By the definition: every sequence of tags is scored, in float64, and PyTorch differentiates
        the logarithm of the sum. `losses` has one for each sequence, `best` the tags of the highest
        score, padded with −1, `output` the mean of the losses.
        """
        for name, tags, seq, lengths, options in [
            ("crf", 3, 4, [4, 4], {}),
            ("crf-lengths", 4, 5, [3, 5, 1], {}),
            ("crf-batch-first", 3, 6, [6, 2, 4], {"batchFirst": True}),
            ("crf-two-tags", 2, 8, [5, 8], {"batchFirst": True}),
        ]:
            case = Case(name, numTags=tags, **options)
            start = case.draw("weights.start_transitions", [tags], -2, 2)
            end = case.draw("weights.end_transitions", [tags], -2, 2)
            transitions = case.draw("weights.transitions", [tags, tags], -2, 2)
            leading = [seq, len(lengths)]
            if options:
                leading.reverse()
            emissions = case.draw("emissions", [*leading, tags], -2, 2)
            truth = case.put("tags", case.integers(leading, 0, tags))
            case.put("lengths", torch.tensor(lengths))

            losses, best = [], []
            for n, length in enumerate(lengths):
                e = (emissions[n] if options else emissions[:, n])[:length]
                y = (truth[n] if options else truth[:, n])[:length].tolist()

                def score(path):
                    total = start[path[0]] + end[path[-1]]
                    total = total + sum(e[t, tag] for t, tag in enumerate(path))
                    return total + sum(transitions[a, b] for a, b in itertools.pairwise(path))

                paths = list(itertools.product(range(tags), repeat=length))
                scores = torch.stack([score(path) for path in paths])
                losses.append(scores.logsumexp(0) - score(y))
                winner = list(paths[int(scores.argmax())])
                best.append(winner + [-1] * (seq - length))
            losses = torch.stack(losses)
            case.put("losses", losses)
            case.put("best", torch.tensor(best))
            case.results(output=losses.mean())
            # A loss's gradients are those of its parameters by their keys.
            for key in ["start_transitions", "end_transitions", "transitions"]:
                case.tensors[f"grad.{key}"] = case.tensors.pop(f"grad.weights.{key}")
            case.write()

    return [initialisers, conv1ds, pools, embedding_bags, more_batch_norms, crfs]
