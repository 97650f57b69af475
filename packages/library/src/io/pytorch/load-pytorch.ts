/**
 * @file What torch.save wrote, as tensors by name.
 *
 *   since 1.6   a zip archive: data.pkl is the object, data/0, data/1, … the numbers
 *   before      pickles one after another: a magic number, a version, the machine, the object, the
 *               names of the storages; then each storage: how many numbers, and they
 *
 * Source: PyTorch, "Serialization semantics", and `torch/serialization.py`
 */

import { FormatError } from "../../core/errors.ts";
import { sizeOf } from "../../core/shape.ts";
import type { StateDict } from "../../nn/module.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { recognize } from "../recognize.ts";
import { bytesOf, toTensor } from "../safetensors-files.ts";
import { decode, quote, type SafetensorsData, type SafetensorsDType } from "../safetensors.ts";
import { readStoredZip } from "./stored-zip.ts";
import { Global, Made, Tuple, unpickle, type UnpickleOptions } from "./unpickle.ts";

/** What a storage's numbers are, by the last word of its class. */
const STORAGES: Record<string, { dtype: SafetensorsDType; width: number }> = {
  FloatStorage: { dtype: "F32", width: 4 },
  DoubleStorage: { dtype: "F64", width: 8 },
  HalfStorage: { dtype: "F16", width: 2 },
  BFloat16Storage: { dtype: "BF16", width: 2 },
  LongStorage: { dtype: "I64", width: 8 },
  IntStorage: { dtype: "I32", width: 4 },
  ShortStorage: { dtype: "I16", width: 2 },
  CharStorage: { dtype: "I8", width: 1 },
  ByteStorage: { dtype: "U8", width: 1 },
  BoolStorage: { dtype: "BOOL", width: 1 },
};

/** Under these a training checkpoint has the model, beside the optimizer and the epoch. */
const MODEL_KEYS = ["state_dict", "model_state_dict", "model"];

/** A storage as the object names it; its bytes may come later in the file. */
class StorageNote {
  readonly kind: string;
  readonly key: string;
  constructor(kind: string, key: string) {
    this.kind = kind;
    this.key = key;
  }
}

/** A tensor as the object has it: a view into a storage. */
class TensorNote {
  readonly storage: StorageNote;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  constructor(storage: StorageNote, offset: number, shape: number[], strides: number[]) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
  }
}

/**
 * The tensors in a file of torch.save, ready for `module.loadStateDict`: a state dict, a whole module,
 * or a training checkpoint. Both formats, zip and the older one.
 *
 * - of a module, its parameters and buffers, under the keys that its state dict has
 * - of a dict with `state_dict`, `model_state_dict` or `model` in it, what stands there
 * - of any other nesting, all tensors, with the way to them as names: `encoder.fc.weight`
 *
 * Floating-point numbers of any width become float32, and whole numbers and booleans int32. A pickle
 * is a program; this one is only read: what it would import or call in Python is never looked up.
 *
 * Source: https://pytorch.org/docs/stable/notes/serialization.html
 *
 * @param pathOrBytes a path (Node), or the file's contents (anywhere)
 * @throws FormatError if the file is cut off, damaged, something else, or has no tensors
 */
export function loadPyTorch(pathOrBytes: string | Uint8Array | ArrayBuffer): StateDict {
  const where = typeof pathOrBytes === "string" ? `loadPyTorch: ${pathOrBytes}` : "loadPyTorch";
  const bytes = bytesOf("loadPyTorch", pathOrBytes);
  const { value, storages } = bytes[0] === 0x50 ? fromZip(bytes, where) : fromPickles(bytes, where);

  const tensors: [name: string, tensor: Tensor][] = [];
  collect(modelIn(value, where), where, (name, note) => {
    const { shape } = note;
    const numbers = numbersOf(note, name, storages, where);
    tensors.push([name, toTensor(name, { shape, ...numbers }, where)]);
  });
  if (tensors.length > 0) return Object.fromEntries(tensors);
  throw new FormatError(
    `${where}: expected tensors, a state dict or a module, got a file without any.`,
  );
}

interface Contents {
  value: unknown;
  /** Bytes by key. */
  storages: ReadonlyMap<string, Uint8Array>;
}

