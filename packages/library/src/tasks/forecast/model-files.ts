/**
 * @file A trained forecaster as files, and back: the weights, and all that is needed to rebuild it.
 */

import { decodeTaskModel, encodeTaskModel } from "unrolled";
import { forecastConfig, type ForecastConfig } from "./config.ts";
import { ForecastModel } from "./forecast-model.ts";
import type { Recipe } from "./recipe.ts";

/** `model.safetensors` and `config.json`, by name. */
export function saveForecastModel(model: ForecastModel): Record<string, Uint8Array> {
  const { config, recipe } = model;
  return encodeTaskModel("forecast", model, { config, recipe });
}

/**
 * Rebuilds a model from its files; it forecasts the same bits.
 *
 * @param read gives a file's bytes by name
 * @throws FormatError naming the file and what is wrong with it
 */
export function loadForecastModel(read: (name: string) => Uint8Array): ForecastModel {
  return decodeTaskModel("forecast", read, ({ config, recipe }) => {
    return new ForecastModel(forecastConfig(config as Partial<ForecastConfig>), recipe as Recipe);
  });
}
