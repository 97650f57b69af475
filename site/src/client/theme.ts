/** @file Light or dark: the system's choice until the reader makes one. */

const KEY = "unrolled-theme";

export function startTheme(): void {
  const { documentElement: root } = document;
  const isDark = () => {
    return (
      (root.dataset.theme ??
        (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark"
    );
  };
  document.querySelector(".theme-toggle")?.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    try {
      localStorage.setItem(KEY, root.dataset.theme);
    } catch {
      return;
    }
  });
}
