/** @file TypeScript or PyTorch: tabs where there is no room for both side by side. */

export function startTabs(): void {
  for (const list of document.querySelectorAll<HTMLElement>('.listing [role="tablist"]')) {
    const tabs = [...list.querySelectorAll<HTMLButtonElement>('[role="tab"]')];
    if (tabs.length < 2) continue;
    list.hidden = false;
    const panes = list.closest(".listing")!.querySelectorAll<HTMLElement>(".pane");
    const show = (at: number) => {
      tabs.forEach((tab, i) => {
        tab.setAttribute("aria-selected", String(i === at));
        tab.tabIndex = i === at ? 0 : -1;
        panes[i].dataset.shown = String(i === at);
      });
    };
    tabs.forEach((tab, at) => {
      tab.addEventListener("click", () => show(at));
      tab.addEventListener("keydown", ({ key }) => {
        const step = key === "ArrowRight" ? 1 : key === "ArrowLeft" ? -1 : 0;
        if (step === 0) return;
        const next = (at + step + tabs.length) % tabs.length;
        show(next);
        tabs[next].focus();
      });
    });
    show(0);
  }
}
