/**
 * @file The items at some indices become a batch, and what fails on the way names the items.
 */

import { DataError } from "../core/errors.ts";
import { itemAt, itemError, noItem, type Dataset } from "./dataset.ts";

/** The items at `indices`, collated. */
export function makeBatchNow<Item, Batch>(
  dataset: Dataset<Item>,
  indices: Int32Array,
  collate: (items: Item[]) => Batch,
): Batch {
  const items = Array.from(indices, (index) => itemAt(dataset, index));
  try {
    return collate(items);
  } catch (error) {
    throw collateError(indices, error);
  }
}

/** Waits for all items, read side by side. Of several that fail, the first in the batch is told. */
export async function makeBatch<Item, Batch>(
  dataset: Dataset<Item | Promise<Item>>,
  indices: Int32Array,
  collate: (items: Item[]) => Batch | Promise<Batch>,
): Promise<Batch> {
  const results = await Promise.allSettled(
    Array.from(indices, async (index) => {
      const item = await dataset.at(index);
      if (item === undefined) throw noItem(dataset);
      return item;
    }),
  );
  const items = results.map((result, i) => {
    if (result.status === "fulfilled") return result.value;
    throw itemError(indices[i], result.reason);
  });
  try {
    return await collate(items);
  } catch (error) {
    throw collateError(indices, error);
  }
}

function collateError(indices: ArrayLike<number>, error: unknown): DataError {
  const shown = Array.from(indices).slice(0, 8).join(", ");
  const reason = error instanceof Error ? error.message : String(error);
  return new DataError(
    `Items ${shown}${indices.length > 8 ? ", …" : ""} of the data set could not be put into a batch: ${reason}`,
    indices[0],
    { cause: error },
  );
}
