/**
 * @file What a file is by its first bytes, for those who were given another one than they expect.
 */

interface Kind {
  starts: string;
  /** What the file is, and what to do about it. */
  says: string;
}

/** Compared byte by byte, as Latin-1. */
const KINDS: Kind[] = [
  {
    starts: "version https://git-lfs",
    says: "This is a Git LFS pointer, not the file that it stands for: run `git lfs pull`.",
  },
  {
    starts: "PK\x03\x04",
    says: "This is a zip archive, as torch.save writes it: use loadPyTorch, or save it anew in Python with safetensors.torch.save_file.",
  },
  {
    starts: "\x80",
    says: "This looks like a Python pickle, as old versions of torch.save wrote it: use loadPyTorch, or save it anew in Python with safetensors.torch.save_file.",
  },
  {
    starts: "\x89HDF",
    says: "This is an HDF5 file, as Keras writes it: save its weights anew in Python with safetensors.numpy.save_file.",
  },
  {
    starts: "\x93NUMPY",
    says: "This is a NumPy array (.npy): read it with loadNpy, or save it anew in Python with safetensors.numpy.save_file.",
  },
  { starts: "GGUF", says: "This is a GGUF file." },
  { starts: "\x1f\x8b", says: "This is compressed with gzip: unpack it first." },
];

/** What `bytes` seem to be, in a sentence or two with a way out; nothing where they tell nothing. */
export function recognize(bytes: Uint8Array): string | null {
  const start = String.fromCharCode(...bytes.subarray(0, 64));
  const kind = KINDS.find(({ starts }) => start.startsWith(starts));
  if (kind) return kind.says;

  const text = start.trimStart().toLowerCase();
  if (text.startsWith("<!doctype") || text.startsWith("<html")) {
    return "This is a web page (HTML) and not the file itself: download it from its raw address (`resolve` instead of `blob` on the Hugging Face Hub).";
  }
  if (text.startsWith("{")) {
    return "This is JSON text: the index of a model in several parts, or a server's error message.";
  }
  return null;
}
