import { expect, test } from "vitest";
import { calendarFeatures } from "./calendar.ts";

test("each cycle has the same phase when it comes round, and lies on the unit circle", () => {
  const monday = Date.UTC(1965, 5, 7, 18); // before 1970, too
  const day = 86_400_000;
  const times = [monday, monday + 7 * day, monday + day / 2];
  const features = calendarFeatures({ unit: "hour" }, times);
  expect(Object.keys(features)).toEqual(
    ["day", "week", "year"].flatMap((cycle) => [`sin ${cycle}`, `cos ${cycle}`]),
  );
  expect(features["sin day"][0]).toBeCloseTo(-1, 12); // 18:00 is three quarters round
  expect(features["cos week"][1]).toBeCloseTo(features["cos week"][0], 12);
  expect(features["sin day"][2]).toBeCloseTo(1, 12);
  for (const cycle of ["day", "week", "year"]) {
    const radius = Math.hypot(features[`sin ${cycle}`][2], features[`cos ${cycle}`][2]);
    expect(radius).toBeCloseTo(1, 12);
  }
});

test("there is no calendar without a time", () => {
  expect(calendarFeatures({ unit: "step" }, [0, 1, 2])).toEqual({});
});
