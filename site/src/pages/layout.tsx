/** @file What every page has: head, navigation, footer. */

import type { ComponentChildren } from "preact";
import { rolesCss } from "./roles-css.ts";

/** Where a page finds its code; addresses as they stand in the page. */
export interface Assets {
  script: string;
  styles: readonly string[];
  mathStyles: readonly string[];
  fonts: readonly string[];
}

export interface ChapterLink {
  slug: string;
  number: number;
  title: string;
}

export interface PageFrame {
  /** Folders between the page and the site's root: 0 for the landing page. */
  depth: number;
  title: string;
  description: string;
  chapters: readonly ChapterLink[];
  current: string;
  hasMath: boolean;
}

const THEME = `document.documentElement.classList.add("js");try{const t=localStorage.getItem("unrolled-theme");if(t)document.documentElement.dataset.theme=t}catch{}`;

const ICON = `data:image/svg+xml,${encodeURIComponent(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path d="M2 22h28" stroke="#888" stroke-width="2"/><circle cx="7" cy="22" r="4" fill="#a3397a"/><circle cx="16" cy="22" r="4" fill="#0a66b0"/><circle cx="25" cy="22" r="4" fill="#00785a"/><path d="M7 17V8M16 17V8M25 17V8" stroke="#888" stroke-width="2"/></svg>`,
)}`;

/** The whole document but its doctype. */
export function Document({
  frame,
  assets,
  children,
}: {
  frame: PageFrame;
  assets: Assets;
  children: ComponentChildren;
}) {
  const up = "../".repeat(frame.depth);
  const styles = [...assets.styles, ...(frame.hasMath ? assets.mathStyles : [])];
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{frame.title}</title>
        <meta name="description" content={frame.description} />
        <link rel="icon" href={ICON} />
        <script dangerouslySetInnerHTML={{ __html: THEME }} />
        {assets.fonts.map((font) => (
          <link
            key={font}
            rel="preload"
            href={font}
            as="font"
            type="font/woff2"
            crossorigin="anonymous"
          />
        ))}
        <style dangerouslySetInnerHTML={{ __html: rolesCss() }} />
        {styles.map((style) => (
          <link key={style} rel="stylesheet" href={style} />
        ))}
        <script type="module" src={assets.script} />
      </head>
      <body data-root={up || "./"} data-page={frame.current}>
        <a class="skip-link" href="#main">
          Skip to the text
        </a>
        <Header frame={frame} up={up} />
        {children}
        <Footer up={up} />
      </body>
    </html>
  );
}

function Header({ frame, up }: { frame: PageFrame; up: string }) {
  return (
    <header class="site-header">
      <a class="brand" href={up || "./"} aria-current={frame.current === "" ? "page" : undefined}>
        <Mark />
        Unrolled
      </a>
      <nav class="chain" aria-label="Chapters">
        <ol>
          {frame.chapters.map(({ slug, number, title }) => (
            <li key={slug} data-chapter={slug}>
              <a
                href={`${up}${slug}/`}
                aria-current={slug === frame.current ? "page" : undefined}
                title={title}
              >
                <span class="node">{number}</span>
                <span class="chain-title">{title}</span>
              </a>
            </li>
          ))}
        </ol>
      </nav>
      <button type="button" class="theme-toggle needs-script" aria-label="Light or dark">
        <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
          <circle cx="10" cy="10" r="7.2" fill="none" stroke="currentColor" stroke-width="1.6" />
          <path d="M10 2.8a7.2 7.2 0 0 1 0 14.4z" fill="currentColor" />
        </svg>
      </button>
    </header>
  );
}

/** Three steps of one cell. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 44 24" width="44" height="24" aria-hidden="true">
      <path d="M2 15H42" class="mark-thread" />
      <path d="M8 15V4M22 15V4M36 15V4" class="mark-thread" />
      <circle cx="8" cy="15" r="4.5" class="mark-rnn" />
      <circle cx="22" cy="15" r="4.5" class="mark-lstm" />
      <circle cx="36" cy="15" r="4.5" class="mark-gru" />
    </svg>
  );
}

function Footer({ up }: { up: string }) {
  return (
    <footer class="site-footer">
      <p>
        Every figure is computed by the <a href={`${up}experiments/`}>experiments</a> in this
        browser, with the published library. Nothing is sent anywhere. MIT licence.
      </p>
      <p class="needs-script">
        <button type="button" class="quiet forget">
          Forget my progress
        </button>
      </p>
    </footer>
  );
}
