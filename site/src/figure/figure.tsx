/**
 * @file A figure of the course: predict, set the knobs, run, and see whether what should be seen is.
 */

import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { keepPrediction, keepRun, kept } from "../client/kept.ts";
import type { About, FigureModule } from "./about.ts";
import { KnobPanel } from "./knobs.tsx";
import { PredictionView } from "./prediction.tsx";
import type { Values } from "./protocol.ts";
import { Results } from "./results.tsx";
import { IDLE, Runner, type RunState } from "./runner.ts";
import { commandFor, defaultSettings, readSettings, writeSettings } from "./url-state.ts";

export interface FigureViewProps {
  about: About;
  own: FigureModule | null;
  /** The stored result, as it stands in the page. */
  storedHtml: string;
}

/** What a plot is drawn for before its width is known. */
export const STORED_WIDTH = 640;

const isPhone = () => matchMedia("(max-width: 640px)").matches;

export function FigureView({ about, own, storedHtml }: FigureViewProps) {
  const root = useRef<HTMLDivElement>(null);
  const stage = useRef<HTMLDivElement>(null);
  const [isSmall, setSmall] = useState(false);
  const [settings, setSettings] = useState<Values>(() => defaultSettings(about, false));
  const [problem, setProblem] = useState("");
  const [chosen, choose] = useState(-1);
  const [run, setRun] = useState<RunState>(IDLE);
  const runner = useMemo(() => new Runner(about.id, setRun), [about.id]);
  const width = useWidth(stage);
  const isSeen = useIsSeen(root);
  const isReady = useRef(false);

  // What the address asks for and what this browser remembers is known only in the browser.
  useLayoutEffect(() => {
    const isSmallNow = isPhone();
    const asked = readSettings(about, isSmallNow, location.search);
    const answer = kept().predictions[about.id] ?? -1;
    setSmall(isSmallNow);
    setSettings(asked.settings);
    setProblem(asked.problem);
    choose(answer);
    isReady.current = true;
    // An instant figure that was asked for, or whose question was answered before, needs no click.
    if (about.isInstant && (asked.isAsked || answer >= 0)) runner.start(asked.settings);
    return () => runner.end();
  }, [about, runner]);

  useEffect(() => runner.pause(!isSeen), [isSeen, runner]);
  useEffect(() => {
    if (run.phase === "done") keepRun(about.id);
  }, [run.phase, about.id]);

  const start = (values: Values = settings) => {
    setProblem("");
    runner.start(values);
  };
  const setSetting = (name: string, value: number | string) => {
    const next = { ...settings, [name]: value };
    setSettings(next);
    if (isReady.current) {
      const search = writeSettings(about, next, isSmall, location.search);
      history.replaceState(history.state, "", `${location.pathname}${search}#${about.id}`);
    }
    if (run.phase === "idle" || run.phase === "failed") return;
    if (about.isInstant) runner.start(next);
    else if (about.knobs[name]?.live && run.isLive) runner.answer(next);
  };
  const answer = (at: number) => {
    choose(at);
    keepPrediction(about.id, at);
    if (about.isInstant && run.phase === "idle") start();
  };
  const reset = () => {
    runner.reset();
    const defaults = defaultSettings(about, isSmall);
    setSettings(defaults);
    const search = writeSettings(about, defaults, isSmall, location.search);
    history.replaceState(history.state, "", `${location.pathname}${search}#${about.id}`);
  };

  const { findings } = run;
  const isRunning = run.phase === "running";
  const isStale = !isRunning && findings !== null && differs(about, settings, run);
  return (
    <div ref={root} class="figure-body" data-phase={run.phase} data-chosen={chosen >= 0}>
      <div class="needs-script">
        <PredictionView prediction={about.prediction} chosen={chosen} choose={answer} />
        {own?.hasOwnKnobs ? (
          <details class="more-knobs">
            <summary>All settings</summary>
            <KnobPanel about={about} settings={settings} set={setSetting} />
          </details>
        ) : (
          <KnobPanel about={about} settings={settings} set={setSetting} />
        )}
        <div class="controls">
          {isRunning && !about.isInstant ? (
            <button type="button" class="primary" onClick={() => runner.stop()}>
              Stop
            </button>
          ) : (
            <button type="button" class="primary" onClick={() => start()}>
              {isStale ? "Run again" : "Run"}
            </button>
          )}
          <button type="button" class="quiet" onClick={reset}>
            Reset
          </button>
          <Progress run={run} isPaused={isRunning && !isSeen} isStale={isStale} />
        </div>
        {problem && <p class="problem">{problem} The defaults stand instead.</p>}
      </div>
      {run.phase === "failed" && (
        <div class="failure" role="alert">
          <p>
            <strong>The experiment stopped:</strong> {run.message}
          </p>
          <button type="button" onClick={() => start()}>
            Try again
          </button>
        </div>
      )}
      <div ref={stage} class="stage" data-live={findings !== null} aria-busy={isRunning}>
        {findings ? (
          <Results
            {...{ about, own, findings, settings, setSetting, isSmall, width }}
            settings={run.isLive || about.isInstant ? settings : (run.settings ?? settings)}
          />
        ) : (
          <>
            <div class="stored" dangerouslySetInnerHTML={{ __html: storedHtml }} />
            <p class="veil needs-script" aria-hidden="true">
              {isRunning ? "Computing …" : chosen < 0 ? "Predict first, then run." : "Now run it."}
            </p>
          </>
        )}
      </div>
      <p class="visually-hidden" role="status" aria-live="polite">
        {run.phase === "done" && findings ? `Experiment ${about.id}: ${findings.summary}` : ""}
        {isRunning && !about.isInstant ? `Experiment ${about.id} is running.` : ""}
      </p>
      <Reproduce about={about} settings={settings} />
    </div>
  );
}

