/**
 * @file Weights out and back in, by PyTorch's own keys: the file also opens in Python, with
 * `safetensors.torch.load_file`, and fits `torch.nn.GRU(3, 5, num_layers=2)`.
 *
 * Prints:
 *   weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0, weight_ih_l1, weight_hh_l1, bias_ih_l1, bias_hh_l1
 *   same output: true
 */

import { loadSafetensors, nn, randn, saveSafetensors } from "unrolled";

const trained = new nn.GRU(3, 5, { numLayers: 2 });
saveSafetensors("gru.safetensors", trained.stateDict());

const loaded = new nn.GRU(3, 5, { numLayers: 2 });
loaded.loadStateDict(loadSafetensors("gru.safetensors"));
console.log(Object.keys(loaded.stateDict()).join(", "));

const x = randn([7, 2, 3]); // [seq, batch, inputSize]
const [a] = trained.forward(x);
const [b] = loaded.forward(x);
console.log(`same output: ${String(a.toArray()) === String(b.toArray())}`);
