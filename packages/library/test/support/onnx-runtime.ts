/**
 * @file ONNX Runtime, where it is installed: 140 MB that a newcomer's `npm ci` should not have to
 * fetch. Without it, tests check that a file is the one that it has agreed with, and say so.
 */

import type { TestContext } from "vitest";
import { tensor, type Tensor } from "../../src/index.ts";

/** As far as it is used here. */
interface RuntimeTensor {
  readonly data: ArrayLike<number | bigint>;
  readonly dims: readonly number[];
}
interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly inputMetadata: readonly { readonly type: string }[];
  run(feeds: Record<string, RuntimeTensor>): Promise<Record<string, RuntimeTensor>>;
}
interface Runtime {
  readonly InferenceSession: { create(bytes: Uint8Array, options: object): Promise<Session> };
  readonly Tensor: new (
    type: string,
    data: Float32Array | BigInt64Array,
    dims: readonly number[],
  ) => RuntimeTensor;
}

const NAME = "onnxruntime-web";
const HOW_TO_GET_IT = `To run them: npm install --no-save ${NAME}`;
let loaded: Promise<Runtime | null> | undefined;

/** A model that runs in ONNX Runtime: tensors by the inputs' names give those of the outputs. */
export interface RunnableModel {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(inputs: readonly Tensor[]): Promise<Tensor[]>;
}

/** The model of an ONNX file; skips the rest of the test where the runtime is not installed. */
export async function openOnnx(context: TestContext, bytes: Uint8Array): Promise<RunnableModel> {
  loaded ??= import(NAME).then(
    (runtime: Runtime) => runtime,
    () => {
      console.info(`Exported files are compared with earlier ones and not run. ${HOW_TO_GET_IT}`);
      return null;
    },
  );
  const runtime = await loaded;
  if (runtime === null) {
    context.skip(`the file is as it was when it last ran. ${HOW_TO_GET_IT}`);
  }
  const session = await runtime.InferenceSession.create(bytes, { logSeverityLevel: 3 });
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    run: async (inputs) => {
      const feeds = inputs.map((input, i) => {
        const { type } = session.inputMetadata[i];
        const data =
          type === "int64"
            ? BigInt64Array.from(input.data, (value) => BigInt(value))
            : Float32Array.from(input.data);
        return [session.inputNames[i], new runtime.Tensor(type, data, input.shape)];
      });
      const results = await session.run(Object.fromEntries(feeds) as Record<string, RuntimeTensor>);
      return session.outputNames.map((name) => {
        const { data, dims } = results[name];
        return tensor(Float32Array.from(data, Number), { shape: dims });
      });
    },
  };
}
