/** @file A file of `examples/` that a chapter links to. */

export function CodePage({ path, html }: { path: string; html: string }) {
  return (
    <main id="main" class="lesson">
      <header class="lesson-head">
        <p class="overline">Code</p>
        <h1>{path.split("/").at(-1)}</h1>
        <p class="lead">
          A file of the repository as it stands there. The tests run it, and compare what it prints
          with what its first lines promise.
        </p>
      </header>
      <div class="prose" dangerouslySetInnerHTML={{ __html: html }} />
    </main>
  );
}
