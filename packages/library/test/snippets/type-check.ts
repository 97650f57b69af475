/**
 * @file Whether the code in the documentation compiles, against the sources as they are.
 */

import { dirname, join, relative } from "node:path";
import ts from "typescript";
import type { Snippet } from "./extract.ts";
import { namesOccurringIn } from "./run.ts";

/** The complaints of the compiler about each snippet, by its title; those without are left out. */
export function typeErrors(root: string, snippets: readonly Snippet[]): Map<string, string[]> {
  const config = ts.getParsedCommandLineOfConfigFile(
    join(root, "tsconfig.json"),
    {},
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
        throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n"));
      },
    },
  );
  const options = { ...config!.options, ...LENIENT };
  const library = join(root, "packages/library/src/index.ts");
  const files = new Map<string, string>();
  const host = overlay(ts.createCompilerHost(options), files);

  // First the exports, so that a doc comment may use them without an import; then the snippets.
  const sources = [...new Set(snippets.map(({ file }) => join(root, file)))];
  const typescript = sources.filter((file) => file.endsWith(".ts"));
  const base = ts.createProgram([library, ...typescript], options, host);

  const titles = new Map<string, string>();
  snippets.forEach((snippet, i) => {
    const path = join(root, `packages/library/test/snippets/snippet-${i}.ts`);
    files.set(path, asModule(snippet, path, root, library, base));
    titles.set(path, snippet.title);
  });

  const program = ts.createProgram([...files.keys()], options, host, base);
  const errors = new Map<string, string[]>();
  for (const [path, title] of titles) {
    const source = program.getSourceFile(path);
    const found = [
      ...program.getSyntacticDiagnostics(source),
      ...program.getSemanticDiagnostics(source),
    ].map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
    if (found.length > 0) errors.set(title, found);
  }
  return errors;
}

/** What is good practice in a project and noise in a few lines of documentation. */
const LENIENT = { noUnusedLocals: false, noUnusedParameters: false, verbatimModuleSyntax: false };

function overlay(host: ts.CompilerHost, files: Map<string, string>): ts.CompilerHost {
  return {
    ...host,
    fileExists: (path) => files.has(path) || host.fileExists(path),
    readFile: (path) => files.get(path) ?? host.readFile(path),
    getSourceFile: (path, languageVersion, ...rest) => {
      const text = files.get(path);
      return text === undefined
        ? host.getSourceFile(path, languageVersion, ...rest)
        : ts.createSourceFile(path, text, languageVersion, true);
    },
  };
}

/** Code from a doc comment gets the imports that it leaves out; code from a page has its own. */
function asModule(
  { file, code }: Snippet,
  path: string,
  root: string,
  library: string,
  program: ts.Program,
): string {
  const source = ts.createSourceFile(path, code, ts.ScriptTarget.ES2022, true);
  if (!file.endsWith(".ts") || source.statements.some(ts.isImportDeclaration)) {
    return `${code}\nexport {};\n`;
  }
  const missing = new Set(namesOccurringIn(source));
  const imports = [library, join(root, file)].map((from) => {
    const names = exportsOf(program, from).filter((name) => missing.delete(name));
    const specifier = relative(dirname(path), from).replaceAll("\\", "/");
    return `import { ${names.join(", ")} } from "${specifier}";`;
  });
  // In a block of its own, the code may declare a name that the library has too.
  return `${imports.join("\n")}\n{\n${code}\n}\n`;
}

function exportsOf(program: ts.Program, path: string): string[] {
  const source = program.getSourceFile(path);
  const symbol = source && program.getTypeChecker().getSymbolAtLocation(source);
  if (!symbol) return [];
  return program
    .getTypeChecker()
    .getExportsOfModule(symbol)
    .map(({ name }) => name);
}
