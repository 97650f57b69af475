/** @file What should be seen beside what was seen, and what it means if they differ. */

import { formatNumber, formatRange, withPowers } from "../experiments/format-number.ts";
import { holds, type Claim } from "../experiments/experiment.ts";

export function Claims({
  claims,
  expected,
  otherwise,
}: {
  claims: readonly Claim[];
  expected: string;
  otherwise: string;
}) {
  const broken = claims.filter((claim) => !holds(claim)).length;
  return (
    <section class="claims">
      <p class="expected">
        <span class="overline">Expected</span> {withPowers(expected)}
      </p>
      {claims.length > 0 && (
        <ul>
          {claims.map((claim) => (
            <ClaimView key={claim.says} claim={claim} />
          ))}
        </ul>
      )}
      {claims.length > 0 && (
        <p class={broken > 0 ? "otherwise is-broken" : "otherwise"}>
          <span class="overline">{broken > 0 ? "So" : "Otherwise"}</span> {otherwise}
        </p>
      )}
    </section>
  );
}

function ClaimView({ claim }: { claim: Claim }) {
  const isHeld = holds(claim);
  return (
    <li class={isHeld ? "claim holds" : "claim fails"} data-holds={isHeld}>
      <span class="mark" role="img" aria-label={isHeld ? "holds" : "does not hold"}>
        {isHeld ? "✓" : "✗"}
      </span>
      <span class="says">{claim.says}</span>
      <span class="observed">{formatNumber(claim.observed)}</span>
      <span class="range">expected {formatRange(claim)}</span>
    </li>
  );
}
