/**
 * @file What JSON.parse does not tell: whether an object names a key twice. It keeps the last one.
 */

/** The first key that comes twice in one object of `json`, which must be valid; otherwise `null`. */
export function findRepeatedKey(json: string): string | null {
  // The keys seen in each object that is open; arrays have none.
  const open: (Set<string> | null)[] = [];

  for (let i = 0; i < json.length; i++) {
    const character = json[i];
    if (character === "{") open.push(new Set());
    else if (character === "[") open.push(null);
    else if (character === "}" || character === "]") open.pop();
    else if (character === '"') {
      const end = closingQuote(json, i);
      if (isBeforeColon(json, end)) {
        const key = JSON.parse(json.slice(i, end + 1)) as string;
        const seen = open.at(-1);
        if (seen?.has(key)) return key;
        seen?.add(key);
      }
      i = end;
    }
  }
  return null;
}

function closingQuote(json: string, openingQuote: number): number {
  let i = openingQuote + 1;
  while (json[i] !== '"') i += json[i] === "\\" ? 2 : 1;
  return i;
}

function isBeforeColon(json: string, end: number): boolean {
  let i = end + 1;
  while (json[i] === " " || json[i] === "\n" || json[i] === "\r" || json[i] === "\t") i++;
  return json[i] === ":";
}