function fromZip(bytes: Uint8Array, where: string): Contents {
  const files = readStoredZip(bytes, where);
  const name = [...files.keys()].find((path) => /(^|\/)data\.pkl$/.test(path));
  if (name === undefined) {
    const scripted = [...files.keys()].some((path) => path.includes("/code/"));
    throw new FormatError(
      `${where}: expected data.pkl in the zip archive, as torch.save writes it, got ${[...files.keys()].slice(0, 4).join(", ") || "no files"}.${scripted ? " This is TorchScript: save model.state_dict() instead." : ""}`,
    );
  }
  const folder = name.slice(0, -"data.pkl".length);
  const order = files.get(`${folder}byteorder`);
  if (order && new TextDecoder().decode(order) !== "little") {
    throw new FormatError(
      `${where}: its numbers are big-endian; save it anew on a little-endian machine.`,
    );
  }
  const { value } = unpickle(files.get(name)!, where, READING);
  const storages = new Map<string, Uint8Array>();
  for (const [path, contents] of files) {
    if (path.startsWith(`${folder}data/`)) storages.set(path.slice(folder.length + 5), contents);
  }
  return { value, storages };
}

/** What the first pickle of the older format is. */
const MAGIC = 0x1950a86a20f9469cfc6cn;

function fromPickles(bytes: Uint8Array, where: string): Contents {
  if (bytes[0] !== 0x80) {
    throw new FormatError(
      `${where}: expected a file of torch.save, which is a zip archive or a pickle, got ${bytes.length} bytes of something else. ${recognize(bytes) ?? ""}`.trim(),
    );
  }
  let at = 0;
  const next = () => {
    const { value, end } = unpickle(bytes, where, READING, at);
    at = end;
    return value;
  };
  const first = next();
  if (first !== MAGIC) {
    throw new FormatError(
      `${where}: expected torch.save's magic number in the first pickle, got another one. Was it written by pickle.dump? Save it with torch.save, or with safetensors.`,
    );
  }
  next(); // the version of the format: there has been one
  next(); // the machine
  const value = next();
  const keys = next();
  if (!Array.isArray(keys)) {
    throw new FormatError(`${where}: expected a list of storages behind the object, got none.`);
  }
  const kinds = new Map<string, string>();
  collect(value, where, (_, { storage }) => kinds.set(storage.key, storage.kind), EVERYTHING);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const storages = new Map<string, Uint8Array>();
  for (const key of keys.map(String)) {
    const { width } = STORAGES[kinds.get(key) ?? ""] ?? { width: NaN };
    const count = at + 8 <= bytes.length ? Number(view.getBigInt64(at, true)) : NaN;
    const end = at + 8 + count * width;
    if (!(count >= 0 && end <= bytes.length)) {
      throw new FormatError(
        `${where}: expected the numbers of storage ${quote(key)}, got the end of the file. Is it cut off? Fetch it again.`,
      );
    }
    storages.set(key, bytes.subarray(at + 8, end));
    at = end;
  }
  return { value, storages };
}

const READING: UnpickleOptions = {
  persistent: (id) => {
    // ("storage", the class, the key, the device, how many), in old files with a view behind.
    const [word, kind, key, , , part] = id instanceof Tuple ? id.items : [];
    if (word !== "storage" || !(kind instanceof Global) || part instanceof Tuple) {
      return new Made(null, [id]); // nothing that a tensor can be made of
    }
    return new StorageNote(kind.name.split(/[ .]/).at(-1)!, String(key));
  },
  call: (name, args) => {
    switch (name) {
      case "collections OrderedDict":
        return new Map();
      case "torch._utils _rebuild_parameter":
        return args[0];
      case "torch._utils _rebuild_tensor":
      case "torch._utils _rebuild_tensor_v2": {
        const [storage, offset, shape, strides] = args;
        const isTensor =
          storage instanceof StorageNote && isCount(offset) && isCounts(shape) && isCounts(strides);
        return isTensor
          ? new TensorNote(storage, offset, shape.items as number[], strides.items as number[])
          : undefined;
      }
      default:
        return undefined;
    }
  },
};

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isCounts(value: unknown): value is Tuple {
  return value instanceof Tuple && value.items.every(isCount);
}

