"""Writes what other programs compute into packages/library/test/parity/metrics, one JSON file per topic.

    python3 -m venv .venv
    .venv/bin/pip install sacrebleu scikit-learn jiwer scipy
    .venv/bin/python scripts/make-metric-fixtures.py

Only this script needs Python; the tests read the committed files. The same versions give the same
bytes again. Every file is { "versions": {…}, "<kind>": [case, …] }; a case holds its inputs, options
by our own names, and the expected values.

    translation     BLEU, chrF and the 13a tokenizer of sacreBLEU
    transcripts     error rates of jiwer
    classification  precision, recall, F1, confusion matrix, Matthews, ROC AUC of scikit-learn;
                    calibration error by the formula, with NumPy
    forecasts       errors of scikit-learn; CRPS by SciPy's numeric integration of its definition; the
                    rest by their formulas, with NumPy
    statistics      distributions, Wilson's interval and the permutation test of SciPy; the Diebold-
                    Mariano test by its formula, with NumPy
"""

import json
import math
import random
import sys
from importlib.metadata import version
from pathlib import Path

try:
    import jiwer
    import numpy as np
    import sacrebleu
    from scipy import integrate, stats
    from sklearn import metrics
except ImportError as error:
    sys.exit(f"{error}: see the first lines of this script for what to install.")

FOLDER = Path(__file__).parent.parent / "packages/library/test/parity/metrics"


