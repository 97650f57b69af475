/** @file The knobs of a figure: sliders with a number beside them, choices, text. */

import { useState } from "preact/hooks";
import type { Knob, NumberKnob } from "../experiments/experiment.ts";
import type { About } from "./about.ts";
import type { Values } from "./protocol.ts";

type Set = (name: string, value: number | string) => void;

export function KnobPanel({ about, settings, set }: { about: About; settings: Values; set: Set }) {
  return (
    <div class="knobs">
      {Object.entries(about.knobs).map(([name, knob]) => (
        <KnobView
          key={name}
          id={`${about.id}-${name}`}
          knob={knob}
          value={settings[name]}
          set={(value) => set(name, value)}
        />
      ))}
      <Seed
        id={`${about.id}-seed`}
        value={Number(settings.seed)}
        set={(seed) => set("seed", seed)}
      />
    </div>
  );
}

interface ViewProps<K> {
  id: string;
  knob: K;
  value: number | string;
  set: (value: number | string) => void;
}

function KnobView({ id, knob, value, set }: ViewProps<Knob>) {
  switch (knob.kind) {
    case "number":
      return <NumberView id={id} knob={knob} value={value} set={set} />;
    case "choice":
      return (
        <div class="knob knob-choice">
          <label for={id}>{knob.label}</label>
          <select
            id={id}
            value={String(value)}
            onChange={(event) => set(event.currentTarget.value)}
          >
            {knob.options.map((option) => (
              <option key={option} selected={option === String(value)}>
                {option}
              </option>
            ))}
          </select>
        </div>
      );
    case "text":
      return (
        <div class="knob knob-text">
          <label for={id}>{knob.label}</label>
          <input
            id={id}
            type="text"
            value={String(value)}
            maxLength={knob.maxLength}
            autocomplete="off"
            spellcheck={false}
            onInput={(event) => set(event.currentTarget.value)}
          />
        </div>
      );
  }
}

/** A slider's own steps where it moves by factors. */
const LOG_STEPS = 200;

function NumberView({ id, knob, value, set }: ViewProps<NumberKnob>) {
  const isLog = knob.scale === "log";
  const span = isLog ? Math.log(knob.max / knob.min) : 1;
  const place = isLog ? (Math.log(Number(value) / knob.min) / span) * LOG_STEPS : Number(value);
  const slide = (at: number) => {
    set(isLog ? snapped(knob, knob.min * Math.exp((at / LOG_STEPS) * span)) : at);
  };
  return (
    <div class="knob knob-number">
      <label for={id}>{knob.label}</label>
      <input
        type="range"
        aria-label={`${knob.label}, slider`}
        aria-valuetext={String(value)}
        min={isLog ? 0 : knob.min}
        max={isLog ? LOG_STEPS : knob.max}
        step={isLog ? 1 : knob.step}
        value={place}
        onInput={(event) => slide(Number(event.currentTarget.value))}
      />
      <NumberField
        id={id}
        value={Number(value)}
        min={knob.min}
        max={knob.max}
        step={isLog ? "any" : knob.step}
        set={set}
      />
    </div>
  );
}

/** What is being typed stands until it is finished; then it counts, if it can. */
function NumberField({
  id,
  value,
  min,
  max,
  step,
  set,
}: {
  id: string;
  value: number;
  min: number;
  max: number;
  step: number | "any";
  set: (value: number) => void;
}) {
  const [typed, type] = useState<string | null>(null);
  const finish = (text: string) => {
    const number = Number(text);
    const isWhole = step !== 1 || Number.isInteger(number);
    if (text.trim() !== "" && number >= min && number <= max && isWhole) set(number);
    type(null);
  };
  return (
    <input
      id={id}
      type="number"
      inputMode="decimal"
      min={min}
      max={max}
      step={step}
      value={typed ?? value}
      onInput={(event) => type(event.currentTarget.value)}
      onChange={(event) => finish(event.currentTarget.value)}
    />
  );
}

/** To the knob's step, without the dust of floating point. */
function snapped({ min, max, step }: NumberKnob, value: number): number {
  const steps = Math.round(value / step) * step;
  return Math.max(min, Math.min(max, Number(steps.toPrecision(10))));
}

function Seed({ id, value, set }: { id: string; value: number; set: (seed: number) => void }) {
  return (
    <div class="knob knob-seed">
      <label for={id}>seed</label>
      <NumberField id={id} value={value} min={0} max={2 ** 31} step={1} set={set} />
      <button
        type="button"
        class="quiet"
        onClick={() => set(Math.floor(Math.random() * 1000))}
        aria-label="Another seed"
      >
        ⚄
      </button>
    </div>
  );
}