/** The part of a checkpoint that is the model. */
function modelIn(value: unknown, where: string): unknown {
  if (!(value instanceof Map)) return value;
  for (const key of MODEL_KEYS) {
    const inner: unknown = value.get(key);
    let found = false;
    collect(inner, where, () => (found = true));
    if (found) return inner;
  }
  return value;
}

/** Of a module, what its state_dict() would give. */
const STATE = ["_parameters", "_buffers", "_modules"];
/** Of a module, whatever it holds: the numbers of all of it are in the file. */
const EVERYTHING = null;

/** No model is nested deeper, or has more things in it; a file made to do harm may. */
const MOST_LEVELS = 100;
const MOST_VISITS = 1_000_000;

/** Visits every tensor, with the way to it as its name. */
function collect(
  root: unknown,
  where: string,
  visit: (name: string, note: TensorNote) => void,
  parts: readonly string[] | null = STATE,
): void {
  let visits = 0;
  const go = (value: unknown, way: readonly string[]): void => {
    if (value instanceof TensorNote) {
      visit(way.join(".") || "tensor", value);
      return;
    }
    if (++visits > MOST_VISITS || way.length > MOST_LEVELS) {
      throw new FormatError(`${where}: it is nested too deep, or in circles, for a model.`);
    }
    if (value instanceof Made) {
      if (parts === null) {
        for (const item of [...value.args, value.state]) go(item, [...way, ""]);
      } else if (value.state instanceof Map) {
        const temporary: unknown = value.state.get("_non_persistent_buffers_set");
        for (const part of parts) goThrough(value.state.get(part), way, temporary);
      }
    } else goThrough(value, way);
  };
  const goThrough = (value: unknown, way: readonly string[], left?: unknown): void => {
    const entries: Iterable<[unknown, unknown]> =
      value instanceof Map
        ? (value as Map<unknown, unknown>)
        : Array.isArray(value)
          ? value.entries()
          : value instanceof Tuple
            ? value.items.entries()
            : [];
    for (const [key, item] of entries) {
      if (!(left instanceof Set && left.has(key))) go(item, [...way, String(key)]);
    }
  };
  go(root, []);
}

/** The numbers of a tensor, row-major, whatever its strides are. */
function numbersOf(
  { storage, offset, shape, strides }: TensorNote,
  name: string,
  storages: ReadonlyMap<string, Uint8Array>,
  where: string,
): { dtype: SafetensorsDType; data: SafetensorsData } {
  const wrong = (expected: string, got: string): never => {
    throw new FormatError(
      `${where}: expected tensor ${quote(name)} to have ${expected}, got ${got}.`,
    );
  };
  const kind = STORAGES[storage.kind];
  if (!kind) return wrong(`one of ${Object.keys(STORAGES).join(", ")}`, storage.kind);
  const bytes = storages.get(storage.key);
  if (!bytes) return wrong(`its numbers in storage ${quote(storage.key)}`, "no such storage");
  const { dtype, width } = kind;
  const size = sizeOf(shape);
  const last = shape.reduce((sum, n, axis) => sum + (n - 1) * strides[axis], offset);
  if (strides.length !== shape.length || (size > 0 && (last + 1) * width > bytes.length)) {
    return wrong(
      `${size} numbers in its storage`,
      `${Math.floor(bytes.length / width)} from place ${offset} on. Is the file cut off?`,
    );
  }
  if (size === 0) return { dtype, data: decode(dtype, new ArrayBuffer(0)) };
  const from = offset * width;
  const all = decode(dtype, bytes.slice(from, (last + 1) * width).buffer);
  if (all.length === size && isRowMajor(shape, strides)) return { dtype, data: all };
  const data = all.slice(0, size);
  if (data.length < size) return wrong(`${size} numbers`, `${all.length} that it repeats`);
  for (let i = 0; i < size; i++) {
    let rest = i;
    let place = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      place += (rest % shape[axis]) * strides[axis];
      rest = Math.floor(rest / shape[axis]);
    }
    data[i] = all[place];
  }
  return { dtype, data };
}

function isRowMajor(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false;
    expected *= shape[axis];
  }
  return true;
}
