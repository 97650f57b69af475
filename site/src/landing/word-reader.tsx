/** @file The reader's own word, read by the cell of their choice. */

import { useState } from "preact/hooks";
import { UnrolledWord } from "./unrolled-word.tsx";
import type { CellName } from "./unrolled-states.ts";

const CELLS: readonly CellName[] = ["RNN", "LSTM", "GRU"];
const LONGEST = 14;
export const FIRST_WORD = "unrolled";

export function WordReader({ states: first }: { states: readonly (readonly number[])[] }) {
  const [word, setWord] = useState(FIRST_WORD);
  const [cell, setCell] = useState<CellName>("RNN");
  const [states, setStates] = useState(first);

  const read = async (nextWord: string, nextCell: CellName) => {
    setWord(nextWord);
    setCell(nextCell);
    // The library comes along with the first letter that is typed, and not before.
    const { unrolledStates } = await import("./unrolled-states.ts");
    setStates(unrolledStates(nextWord, nextCell));
  };
  return (
    <>
      <UnrolledWord word={word} cell={cell} states={states} />
      <div class="word-controls needs-script">
        <label>
          <span>Read another word</span>
          <input
            type="text"
            value={word}
            maxLength={LONGEST}
            autocomplete="off"
            spellcheck={false}
            onInput={(event) => void read(event.currentTarget.value, cell)}
          />
        </label>
        <fieldset>
          <legend class="visually-hidden">Cell</legend>
          {CELLS.map((name) => (
            <label key={name} class={name.toLowerCase()}>
              <input
                type="radio"
                name="cell"
                checked={name === cell}
                onChange={() => void read(word, name)}
              />
              {name}
            </label>
          ))}
        </fieldset>
      </div>
    </>
  );
}
