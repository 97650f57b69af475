/**
 * @file Every table, oldest first.
 */

import { BAI_2018 } from "./bai-2018.ts";
import { CHUNG_2014 } from "./chung-2014.ts";
import { HOCHREITER_1997 } from "./hochreiter-1997.ts";
import { JOZEFOWICZ_2015 } from "./jozefowicz-2015.ts";
import { LE_2015 } from "./le-2015.ts";
import type { PublishedTable } from "./table.ts";

export const TABLES: PublishedTable[] = [
  HOCHREITER_1997,
  CHUNG_2014,
  LE_2015,
  JOZEFOWICZ_2015,
  BAI_2018,
];
