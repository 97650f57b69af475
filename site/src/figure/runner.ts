/**
 * @file One figure's worker: starts it, asks it for more while somebody is looking, ends it.
 */

import type { Findings } from "../experiments/experiment.ts";
import type { FromWorker, ToWorker, Values } from "./protocol.ts";

export type Phase = "idle" | "running" | "done" | "stopped" | "failed";

export interface RunState {
  phase: Phase;
  findings: Findings | null;
  /** What the findings were computed from. */
  settings: Values | null;
  /** Moving a live knob gives new findings without a new run. */
  isLive: boolean;
  /** Why it failed. */
  message: string;
}

export const IDLE: RunState = {
  phase: "idle",
  findings: null,
  settings: null,
  isLive: false,
  message: "",
};

export class Runner {
  private readonly id: string;
  private readonly onChange: (state: RunState) => void;
  private worker: Worker | null = null;
  private job = 0;
  private isPaused = false;
  /** The worker has answered while nobody was looking, and waits. */
  private isWaiting = false;
  private state = IDLE;

  constructor(id: string, onChange: (state: RunState) => void) {
    this.id = id;
    this.onChange = onChange;
  }

  start(settings: Values): void {
    // A worker in the middle of a training cannot be called back.
    if (this.state.phase === "running") this.end();
    this.job++;
    this.isWaiting = false;
    this.change({ ...IDLE, phase: "running", findings: this.state.findings, settings });
    this.send({ type: "run", job: this.job, id: this.id, settings });
  }

  /** New findings from what was trained. */
  answer(settings: Values): void {
    if (!this.worker || this.state.phase !== "done") return;
    this.change({ ...this.state, settings });
    this.send({ type: "answer", job: this.job, settings });
  }

  stop(): void {
    if (this.state.phase !== "running") return;
    this.end();
    this.change({ ...this.state, phase: this.state.findings ? "stopped" : "idle" });
  }

  reset(): void {
    this.end();
    this.change(IDLE);
  }

  /** Off-screen or in a hidden tab: what is being computed is finished, no more is asked for. */
  pause(isPaused: boolean): void {
    this.isPaused = isPaused;
    if (isPaused || !this.isWaiting) return;
    this.isWaiting = false;
    this.send({ type: "more", job: this.job });
  }

  end(): void {
    this.worker?.terminate();
    this.worker = null;
    this.job++;
  }

  private change(state: RunState): void {
    this.state = state;
    this.onChange(state);
  }

  private send(message: ToWorker): void {
    this.worker ??= this.startWorker();
    this.worker.postMessage(message);
  }

  private startWorker(): Worker {
    const worker = new Worker(new URL("../worker.ts", import.meta.url), {
      type: "module",
      name: `experiment ${this.id}`,
    });
    worker.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => this.receive(data));
    worker.addEventListener("error", (event) => {
      this.fail(event.message || "The experiment's code could not be loaded.");
    });
    return worker;
  }

  private receive(message: FromWorker): void {
    if (message.job !== this.job) return;
    if (message.type === "failed") {
      this.fail(message.message);
      return;
    }
    const { findings, isLive } = message;
    const isDone = findings.progress === 1;
    this.change({ ...this.state, phase: isDone ? "done" : "running", findings, isLive });
    if (isDone) return;
    if (this.isPaused) this.isWaiting = true;
    else this.send({ type: "more", job: this.job });
  }

  private fail(message: string): void {
    this.end();
    this.change({ ...this.state, phase: "failed", message });
  }
}