def write(name, packages, **kinds):
    FOLDER.mkdir(parents=True, exist_ok=True)
    versions = {package: version(package) for package in packages}
    lines = [f'"versions": {json.dumps(versions)}']
    for kind, cases in kinds.items():
        rows = ",\n".join(json.dumps(case) for case in cases)
        lines.append(f'"{kind}": [\n{rows}\n]')
    (FOLDER / f"{name}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(f"  {name:15} {sum(map(len, kinds.values())):4} cases")


# ---------------------------------------------------------------------------------------------
# Translation
# ---------------------------------------------------------------------------------------------

# Each a hypothesis and its references, written for this test.
HAND_WRITTEN = [
    ("The cat sat on the mat.", ["The cat sat on a mat.", "A cat was sitting on the mat."]),
    ("It costs $1,234.56, not 1.234,56 €!", ["It costs $1,234.56 and not €1.234,56!", "1,234.56"]),
    ("Prices rose 3-5% in 2019-20; wages didn't.", ["Prices rose 3–5 % in 2019–20; wages did not."]),
    ('"Well," she said, "that\'s that."', ["“Well,” she said, “that’s that.”", "'Well', she said."]),
    ("Das Mädchen aß Äpfel, Öl & Übermut.", ["Das Mädchen aß Äpfel, Oel &amp; Übermut."]),
    ("Привет, мир! Как дела?", ["Привет, мир. Как у тебя дела?", "привет мир"]),
    ("我喜欢吃苹果。", ["我爱吃苹果。", "我 喜欢 苹果。"]),
    ("今日は、世界!", ["こんにちは、世界!"]),
    ("naïve café — déjà vu…", ["naive cafe - deja vu...", "naïve café – déjà vu…"]),
    ("e-mail: foo@bar.com; see http://example.org/a?b=c&d=e#f", ["Email foo@bar.com, see example.org."]),
    ("&quot;Tom &amp; Jerry&quot; &lt;3 &gt;2", ['"Tom & Jerry" <3 >2', "Tom and Jerry"]),
    ("😀 smiles .😀. and ,😀, too", ["😀 smile .😀. and ,😀, two"]),
    ("   leading,  double   spaces and trailing\t ", ["leading, double spaces and trailing"]),
    ("line\nbreaks are-\njoined", ["line breaks arejoined", "line breaks are joined"]),
    ("non\u00a0breaking\u2009thin\u3000wide\ufeffmark\u0085next\x1cfile", ["non breaking thin wide mark next file"]),
    ("", ["an empty hypothesis", ""]),
    ("an empty reference", [""]),
    ("word", ["word"]),
    ("a a a a a a", ["a a b a", "b a"]),
    ("the the the the the the the", ["The cat is on the mat.", "There is a cat on the mat."]),
    ("No match whatever here at all", ["Entirely other words, friend"]),
    ("A.B.C. and U.S.A., i.e. 3.14.15 or .5 or 5.", ["A.B.C. and U.S.A., i.e., 3.14.15 or .5, or 5."]),
    ("<skipped> [brackets] {braces} (parens) ~tilde ^caret `tick` _low_ a|b a\\b", ["[brackets] {braces}"]),
    ("İSTANBUL ΣΊΣΥΦΟΣ STRASSE straße", ["istanbul σίσυφος strasse Straße"]),
    ("1-2-3 -4 5- x-9 9-x", ["1-2-3 - 4 5 - x-9 9-x", "1 - 2 - 3"]),
    ("rock'n'roll, it's 'quoted' and don't!", ["rock 'n' roll; it's 'quoted' & don't"]),
]

WORDS = (
    "the a of to and in it is was that he she for on with as his her they at be this have from "
    "or had by hot but some what there we can out other were all your when up use word how said "
    "an each which do their time if will way about many then them would write like so these"
).split()
MARKS = [",", ".", ";", "!", "?", " -", "'s", "...", " (so)", ' "x"', "%", " 3.5", " 1,000", " 12-14"]


def synthetic(rng, length):
    """A reference, and a hypothesis that has some of it changed."""
    reference = []
    for _ in range(length):
        word = rng.choice(WORDS)
        if rng.random() < 0.1:
            word = word.capitalize()
        if rng.random() < 0.2:
            word += rng.choice(MARKS)
        reference.append(word)

    def changed():
        words = []
        for word in reference:
            chance = rng.random()
            if chance < 0.08:
                continue
            words.append(rng.choice(WORDS) if chance < 0.2 else word)
            if chance > 0.95:
                words.append(rng.choice(WORDS))
        if len(words) > 4 and rng.random() < 0.3:
            i = rng.randrange(len(words) - 1)
            words[i], words[i + 1] = words[i + 1], words[i]
        return " ".join(words)

    return changed(), [" ".join(reference), *(changed() for _ in range(2))]


def transposed(references):
    """From one list per hypothesis to one list per place, None where there are fewer."""
    width = max(map(len, references))
    return [[own[i] if i < len(own) else None for own in references] for i in range(width)]


def translation():
    rng = random.Random("translation")
    short = [synthetic(rng, rng.randrange(1, 7)) for _ in range(30)]
    long = [synthetic(rng, rng.randrange(8, 40)) for _ in range(30)]
    first = lambda pairs: [(hypothesis, references[:1]) for hypothesis, references in pairs]
    corpora = {
        "hand-written": HAND_WRITTEN,
        "hand-written, one reference": first(HAND_WRITTEN),
        "short": short,
        "short, one reference": first(short),
        "long": long,
        "long, one reference": first(long),
        "everything": [*HAND_WRITTEN, *short, *long],
        "nothing": [("", ["a b c d"]), ("", ["e"])],
        "too short for four-grams": [("a b c", ["a b c"]), ("a b", ["a b d"])],
    }
    bleu_options = [
        {},
        {"lowercase": True},
        {"tokenize": "none"},
        {"tokenize": "char"},
        {"smoothMethod": "none"},
        {"smoothMethod": "floor"},
        {"smoothMethod": "floor", "smoothValue": 0.25},
        {"smoothMethod": "add-k"},
        {"smoothMethod": "add-k", "smoothValue": 0.5, "effectiveOrder": True},
        {"effectiveOrder": True, "lowercase": True},
        {"maxNgramOrder": 2},
        {"maxNgramOrder": 6, "effectiveOrder": True},
    ]
    chrf_options = [{}, {"wordOrder": 2}, {"lowercase": True}, {"charOrder": 3, "wordOrder": 1, "beta": 1}]
    names = {
        "smoothMethod": "smooth_method",
        "smoothValue": "smooth_value",
        "effectiveOrder": "effective_order",
        "maxNgramOrder": "max_ngram_order",
        "charOrder": "char_order",
        "wordOrder": "word_order",
    }
    in_python = lambda options: {names.get(key, key): value for key, value in options.items()}

    bleu, chrf = [], []

    def add_bleu(corpus, hypotheses, references, options):
        metric = sacrebleu.BLEU(**in_python(options), force=True)
        score = metric.corpus_score(hypotheses, transposed(references))
        expected = {
            "score": score.score,
            "precisions": score.precisions,
            "brevityPenalty": score.bp,
            "hypothesisLength": score.sys_len,
            "referenceLength": score.ref_len,
        }
        bleu.append(
            {"corpus": corpus, "options": options, "expected": expected}
            | {"signature": str(metric.get_signature())}
        )

    def add_chrf(corpus, hypotheses, references, options):
        metric = sacrebleu.CHRF(**in_python(options))
        score = metric.corpus_score(hypotheses, transposed(references)).score
        chrf.append(
            {"corpus": corpus, "options": options, "score": score}
            | {"signature": str(metric.get_signature())}
        )

    for corpus, pairs in corpora.items():
        hypotheses = [hypothesis for hypothesis, _ in pairs]
        references = [list(own) for _, own in pairs]
        for options in bleu_options:
            add_bleu(corpus, hypotheses, references, options)
        for options in chrf_options:
            add_chrf(corpus, hypotheses, references, options)

    # And every sentence alone.
    sentences = []
    for hypothesis, references in corpora["everything"]:
        metric = sacrebleu.BLEU(effective_order=True)
        sentences.append(
            {
                "hypothesis": hypothesis,
                "references": references,
                "bleu": metric.sentence_score(hypothesis, references).score,
                "chrf": sacrebleu.CHRF(word_order=2).sentence_score(hypothesis, references).score,
            }
        )

    from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a

    texts = [text for hypothesis, own in HAND_WRITTEN for text in (hypothesis, *own)]
    texts += ["".join(rng.choice("a9 .,-–\n&;!é😀'\"") for _ in range(20)) for _ in range(100)]
    tokens = [{"text": text, "tokens": Tokenizer13a()(text)} for text in texts]
    named = [
        {
            "name": corpus,
            "hypotheses": [hypothesis for hypothesis, _ in pairs],
            "references": [references for _, references in pairs],
        }
        for corpus, pairs in corpora.items()
    ]
    write(
        "translation",
        ["sacrebleu"],
        corpora=named,
        bleu=bleu,
        chrf=chrf,
        sentences=sentences,
        tokenize13a=tokens,
    )


# ---------------------------------------------------------------------------------------------
# Transcripts
# ---------------------------------------------------------------------------------------------


def transcripts():
    rng = random.Random("transcripts")
    pairs = [
        ("the cat sat on mat", "the cat sat on the mat"),
        ("", "nothing was heard"),
        ("  two   spaces ", "two spaces"),
        ("Hello, world!", "hello world"),
        ("b a", "a b"),
        ("größer als 😀", "grösser als 😀 ist"),
        ("a b c d e f g", "x"),
        ("it's what? “quoted” — dashed", "Its what quoted dashed."),
    ]
    for _ in range(40):
        hypothesis, references = synthetic(rng, rng.randrange(1, 25))
        pairs.append((hypothesis, references[0]))

    lower = [jiwer.ToLowerCase(), jiwer.RemovePunctuation()]
    words = [jiwer.RemoveMultipleSpaces(), jiwer.Strip(), jiwer.ReduceToListOfListOfWords()]
    characters = [jiwer.Strip(), jiwer.ReduceToListOfListOfChars()]

    def errors(process, hypotheses, references, steps):
        transform = jiwer.Compose(steps)
        out = process(references, hypotheses, transform, transform)
        rate = out.wer if process is jiwer.process_words else out.cer
        return {
            "rate": rate,
            "edits": out.substitutions + out.deletions + out.insertions,
            "referenceLength": out.hits + out.substitutions + out.deletions,
        }

    cases = [([hypothesis], [reference]) for hypothesis, reference in pairs]
    cases.append(([hypothesis for hypothesis, _ in pairs], [reference for _, reference in pairs]))
    write(
        "transcripts",
        ["jiwer"],
        cases=[
            {
                "hypotheses": hypotheses,
                "references": references,
                "words": errors(jiwer.process_words, hypotheses, references, words),
                "plainWords": errors(jiwer.process_words, hypotheses, references, lower + words),
                "characters": errors(jiwer.process_characters, hypotheses, references, characters),
                "plainCharacters": errors(
                    jiwer.process_characters, hypotheses, references, lower + characters
                ),
            }
            for hypotheses, references in cases
        ],
    )


# ---------------------------------------------------------------------------------------------
# Classification
# ---------------------------------------------------------------------------------------------


def classification():
    rng = np.random.default_rng(1)
    labels = []
    for num_classes, n in [(2, 1), (2, 30), (2, 200), (3, 40), (5, 100), (7, 20)]:
        targets = rng.integers(0, num_classes, n)
        if num_classes == 5:
            targets[targets == 3] = 1  # a class that is never meant, but predicted
        if num_classes == 7:
            targets[targets == 2] = 4  # and one that is neither
        predictions = np.where(rng.random(n) < 0.6, targets, rng.integers(0, num_classes, n))
        predictions[(num_classes == 7) & (predictions == 2)] = 4
        averages = ["macro", "weighted", "micro"] + (["binary"] if num_classes == 2 else [])
        scores = {}
        for average in averages:
            precision, recall, f1, _ = metrics.precision_recall_fscore_support(
                targets, predictions, average=average, zero_division=0
            )
            scores[average] = {"precision": precision, "recall": recall, "f1": f1}
        every = metrics.precision_recall_fscore_support(
            targets, predictions, labels=range(num_classes), zero_division=0
        )
        labels.append(
            {
                "numClasses": num_classes,
                "predictions": predictions.tolist(),
                "targets": targets.tolist(),
                "accuracy": metrics.accuracy_score(targets, predictions),
                "averages": scores,
                "classes": [
                    {"precision": p, "recall": r, "f1": f, "support": int(s)}
                    for p, r, f, s in zip(*every)
                ],
                "confusionMatrix": metrics.confusion_matrix(
                    targets, predictions, labels=range(num_classes)
                ).tolist(),
                "matthews": float(metrics.matthews_corrcoef(targets, predictions)),
            }
        )

    ranking = []
    for n, decimals in [(2, 3), (10, 1), (50, 1), (300, 3)]:
        targets = np.r_[0, 1, rng.integers(0, 2, n - 2)]
        scores = np.round(rng.normal(0.7 * targets, 1), decimals)  # few decimals: ties
        ranking.append(
            {
                "scores": scores.tolist(),
                "targets": targets.tolist(),
                "rocAuc": float(metrics.roc_auc_score(targets, scores)),
            }
        )

    calibration = []
    for n, num_classes, num_bins in [(1, 2, 15), (60, 3, 15), (200, 2, 10), (150, 6, 4)]:
        logits = rng.normal(0, 2, (n, num_classes))
        p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
        p = np.round(p, 6)
        p[:, -1] = 1 - p[:, :-1].sum(1)
        targets = np.where(rng.random(n) < 0.5, p.argmax(1), rng.integers(0, num_classes, n))
        confidence, right = p.max(1), p.argmax(1) == targets
        error = 0.0
        edges = np.linspace(0, 1, num_bins + 1)
        for low, high in zip(edges[:-1], edges[1:]):
            inside = (confidence > low) & (confidence <= high)
            if inside.any():
                error += inside.mean() * abs(right[inside].mean() - confidence[inside].mean())
        calibration.append(
            {
                "shape": [n, num_classes],
                "probabilities": p.ravel().tolist(),
                "targets": targets.tolist(),
                "numBins": num_bins,
                "error": float(error),
            }
        )
    write(
        "classification",
        ["scikit-learn", "numpy"],
        labels=labels,
        ranking=ranking,
        calibration=calibration,
    )


# ---------------------------------------------------------------------------------------------
# Forecasts
# ---------------------------------------------------------------------------------------------


def crps_by_integration(cdf, y, scale):
    """∫ (F(x) − [x ≥ y])² dx, below y and above it."""
    tight = {"epsabs": 1e-13, "epsrel": 1e-13, "limit": 500}
    cuts = [-math.inf, y - 5 * scale, y]
    below = sum(integrate.quad(lambda x: cdf(x) ** 2, a, b, **tight)[0] for a, b in zip(cuts, cuts[1:]))
    cuts = [y, y + 5 * scale, math.inf]
    above = sum(integrate.quad(lambda x: (1 - cdf(x)) ** 2, a, b, **tight)[0] for a, b in zip(cuts, cuts[1:]))
    return below + above


def crps_of_steps(samples, y):
    """The same integral of a distribution that is samples, step by step."""
    points = np.sort(np.r_[samples, y])
    total = 0.0
    for low, high in zip(points[:-1], points[1:]):
        height = np.mean(samples <= low) - (low >= y)
        total += height**2 * (high - low)
    return float(total)


def forecasts():
    rng = np.random.default_rng(2)
    points = []
    for n, season in [(1, 1), (8, 1), (24, 7), (50, 12)]:
        history = np.round(np.cumsum(rng.normal(0, 2, 40)) + 50, 4)
        y = np.round(rng.normal(50, 9, n), 4)
        p = np.round(y + rng.normal(1, 4, n), 4)
        naive = np.abs(history[season:] - history[:-season]).mean()
        points.append(
            {
                "history": history.tolist(),
                "seasonality": season,
                "predictions": p.tolist(),
                "targets": y.tolist(),
                "mae": float(metrics.mean_absolute_error(y, p)),
                "rmse": float(metrics.root_mean_squared_error(y, p)),
                "smape": float((200 * np.abs(y - p) / (np.abs(y) + np.abs(p))).mean()),
                "mase": float(metrics.mean_absolute_error(y, p) / naive),
                "pinball": [
                    {"quantile": q, "loss": float(metrics.mean_pinball_loss(y, p, alpha=q))}
                    for q in (0.1, 0.5, 0.95)
                ],
            }
        )

    intervals = []
    for n, confidence in [(1, 0.5), (20, 0.8), (60, 0.95)]:
        y = np.round(rng.normal(0, 2, n), 4)
        low = np.round(-2 + rng.normal(0, 1, n), 4)
        high = np.round(low + rng.uniform(0, 5, n), 4)
        alpha = 1 - confidence
        # The interval score is twice the sum of the pinball losses of its bounds, over α.
        pinball = metrics.mean_pinball_loss(y, low, alpha=alpha / 2) + metrics.mean_pinball_loss(
            y, high, alpha=1 - alpha / 2
        )
        intervals.append(
            {
                "lower": low.tolist(),
                "upper": high.tolist(),
                "targets": y.tolist(),
                "confidence": confidence,
                "coverage": float(((low <= y) & (y <= high)).mean()),
                "winkler": float(2 * pinball / alpha),
            }
        )

    gaussian, student = [], []
    for mean, std, y in [(0, 1, 0), (0.5, 2, -1.25), (-3, 0.1, -2.75), (10, 5, 31), (1, 1, 9)]:
        cdf = stats.norm(mean, std).cdf
        gaussian.append(
            {"mean": mean, "std": std, "target": y, "crps": crps_by_integration(cdf, y, std)}
        )
    for df, location, scale, y in [(1.5, 0, 1, 0.3), (2, 1, 2, -4), (5, 0.5, 2, 3), (30.5, -1, 0.2, -1.1)]:
        cdf = stats.t(df, location, scale).cdf
        student.append(
            {"df": df, "location": location, "scale": scale, "target": y}
            | {"crps": crps_by_integration(cdf, y, scale)}
        )

    samples = []
    for n, m in [(1, 1), (3, 2), (5, 20), (2, 101)]:
        x = np.round(rng.normal(0, 2, (n, m)), 3)
        y = np.round(rng.normal(0, 2, n), 3)
        spread = lambda row: np.abs(row[:, None] - row).sum()
        case = {
            "shape": [n, m],
            "samples": x.ravel().tolist(),
            "targets": y.tolist(),
            "crps": float(np.mean([crps_of_steps(row, it) for row, it in zip(x, y)])),
        }
        if m > 1:
            case["fair"] = float(
                np.mean(
                    [np.abs(row - it).mean() - spread(row) / (2 * m * (m - 1)) for row, it in zip(x, y)]
                )
            )
        samples.append(case)
    write(
        "forecasts",
        ["scikit-learn", "scipy", "numpy"],
        points=points,
        intervals=intervals,
        gaussian=gaussian,
        studentT=student,
        samples=samples,
    )


# ---------------------------------------------------------------------------------------------
# Statistics
# ---------------------------------------------------------------------------------------------


def statistics():
    rng = np.random.default_rng(3)
    z = [-12.0, -8.0, -3.25, -1.0, -1e-9, 0.0, 0.1, 0.67, 1.96, 2.5, 5.0, 7.9, 9.0, 40.0]
    normal = [{"z": it, "pdf": stats.norm.pdf(it), "cdf": stats.norm.cdf(it)} for it in z]
    quantiles = [
        {"p": p, "z": stats.norm.ppf(p)} for p in (0.5, 0.5001, 0.75, 0.9, 0.975, 0.995, 0.9999)
    ]
    student = [
        {"t": t, "df": df, "pdf": stats.t.pdf(t, df), "cdf": stats.t.cdf(t, df)}
        for df in (1, 2, 3.7, 10, 29, 200, 5000)
        for t in (-30.0, -2.5, -0.4, 0.0, 0.01, 0.8, 1.7, 4.0, 60.0)
    ]

    wilson = []
    for successes, trials, confidence in [(0, 10, 0.95), (10, 10, 0.9), (8, 10, 0.95), (371, 1000, 0.99)]:
        interval = stats.binomtest(successes, trials).proportion_ci(confidence, "wilson")
        wilson.append(
            {"successes": successes, "trials": trials, "confidence": confidence}
            | {"low": interval.low, "high": interval.high}
        )

    permutation = []
    for n in (2, 5, 9, 12):
        a = np.round(rng.normal(0.4, 1, n), 2)
        b = np.round(rng.normal(0, 1, n), 2)
        result = stats.permutation_test(
            (a, b),
            lambda x, y: np.mean(x) - np.mean(y),
            permutation_type="samples",
            n_resamples=np.inf,
        )
        # SciPy doubles the smaller tail; the share at least as far from 0 is the same by symmetry.
        permutation.append(
            {"a": a.tolist(), "b": b.tolist(), "statistic": result.statistic, "pValue": result.pvalue}
        )

    diebold_mariano = []
    for n, h in [(6, 1), (30, 1), (30, 3), (200, 6)]:
        a = np.round(rng.normal(0, 1, n) ** 2, 4)
        b = np.round(np.abs(rng.normal(0, 1.3, n)), 4)
        d = a - b
        centered = d - d.mean()
        covariances = [centered[k:] @ centered[: n - k] / n for k in range(h)]
        variance = (covariances[0] + 2 * sum(covariances[1:])) / n
        assert variance > 0
        corrected = d.mean() / math.sqrt(variance) * math.sqrt((n + 1 - 2 * h + h * (h - 1) / n) / n)
        diebold_mariano.append(
            {"lossesA": a.tolist(), "lossesB": b.tolist(), "horizon": h, "statistic": corrected}
            | {"pValue": 2 * stats.t.sf(abs(corrected), n - 1)}
        )
    write(
        "statistics",
        ["scipy", "numpy"],
        normal=normal,
        quantiles=quantiles,
        studentT=student,
        wilson=wilson,
        permutation=permutation,
        dieboldMariano=diebold_mariano,
    )


if __name__ == "__main__":
    for make in (translation, transcripts, classification, forecasts, statistics):
        make()
