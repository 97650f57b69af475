/** @file Copy buttons: of a listing, a command, the link to a figure as its knobs stand. */

const SAID_FOR_MS = 1600;

export function startCopying(): void {
  for (const button of document.querySelectorAll<HTMLElement>(".copy[hidden]")) {
    button.hidden = false;
  }
  document.addEventListener("click", ({ target }) => {
    const button = (target as Element).closest<HTMLElement>(".copy");
    if (button) void copy(button);
  });
}

async function copy(button: HTMLElement): Promise<void> {
  const said = button.textContent;
  try {
    await navigator.clipboard.writeText(textFor(button));
    button.textContent = "Copied";
  } catch {
    button.textContent = "The browser refused";
  }
  setTimeout(() => (button.textContent = said), SAID_FOR_MS);
}

function textFor(button: HTMLElement): string {
  switch (button.dataset.copy) {
    case "code":
      return button.closest(".pane")!.querySelector("pre")!.textContent;
    case "command":
      return button.closest(".reproduce")!.querySelector("code")!.textContent;
    default:
      return `${location.origin}${location.pathname}${location.search}#${button.dataset.anchor}`;
  }
}
