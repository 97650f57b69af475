/** Something that a model of this text has met, to begin with. */
export function firstWord(text: string): string {
  return /\S{1,20}/u.exec(text)?.[0] ?? "";
}
