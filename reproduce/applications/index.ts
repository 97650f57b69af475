/**
 * @file Every application with its published commands.
 */

import type { Application } from "./application.ts";
import { FORECAST } from "./forecast.ts";
import { SENSORS } from "./sensors.ts";
import { SENTIMENT } from "./sentiment.ts";
import { TEXT } from "./text.ts";
import { TRANSLATION } from "./translation.ts";

export const APPLICATIONS: readonly Application[] = [
  TEXT,
  SENTIMENT,
  TRANSLATION,
  FORECAST,
  SENSORS,
];
