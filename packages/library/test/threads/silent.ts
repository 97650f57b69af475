/**
 * @file A module that has forgotten to call serveBatches.
 */

export {};
