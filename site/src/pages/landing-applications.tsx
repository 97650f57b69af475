/** @file What the models are used for, and which of it can be done here today. */

const APPLICATIONS = [
  {
    what: "Text generation",
    here: "unrolled train text",
    how: "characters, words or byte pairs, beside n-gram baselines",
  },
  {
    what: "Sentiment",
    here: "unrolled train sentiment",
    how: "any labelled texts, beside the bag of words; calibrated, with the words that spoke for an answer",
  },
  {
    what: "Translation",
    here: "unrolled train translation train.en train.de",
    how: "encoder, decoder and attention on your own pairs of sentences; BLEU beside a dictionary",
  },
  {
    what: "Speech recognition",
    here: "nn.CTCLoss",
    how: "the loss and its decoders are there; nothing that reads sound yet",
  },
  {
    what: "Stock prices and other forecasts",
    here: "unrolled train forecast",
    how: "any table, with intervals, beside seven classical forecasts; where one of them wins, it says so",
  },
  { what: "Music", here: "", how: "not yet" },
  { what: "Captions for video", here: "", how: "not yet" },
];

export function Applications() {
  return (
    <section aria-labelledby="applications">
      <h2 id="applications">What it is used for</h2>
      <div class="scroll" tabIndex={0} role="region" aria-label="Applications">
        <table class="applications">
          <thead>
            <tr>
              <th scope="col">Application</th>
              <th scope="col">Here</th>
              <th scope="col">What there is</th>
            </tr>
          </thead>
          <tbody>
            {APPLICATIONS.map(({ what, here, how }) => (
              <tr key={what}>
                <th scope="row">{what}</th>
                <td>
                  <Here name={here} />
                </td>
                <td>{how}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Here({ name }: { name: string }) {
  if (name === "") return <>—</>;
  const example = /^examples\/(.*)$/.exec(name)?.[1];
  return example ? (
    <a href={`./code/${example}/`}>
      <code>{name}</code>
    </a>
  ) : (
    <code>{name}</code>
  );
}
