/**
 * @file Who is compared with which of ours, and by how much.
 */

/**
 * A peer made of native code is held against the native engine and against Wasm, one made of
 * WebAssembly against Wasm; with more threads, against the fastest engine with as many.
 */
export function pairings(systems) {
  const ours = systems.filter(({ kind }) => kind === "unrolled");
  const peers = systems.filter(({ kind }) => kind !== "unrolled");
  return peers.flatMap((peer) => {
    const engines = peer.kind === "native" ? ["native", "wasm"] : ["wasm"];
    return engines
      .map((engine) => ours.find((o) => o.engine === engine && o.threads === peer.threads))
      .filter(Boolean)
      .slice(0, peer.threads === 1 ? undefined : 1)
      .map((own) => ({ peer, own }));
  });
}

/** The peer's time divided by ours; undefined where either is missing. */
export function ratioOf(records, { peer, own }, { mode, cell, shape }) {
  const find = (id) =>
    records.find((r) => r.system === id && r.mode === mode && r.cell === cell && r.shape === shape)
      ?.medianMs;
  const theirs = find(peer.id);
  const mine = find(own.id);
  return theirs && mine ? theirs / mine : undefined;
}

/** `PyTorch 2.15.0, 2 threads` */
export function nameOf({ label, kind, version, threads }) {
  const name = kind === "unrolled" ? label : version;
  return threads > 1 ? `${name}, ${threads} threads` : name;
}
