/**
 * @file A classifier as a page.
 */

import { loadSentimentModel } from "unrolled/tasks/sentiment";
import type { ExportTask } from "../task.ts";

export const sentimentExport: ExportTask = {
  page: (read) =>
    `A model that sorts texts into: ${loadSentimentModel(read).labels.join(", ")}. It runs in this page, on this device; nothing that you type leaves it.`,
};
