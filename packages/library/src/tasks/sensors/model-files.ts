/**
 * @file A trained model as files, and back: the weights, and all that is needed to rebuild it.
 */

import { decodeTaskModel, encodeTaskModel, FormatError } from "unrolled";
import { sensorConfig, type SensorConfig } from "./config.ts";
import type { SensorScheme } from "./data.ts";
import { SensorModel } from "./model.ts";

/** `model.safetensors` and `config.json`, by name. */
export function saveSensorModel(model: SensorModel): Record<string, Uint8Array> {
  const { config, scheme } = model;
  return encodeTaskModel("sensors", model, { config, scheme });
}

/**
 * Rebuilds a model from its files.
 *
 * @param read gives a file's bytes by name
 * @throws FormatError naming the file and what is wrong with it
 */
export function loadSensorModel(read: (name: string) => Uint8Array): SensorModel {
  return decodeTaskModel("sensors", read, ({ config, scheme }) => {
    const settings = sensorConfig(config as Partial<SensorConfig>);
    return new SensorModel(settings, checkScheme(scheme));
  });
}

function checkScheme(value: unknown): SensorScheme {
  const scheme = value as SensorScheme | null | undefined;
  const isList = (list: unknown, length: number) => Array.isArray(list) && list.length === length;
  const count = scheme?.channels?.length ?? 0;
  const fits =
    count > 0 &&
    isList(scheme!.means, count) &&
    isList(scheme!.deviations, count) &&
    (scheme!.classes === null || Array.isArray(scheme!.classes));
  if (fits) return scheme!;
  throw new FormatError(
    "config.json: expected a scheme with channels, their means and deviations, and classes.",
  );
}
