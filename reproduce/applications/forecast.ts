/**
 * @file Forecasts of well-known series, by the protocols that others report.
 */

import type { Application, Entry, Found, JsonLine } from "./application.ts";

/** A backtest as `metrics.jsonl` has it. */
interface Noted {
  name: string;
  scores: Readonly<Record<string, { rmse: number; byHorizon: readonly { rmse: number }[] }>>;
}

type Score = (noted: Noted) => number;

/** The score of the model and of every baseline. */
function read(score: Score) {
  return ({ start, end }: Found) => ({
    score: score(end.evaluation as Noted & JsonLine),
    baselines: Object.fromEntries(
      (start.baselines as readonly Noted[]).map((it) => [it.name, score(it)]),
    ),
  });
}

const rmse: Score = ({ scores }) => Object.values(scores)[0].rmse;

/** Standard deviations of rows 0 to 8,639, by which the published errors are divided. */
const ETTH1_STD: Readonly<Record<string, number>> = {
  HUFL: 5.81274940914376,
  HULL: 2.0901046504075986,
  MUFL: 5.51879357903625,
  MULL: 1.9263792741329897,
  LUFL: 1.0235226594952223,
  LULL: 0.6302366362251974,
  OT: 9.176491024944383,
};

/** The mean over all columns and steps of squared errors in units of the training part's variance. */
const ettMse: Score = ({ scores }) => {
  const targets = Object.entries(scores);
  const sum = targets.reduce((total, [name, { rmse }]) => total + (rmse / ETTH1_STD[name]) ** 2, 0);
  return sum / targets.length;
};

const common = { seeds: [1, 2, 3], better: "lower", published: [] } as const;
const byRmse = { ...common, metric: "RMSE", read: read(rmse) } as const;

function etth1(horizon: 24 | 96, isUnivariate: boolean): Entry {
  const informer = "Zhou et al. 2021, Informer, as quoted from memory";
  const published =
    horizon === 24
      ? [
          { what: "LSTMa", score: isUnivariate ? 0.114 : 0.65, source: informer },
          { what: "Informer", score: isUnivariate ? 0.098 : 0.577, source: informer },
        ]
      : [];
  return {
    ...common,
    name: `etth1-${isUnivariate ? "ot" : "all"}-${horizon}`,
    what: `ETTh1, ${isUnivariate ? "OT alone" : "all seven columns"}, ${horizon} hours`,
    train: [
      ...["data:etth1/ETTh1.csv", "--rows", "14400", "--test", "2880", "--stride", "1"],
      ...["--horizon", String(horizon), "--validation", "0.25"],
      ...(isUnivariate ? ["--target", "OT", "--no-observed"] : []),
    ],
    metric: "MSE, scaled",
    digits: 4,
    read: read(ettMse),
    published,
    minutesPerSeed: isUnivariate ? 3 : 5,
  };
}

export const FORECAST: Application = {
  name: "forecast",
  title: "Forecasting",
  about: `Each forecast is made at a rolling origin of the test part, from what was known before it, by a model
that was fitted once, on the rows before the test part; so were the baselines. Settings are the defaults.

- Airline passengers: the last 46 months, one step ahead. Daily minimum temperatures of Melbourne and monthly
  sunspots: the last fifth, one step ahead.
- ETTh1: rows 0 to 14,399; the last 2,880 are the test part, the 2,880 before them choose. Errors are divided by
  the standard deviation of rows 0 to 8,639; every window of the test part counts.
- Beijing PM2.5: the first year trains, the four others test.
- Stocks: the last fifth. Nothing beyond persistence is promised.`,
  entries: [
    {
      ...byRmse,
      name: "airline",
      what: "Airline passengers, last 46 months",
      train: ["data:classic-series/airline-passengers.csv", "--horizon", "1", "--test", "46"],
      digits: 2,
      target: 15.9,
      published: [
        { what: "LSTM", score: 47.5, source: "Brownlee's tutorial, as quoted from memory" },
      ],
      minutesPerSeed: 1,
    },
    {
      ...byRmse,
      name: "temperatures",
      what: "Daily minimum temperatures, Melbourne",
      train: ["data:classic-series/daily-min-temperatures.csv", "--horizon", "1", "--stride", "1"],
      digits: 3,
      minutesPerSeed: 2,
    },
    {
      ...byRmse,
      name: "sunspots",
      what: "Monthly sunspots",
      train: ["data:classic-series/monthly-sunspots.csv", "--horizon", "1", "--stride", "1"],
      digits: 2,
      minutesPerSeed: 2,
    },
    etth1(24, true),
    etth1(96, true),
    etth1(24, false),
    etth1(96, false),
    {
      ...byRmse,
      name: "beijing-1",
      what: "Beijing PM2.5, one hour ahead",
      train: [
        ...["data:beijing-pm25/pollution.csv", "--target", "pm2.5", "--test", "35064"],
        ...["--horizon", "1", "--stride", "1"],
      ],
      digits: 2,
      published: [
        { what: "LSTM", score: 26.496, source: "Brownlee's tutorial, as quoted from memory" },
      ],
      minutesPerSeed: 4,
    },
    {
      ...byRmse,
      name: "beijing-24",
      what: "Beijing PM2.5, one to 24 hours ahead",
      train: [
        ...["data:beijing-pm25/pollution.csv", "--target", "pm2.5", "--test", "35064"],
        ...["--horizon", "24", "--stride", "24"],
      ],
      digits: 2,
      minutesPerSeed: 4,
    },
    {
      ...byRmse,
      name: "aapl-1",
      what: "Apple's price, one day ahead",
      train: ["data:stocks/aapl-2015-2017-daily.csv", "--target", "AAPL.Close", "--horizon", "1"],
      digits: 4,
      minutesPerSeed: 1,
    },
    {
      ...byRmse,
      name: "sp500-1",
      what: "S&P 500, one day ahead",
      train: ["data:stocks/sp500-2000-2020-daily.csv", "--target", "close", "--horizon", "1"],
      digits: 2,
      minutesPerSeed: 2,
    },
    {
      ...byRmse,
      name: "vix-20",
      what: "VIX, one to 20 days ahead",
      train: [
        ...["data:stocks/vix-daily.csv", "--target", "CLOSE", "--horizon", "20", "--stride", "1"],
      ],
      digits: 3,
      minutesPerSeed: 3,
    },
  ],
};
