/**
 * @file From whatever was thrown to one clear sentence and an exit code.
 *
 *   0    done
 *   1    failed: a file, the data, the numbers, the machine
 *   2    misused: the command line itself is wrong
 *   130  stopped with Ctrl-C
 */

import { CommanderError } from "commander";
import { UnrolledError } from "unrolled";

export const FAILED = 1;
export const MISUSED = 2;
export const INTERRUPTED = 130;

/** The command line asks for something that cannot be. */
export class MisuseError extends Error {
  override name = "MisuseError";
}

/** What was asked for could not be done. */
export class FailureError extends Error {
  override name = "FailureError";
}

/** Ends a command that has already said everything. */
export class ExitError extends Error {
  readonly exitCode: number;
  constructor(exitCode: number) {
    super(`exit ${exitCode}`);
    this.exitCode = exitCode;
  }
}

export interface Explanation {
  /** Nothing where nothing went wrong. */
  message: string | null;
  /** Whether the user has read the message already. */
  isSaid?: boolean;
  exitCode: number;
}

export function explain(error: unknown): Explanation {
  if (error instanceof ExitError) return { message: null, exitCode: error.exitCode };
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return { message: null, exitCode: 0 };
    const message = error.message.replace(/^error: /, "");
    return { message, isSaid: true, exitCode: MISUSED };
  }
  if (error instanceof MisuseError) return { message: error.message, exitCode: MISUSED };
  // Options are checked where they are read, so what the library refuses lies in the data.
  if (error instanceof FailureError || error instanceof UnrolledError) {
    return { message: error.message, exitCode: FAILED };
  }
  if (isSystemError(error)) return { message: explainSystemError(error), exitCode: FAILED };
  if (error instanceof RangeError && /array (buffer )?(allocation|length)/i.test(error.message)) {
    return {
      message: `The memory does not suffice (${error.message}). Use a smaller model, batch or text.`,
      exitCode: FAILED,
    };
  }
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return {
    message: `internal: ${text}. This is a mistake in Unrolled; please report it with the command that led here and what UNROLLED_DEBUG=1 adds.`,
    exitCode: FAILED,
  };
}

export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === "string";
}

const REASONS: Record<string, string> = {
  ENOENT: "there is no such file; is the path right, seen from this folder?",
  EISDIR: "it is a folder; name the file in it",
  ENOTDIR: "part of the path is a file and not a folder",
  EEXIST: "it exists already and is not a folder",
  EACCES: "no permission",
  EPERM: "the system forbids it",
  EROFS: "it lies on a read-only disk",
  ENOSPC: "the disk is full. What was there before is intact",
  EDQUOT: "your quota is used up. What was there before is intact",
  EFBIG: "it would be larger than is allowed here. What was there before is intact",
  EMFILE: "too many files are open",
  ENAMETOOLONG: "the name is too long",
};

const WRITING = new Set([
  "write",
  "fsync",
  "rename",
  "mkdir",
  "rm",
  "unlink",
  "rmdir",
  "ftruncate",
]);

function explainSystemError(error: NodeJS.ErrnoException): string {
  const verb = WRITING.has(error.syscall ?? "") ? "write" : "read";
  const reason =
    verb === "write" && error.code === "ENOENT"
      ? "its folder does not exist and cannot be made"
      : (REASONS[error.code ?? ""] ?? error.message);
  return `Cannot ${verb} ${error.path ?? "the file"}: ${reason}${reason.endsWith("?") ? "" : "."}`;
}
