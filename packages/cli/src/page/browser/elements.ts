/**
 * @file Elements of a page, made in a line.
 */

type Child = Node | string | null;

/** `make("p", { class: "soft" }, "text")` */
export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string | number | boolean>> = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false) continue;
    element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** A field under the words that name it. */
export function labelled(text: string, field: HTMLElement, ...behind: Child[]): HTMLElement {
  return make("div", { class: "grow" }, make("label", { for: field.id }, text, ...behind), field);
}

/** Where the model goes: in place of the words that it is being unpacked. */
export function show(...children: Child[]): void {
  document.getElementById("app")!.replaceChildren(...children.filter((child) => child !== null));
}

/** What went wrong, where the page cannot go on. */
export function showFailure(message: string): void {
  show(make("p", { class: "error", role: "alert" }, `The model cannot run here. ${message}`));
}

/** A line for what went wrong with an answer; hidden while nothing has. */
export function errorLine(): { element: HTMLElement; tell: (message: string | null) => void } {
  const element = make("p", { class: "error", role: "alert", hidden: true });
  const tell = (message: string | null) => {
    element.textContent = message;
    element.hidden = message === null;
  };
  return { element, tell };
}

/** Does `work` when nothing more has been typed for a while. */
export function whenTyped(field: HTMLElement, pauseMs: number, work: () => void): void {
  let timer = 0;
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = window.setTimeout(work, pauseMs);
  });
}

/** Does `work` at once on Ctrl+Enter, or ⌘+Enter. */
export function whenEntered(field: HTMLElement, work: () => void): void {
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) work();
  });
}

/** 0.123 → `12 %`, and what is nearly nothing `< 1 %` */
export function percent(share: number): string {
  return share < 0.005 ? "< 1 %" : `${Math.round(share * 100)} %`;
}

/** Shares as bars, each with its name and its number. */
export function bars(
  rows: readonly { name: string; share: number; class?: string }[],
): HTMLElement {
  return make(
    "ul",
    { class: "bars" },
    ...rows.map(({ name, share, class: own = "" }) => {
      const bar = make("span", { class: `bar ${own}`, "aria-hidden": true });
      bar.style.width = `${share * 100}%`;
      return make(
        "li",
        {},
        make("span", { class: "name" }, name),
        bar,
        make("span", { class: "value" }, percent(share)),
      );
    }),
  );
}
