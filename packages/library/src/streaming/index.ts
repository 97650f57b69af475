/**
 * @file Streaming: a trained model reads a sequence step by step, as it comes.
 *
 * In:   one step [batch, …], or several
 * Out:  what the model gives for them; states as bytes
 * May import: core, backends, tensor, autograd, data, nn, io.
 */

export { createStream, type StreamableModel, type StreamOptions } from "./create-stream.ts";
export type { Stream } from "./stream.ts";