function Progress({
  run: { phase, findings },
  isPaused,
  isStale,
}: {
  run: RunState;
  isPaused: boolean;
  isStale: boolean;
}) {
  const share = phase === "running" || phase === "stopped" ? (findings?.progress ?? 0) : 0;
  const says = isPaused
    ? "paused while out of sight"
    : phase === "running"
      ? `${Math.round((findings?.progress === 1 ? 0 : share) * 100)} %`
      : phase === "stopped"
        ? `stopped at ${Math.round(share * 100)} %`
        : isStale
          ? "the settings have changed since"
          : phase === "done"
            ? "done"
            : "";
  return (
    <div class="progress">
      <progress
        max={1}
        value={phase === "done" ? 1 : findings?.progress === 1 ? 0 : share}
        aria-label="Progress of the run"
      />
      <span>{says}</span>
    </div>
  );
}

/** How to come back here, and how to get the same numbers in a terminal. */
function Reproduce({ about, settings }: { about: About; settings: Values }) {
  return (
    <footer class="reproduce">
      <code>{commandFor(about, settings)}</code>
      <span class="needs-script">
        <button type="button" class="quiet copy" data-copy="command">
          Copy command
        </button>
        <button type="button" class="quiet copy" data-copy="link" data-anchor={about.id}>
          Copy link
        </button>
      </span>
    </footer>
  );
}

/** Whether the knobs no longer stand as they did for these findings. */
function differs(about: About, settings: Values, { settings: used, isLive }: RunState): boolean {
  if (!used) return false;
  return Object.keys(settings).some((name) => {
    return settings[name] !== used[name] && !(isLive && about.knobs[name]?.live);
  });
}

function useWidth(element: { current: HTMLElement | null }): number {
  const [width, setWidth] = useState(STORED_WIDTH);
  useLayoutEffect(() => {
    const measure = () => {
      const now = element.current?.clientWidth ?? 0;
      if (now > 0) setWidth(Math.round(now));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element.current!);
    return () => observer.disconnect();
  }, [element]);
  return width;
}

/** On the screen, and in the tab that is shown. */
function useIsSeen(element: { current: HTMLElement | null }): boolean {
  const [isNear, setNear] = useState(true);
  const [isShown, setShown] = useState(true);
  useEffect(() => {
    const observer = new IntersectionObserver((entries) => {
      // Several may have come together: the last is how things stand.
      setNear(entries.at(-1)!.isIntersecting);
    });
    observer.observe(element.current!);
    const look = () => setShown(!document.hidden);
    document.addEventListener("visibilitychange", look);
    return () => {
      observer.disconnect();
      document.removeEventListener("visibilitychange", look);
    };
  }, [element]);
  return isNear && isShown;
}
