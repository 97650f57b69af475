/**
 * @file Tensors inside of arguments and results, each with a name made of the way to it.
 */

import { Tensor } from "../../tensor/tensor.ts";

export interface NamedTensor {
  readonly name: string;
  readonly tensor: Tensor;
}

/**
 * The tensors in `value`, in order: `word` for the first, `word_1` for that at index 1, the key for one
 * under a key. `lengths` given as a list of numbers count as a tensor.
 */
export function namedTensors(value: unknown, word: string): NamedTensor[] {
  const found: NamedTensor[] = [];
  const taken = new Set<string>();
  mapTensors(value, (tensor, way) => {
    const key = way.findLast((part) => typeof part === "string");
    const indices = way.filter((part) => typeof part === "number");
    while (indices[0] === 0) indices.shift();
    let name = key ?? [word, ...indices].join("_");
    if (taken.has(name)) name = [name, ...indices].join("_");
    for (let n = 1; taken.has(name); n++) name = `${name}_${n}`;
    taken.add(name);
    found.push({ name, tensor });
    return tensor;
  });
  return found;
}

/** `value` with every tensor in it replaced. */
export function mapTensors(
  value: unknown,
  replace: (tensor: Tensor, way: readonly (string | number)[]) => Tensor,
  way: readonly (string | number)[] = [],
): unknown {
  if (value instanceof Tensor) return replace(value, way);
  if (way.at(-1) === "lengths" && isNumberList(value)) {
    return replace(new Tensor(Int32Array.from(value), [value.length]), way);
  }
  if (Array.isArray(value)) {
    return value.map((item: unknown, i) => mapTensors(item, replace, [...way, i]));
  }
  if (typeof value !== "object" || value === null || !isPlain(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, mapTensors(item, replace, [...way, key])]),
  );
}

function isNumberList(value: unknown): value is ArrayLike<number> & Iterable<number> {
  return ArrayBuffer.isView(value) || (Array.isArray(value) && typeof value[0] === "number");
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
