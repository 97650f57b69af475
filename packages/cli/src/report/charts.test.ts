import { expect, test } from "vitest";
import { lineChart } from "./charts.ts";
import { html } from "./html.ts";

test("whatever comes from outside is text, never markup", () => {
  const sample = `<script>alert("1")</script> & more`;
  expect(html`<pre title="${sample}">${sample}</pre>`.toString()).toBe(
    `<pre title="&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; more">` +
      `&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; more</pre>`,
  );
  expect(html`<p>${html`<b>${"<"}</b>`}${[1, null, false]}</p>`.toString()).toBe(
    "<p><b>&lt;</b>1</p>",
  );
});

const chart = {
  xLabel: "steps",
  yLabel: "loss",
  yDomain: [0, 4] as const,
  series: [
    {
      name: "LSTM",
      className: "lstm",
      points: [
        [0, 4],
        [100, 2],
      ] as const,
    },
  ],
  references: [
    { name: "near", y: 2 },
    { name: "nearer", y: 2.01 },
    { name: "above", y: 5 },
  ],
};

test("a curve begins at the top left and ends half way down at the right, wide and narrow", () => {
  const paths = [
    ...lineChart(chart)
      .toString()
      .matchAll(/class="curve lstm"[^>]* d="([^"]+)"/g),
  ];
  expect(paths.map(([, path]) => path)).toEqual(["M46,26L602,183", "M46,26L224,143"]);
});

test("labels of references that nearly meet stand apart, and what is outside is left out", () => {
  const wide = lineChart(chart).toString().split("<svg")[1];
  const labels = [...wide.matchAll(/class="label" x="\d+" y="([\d.]+)"[^>]*>([^<]+)/g)];
  expect(labels.map(([, , text]) => text.trim())).toEqual(["near 2.00", "nearer 2.01"]);
  const [a, b] = labels.map(([, y]) => Number(y));
  expect(Math.abs(a - b)).toBeGreaterThanOrEqual(13.9);
});
