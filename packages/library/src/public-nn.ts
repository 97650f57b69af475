/**
 * @file `nn`, as users know it from PyTorch: layers and losses under one name.
 */

export * from "./nn/index.ts";
export * from "./losses/index.ts";
export * as utils from "./public-nn-utils.ts";
