/** What is wrong with a lesson, where an editor finds it: `file:line: what`. */
export class LessonError extends Error {
  override name = "LessonError";
  constructor(file: string, line: number, what: string) {
    super(`${file}:${line}: ${what}`);
  }
}
