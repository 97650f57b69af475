/** @file Runs a file of `examples/` as it stands; what it prints goes to the page, line by line. */

const EXAMPLES = import.meta.glob("../../examples/*.ts");

export type ListingMessage =
  { type: "line"; text: string } | { type: "done" } | { type: "failed"; text: string };

const post = (message: ListingMessage) => postMessage(message);

console.log = (...values: unknown[]) => {
  post({ type: "line", text: values.map(String).join(" ") });
};

addEventListener("message", ({ data: path }: MessageEvent<string>) => {
  EXAMPLES[`../../${path}`]().then(
    () => post({ type: "done" }),
    (error: unknown) => post({ type: "failed", text: String(error) }),
  );
});
