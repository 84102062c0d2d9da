/**
 * Reads the signatures of the methods.
 *
 * @module
 */

import ts from "typescript";

/** One overload of a method. */
export interface Signature {
  /** The name of the method. */
  readonly name: string;
  /** Its comment, as it stands, without indentation; empty if there is none. */
  readonly comment: string;
  /** From the type parameters to the end of the parameters. */
  readonly parameters: string;
  /** What its reply becomes. */
  readonly result: string;
}

/** All signatures of one family. */
export interface Family {
  /** The name of its file, such as `strings.ts`. */
  readonly file: string;
  /** In the order of the file. */
  readonly signatures: readonly Signature[];
  /** Those that are others on clients that give records. */
  readonly records: readonly Signature[];
  /** Where each type comes from that they name: a module, as the family sees it. */
  readonly types: ReadonlyMap<string, string>;
}

/**
 * Reads one file of signatures.
 *
 * @param file Its name.
 * @param text What stands in it.
 */
export function readFamily(file: string, text: string): Family {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const origins = new Map<string, string>();
  const signatures: Signature[] = [];
  const records: Signature[] = [];
  const types = new Map<string, string>();
  for (const statement of source.statements) {
    if (ts.isImportDeclaration(statement)) addImports(statement, origins);
    if (
      ts.isInterfaceDeclaration(statement) ||
      ts.isTypeAliasDeclaration(statement)
    ) {
      origins.set(statement.name.text, `./${file}`);
    }
  }
  for (const statement of source.statements) {
    if (!ts.isInterfaceDeclaration(statement)) continue;
    const kind = /(?:Methods|Records)$/.exec(statement.name.text)?.[0];
    if (kind === undefined) continue;
    const list = kind === "Records" ? records : signatures;
    for (const member of statement.members) {
      if (!ts.isMethodSignature(member) || member.type === undefined) {
        throw new TypeError(`${file}: a member is no method with a result`);
      }
      list.push(readSignature(member, source));
      addTypes(member, origins, types);
    }
  }
  return { file, signatures, records, types };
}

function addImports(
  { importClause, moduleSpecifier }: ts.ImportDeclaration,
  origins: Map<string, string>,
): void {
  const bindings = importClause?.namedBindings;
  if (bindings === undefined || !ts.isNamedImports(bindings)) return;
  const { text } = moduleSpecifier as ts.StringLiteral;
  for (const { name } of bindings.elements) origins.set(name.text, text);
}

function readSignature(
  member: ts.MethodSignature,
  source: ts.SourceFile,
): Signature {
  const full = member.getFullText(source);
  const comment = /\/\*\*[\s\S]*?\*\//.exec(full)?.[0] ?? "";
  const text = member.getText(source);
  const name = member.name.getText(source);
  const result = member.type!.getText(source);
  const end = text.lastIndexOf("):") + 1;
  return {
    name,
    comment: comment.replaceAll(/^ +\*/gm, " *"),
    parameters: text.slice(name.length, end),
    result,
  };
}

function addTypes(
  node: ts.Node,
  origins: ReadonlyMap<string, string>,
  types: Map<string, string>,
): void {
  if (ts.isTypeReferenceNode(node) && ts.isIdentifier(node.typeName)) {
    const name = node.typeName.text;
    const origin = origins.get(name);
    if (origin !== undefined) types.set(name, origin);
  }
  ts.forEachChild(node, (child) => addTypes(child, origins, types));
}
