/**
 * @file Runs a piece of documentation and compares what its comments state.
 *
 *   loss.item(); // 0.2395         the value of the expression
 *   console.log(accuracy); // 1    what is printed
 *   lstm.forward(bad); // throws ShapeError: expected input …
 *
 * Only statements at the top level are compared; comments that state no value are prose.
 */

import { format } from "node:util";
import ts from "typescript";
import { comparePrinted, compareValue, statesValue } from "./compare.ts";

type Names = Record<string, unknown>;

export interface RunOptions {
  /** What the code may use without importing it. */
  scope?: Names;
  /** What `import … from "name"` gives. */
  modules: (name: string) => Promise<Names>;
}

export interface RunResult {
  printed: string;
  /** What is not as stated, a line each. */
  complaints: string[];
}

export async function runSnippet(code: string, options: RunOptions): Promise<RunResult> {
  const { scope = {}, modules } = options;
  const source = ts.createSourceFile("snippet.ts", code, ts.ScriptTarget.ES2022, true);
  const comments: string[] = [];
  const parts = source.statements.map((statement) => {
    if (ts.isImportDeclaration(statement)) return importAsCall(statement);
    const comment = commentAfter(statement, code);
    if (!ts.isExpressionStatement(statement) || comment === null) return statement.getFullText();
    comments.push(comment);
    const expression = statement.expression.getText();
    return `\nawait __compare(${comments.length - 1}, async () => (${expression}));`;
  });
  const typescript = `export {};\n${usedNames(source, scope)}\n{\n${parts.join("")}\n}`;
  const { outputText } = ts.transpileModule(typescript, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  });

  const complaints: string[] = [];
  const prints: unknown[][] = [];
  const compare = async (index: number, evaluate: () => Promise<unknown>) => {
    const before = prints.length;
    const complaint = await compareStatement(comments[index], evaluate, () => prints.slice(before));
    if (complaint) complaints.push(complaint);
  };

  const body = outputText.replace(/^export \{\};$/m, "");
  const run = new AsyncFunction("__compare", "__import", "__scope", "console", body);
  await run(compare, modules, scope, { ...console, log: (...line) => prints.push(line) });
  return { printed: textOf(prints), complaints };
}

const AsyncFunction = async function () {}.constructor as new (
  ...parametersAndBody: string[]
) => (
  compare: (index: number, evaluate: () => Promise<unknown>) => Promise<void>,
  modules: RunOptions["modules"],
  scope: Names,
  console: { log: (...line: unknown[]) => void },
) => Promise<void>;

function textOf(prints: unknown[][]): string {
  return prints.map((line) => `${format(...line)}\n`).join("");
}

async function compareStatement(
  comment: string,
  evaluate: () => Promise<unknown>,
  printedBy: () => unknown[][],
): Promise<string | null> {
  const [throws, promised] = /^throws\b\s*(.*)/.exec(comment) ?? [];
  let value: unknown;
  try {
    value = await evaluate();
  } catch (error) {
    if (throws === undefined) throw error;
    return comparePrinted(String(error), `${promised.replace(/…?$/, "")}…`);
  }
  if (throws !== undefined) return `expected ${comment}, got no error`;
  const printed = printedBy();
  if (printed.length === 0) return compareValue(value, comment);
  // One number, array or tensor is compared as such: a comment may give fewer digits.
  const [first, ...others] = printed.flat();
  const isOneValue = others.length === 0 && typeof first !== "string" && statesValue(comment);
  return isOneValue ? compareValue(first, comment) : comparePrinted(textOf(printed), comment);
}

/** The comment on a statement's last line, where it states something to compare. */
function commentAfter(statement: ts.Statement, code: string): string | null {
  const [range] = ts.getTrailingCommentRanges(code, statement.end) ?? [];
  if (!range) return null;
  const comment = code
    .slice(range.pos, range.end)
    .replace(/^\/\/|^\/\*|\*\/$/g, "")
    .trim();
  const isPrinted = statement.getText().startsWith("console.log(");
  return isPrinted || statesValue(comment) || comment.startsWith("throws ") ? comment : null;
}

/** `import { a as b } from "m"` → `const { a: b } = await __import("m")` */
function importAsCall(statement: ts.ImportDeclaration): string {
  const clause = statement.importClause;
  const from = `await __import(${statement.moduleSpecifier.getText()})`;
  if (!clause) return `\n${from};`;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return "";
  const lines: string[] = [];
  if (clause.name) lines.push(`const { default: ${clause.name.text} } = ${from};`);
  const bindings = clause.namedBindings;
  if (bindings && ts.isNamespaceImport(bindings))
    lines.push(`const ${bindings.name.text} = ${from};`);
  if (bindings && ts.isNamedImports(bindings)) {
    const names = bindings.elements
      .filter((element) => !element.isTypeOnly)
      .map(({ name, propertyName }) =>
        propertyName ? `${propertyName.text}: ${name.text}` : name.text,
      );
    lines.push(`const { ${names.join(", ")} } = ${from};`);
  }
  return `\n${lines.join("\n")}`;
}

/** A declaration of those names of the scope that occur in the code. */
function usedNames(source: ts.SourceFile, scope: Names): string {
  const names = namesOccurringIn(source).filter((name) => Object.hasOwn(scope, name));
  return names.length > 0 ? `const { ${names.join(", ")} } = __scope;` : "";
}

export function namesOccurringIn(source: ts.SourceFile): string[] {
  const names = new Set<string>();
  const visit = (node: ts.Node) => {
    if (ts.isIdentifier(node)) names.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return [...names];
}
