/**
 * @file Forecasting: series with a past become series with a future, beside classical baselines.
 *
 * In:   tables of numbers with a time, as arrays
 * Out:  forecasts with intervals, and how good they were at rolling origins
 * May import: unrolled, by its name.
 */

export { formatFrequency, timesAfter, type Frequency, type FrequencyUnit } from "./frequency.ts";
export { before, observedLength, sliceSeries, type SeriesSet, type TimeSeries } from "./series.ts";
export {
  contextAt,
  QUANTILE_LEVELS,
  type Context,
  type FitForecasterOptions,
  type FittedForecaster,
  type Forecast,
  type Forecaster,
  type TargetForecast,
} from "./forecaster.ts";
export { detectSeason } from "./season.ts";
export { autocorrelations } from "./autocorrelations.ts";
export { fillForward } from "./fill-forward.ts";
export {
  errorOn,
  ErrorSpread,
  recentErrors,
  type ErrorScale,
  type PastForecast,
} from "./error-spread.ts";
export {
  localForecaster,
  type LocalFitOptions,
  type LocalMethod,
  type LocalModel,
  type LocalSeries,
} from "./local-forecaster.ts";
export { classicalForecasters } from "./baselines/index.ts";
export { rowsFrom, testFrom, type RowOf } from "./split.ts";
export { backtest, type Backtest, type BacktestOptions, type OriginLosses } from "./backtest.ts";
export {
  INTERVALS,
  scaleOf,
  ScoreSums,
  type Direction,
  type Scale,
  type Scores,
} from "./scores.ts";
export { calendarFeatures } from "./calendar.ts";
export { readSeries, type ReadSeries, type TableSchema } from "./table/read-series.ts";
export type { CellTable, ColumnRoles } from "./table/roles.ts";
export {
  FORECAST_DEFAULTS,
  forecastConfig,
  type ForecastCell,
  type ForecastConfig,
  type ForecastDistribution,
  type ForecastForm,
} from "./config.ts";
export { ForecastModel } from "./forecast-model.ts";
export {
  FORECAST_BUDGET,
  trainForecast,
  type ForecastRunOptions,
  type ForecastTraining,
} from "./train.ts";
export {
  describeModel,
  fittedForecaster,
  forecastContexts,
  recurrentForecaster,
} from "./predict.ts";
export { loadForecastModel, saveForecastModel } from "./model-files.ts";
export {
  AnomalyDetector,
  createAnomalyDetector,
  detectAnomalies,
  restoreAnomalyDetector,
  type AnomalyOptions,
  type AnomalyScore,
  type DetectorState,
  type Observation,
} from "./anomalies.ts";
export {
  rollingZScore,
  scoreAnomalies,
  type DetectionScore,
  type DetectionScores,
  type LabelledInterval,
} from "./anomaly-scores.ts";
