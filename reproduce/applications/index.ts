/**
 * @file Every application with its published commands.
 */

import type { Application } from "./application.ts";
import { TEXT } from "./text.ts";

export const APPLICATIONS: readonly Application[] = [TEXT];
