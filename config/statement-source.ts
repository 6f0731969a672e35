import { join, relative } from 'node:path';
import ts from 'typescript';

/** The TypeScript type that the code declares for a column or a parameter. */
export interface DeclaredType {
  text: string;
  /** True if the driver returns a value of this PostgreSQL type (`uuid`, `timestamp with time zone[]`) as this type. */
  mayHold(postgresType: string): boolean;
  /** True if the driver accepts this type for a parameter of this PostgreSQL type. */
  mayBecome(postgresType: string): boolean;
}

/** The methods of `Database` and of its sessions that run a statement with values. */
const METHODS = new Set(['rows', 'changed', 'sharedRows', 'pipelinedRows', 'olderRows']);

/** One call of `rows<Row>(STATEMENT, values)`, or of a method like it. */
export interface StatementCall {
  /** `file:line` */
  place: string;
  /** Undefined if the values are neither an array literal nor a constant that is one. */
  values: DeclaredType[] | undefined;
  /** Undefined if the call omits the row type, because it only counts rows. */
  row: Map<string, DeclaredType> | undefined;
}

export interface Source {
  /** Relative paths of the files that declare statements. */
  filesWithStatements: string[];
  /** Calls by the statement's name. */
  calls: Map<string, StatementCall[]>;
  /** The room (first folder of src/) in which a statement is declared. */
  rooms: Map<string, string>;
  /** The room that owns a table: the one with the entity. */
  owners: Map<string, string>;
  faults: string[];
}

/** Reads the statements, their calls and the owners of the tables from the source, with the TypeScript compiler. */
export function readSource(root: string): Source {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
    config: object;
  };
  const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const program = ts.createProgram(fileNames, options);
  const checker = program.getTypeChecker();
  /**
   * Functions that declare one statement for each caller: the text before and after the name that the caller passes,
   * and the room.
   */
  const families = new Map<ts.Declaration, { before: string; after: string; room: string }>();
  const source: Source = {
    filesWithStatements: [],
    calls: new Map(),
    rooms: new Map(),
    owners: new Map(),
    faults: [],
  };

  // Declarations first: a call is identified by the declaration that it names.
  everyNode((node, { path, room }) => {
    if (ts.isClassDeclaration(node)) readEntity(node, room);
    if (ts.isCallExpression(node) && isDeclaration(node)) readDeclaration(node, path, room);
  });
  everyNode((node, { file, path }) => {
    if (!ts.isCallExpression(node)) return;
    if (isRowsCall(node)) readCall(node, file, path);
    const [name] = familyMember(node);
    const maker = name === undefined ? undefined : declarationOf(node.expression);
    if (name === undefined || !maker) return;
    source.rooms.set(name, families.get(maker)?.room ?? '');
    if (!source.filesWithStatements.includes(path)) source.filesWithStatements.push(path);
  });
  return source;

  function everyNode(look: (node: ts.Node, at: { file: ts.SourceFile; path: string; room: string }) => void): void {
    for (const file of program.getSourceFiles()) {
      const path = relative(root, file.fileName).replaceAll('\\', '/');
      if (!path.startsWith('src/') || path === 'src/database/statement.ts') continue;
      const at = { file, path, room: path.split('/')[1] ?? '' };
      const visit = (node: ts.Node): void => {
        look(node, at);
        ts.forEachChild(node, visit);
      };
      visit(file);
    }
  }

  /** Resolves an identifier to its declaration, through imports. */
  function declarationOf(expression: ts.Expression): ts.Declaration | undefined {
    let symbol = checker.getSymbolAtLocation(expression);
    if (symbol && symbol.flags & ts.SymbolFlags.Alias) symbol = checker.getAliasedSymbol(symbol);
    return symbol?.valueDeclaration;
  }

  function isDeclaration(node: ts.CallExpression): boolean {
    return ts.isIdentifier(node.expression) && node.expression.text === 'statement' && node.arguments.length >= 2;
  }

  function isRowsCall({ expression, arguments: given }: ts.CallExpression): boolean {
    return ts.isPropertyAccessExpression(expression) && METHODS.has(expression.name.text) && given.length >= 2;
  }

  function readEntity(node: ts.ClassDeclaration, room: string): void {
    for (const decorator of ts.getDecorators(node) ?? []) {
      const call = decorator.expression;
      if (!ts.isCallExpression(call) || call.expression.getText() !== 'Entity') continue;
      const [table] = call.arguments;
      if (table && ts.isStringLiteral(table)) source.owners.set(table.text, room);
    }
  }

  function readDeclaration(node: ts.CallExpression, path: string, room: string): void {
    if (!source.filesWithStatements.includes(path)) source.filesWithStatements.push(path);
    const [name] = node.arguments;
    if (name && ts.isStringLiteralLike(name)) source.rooms.set(name.text, room);
    const maker = makerOf(node);
    if (!maker || !name) return;
    if (ts.isIdentifier(name)) families.set(maker, { before: '', after: '', room });
    const [span] = ts.isTemplateExpression(name) ? name.templateSpans : [];
    if (span && ts.isTemplateExpression(name)) {
      families.set(maker, { before: name.head.text, after: span.literal.text, room });
    }
  }

  /** Finds the enclosing function that declares a statement for its caller, if there is one. */
  function makerOf(node: ts.Node): ts.Declaration | undefined {
    for (let at = node.parent; !ts.isSourceFile(at); at = at.parent) {
      if (ts.isFunctionDeclaration(at)) return at;
      if (ts.isArrowFunction(at) && ts.isVariableDeclaration(at.parent)) return at.parent;
    }
    return undefined;
  }

  function namesOf(name: ts.Expression | undefined): string[] {
    return name && ts.isStringLiteralLike(name) ? [name.text] : [];
  }

  function readCall(node: ts.CallExpression, file: ts.SourceFile, path: string): void {
    const [first, values] = node.arguments;
    const place = `${path}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
    const names = first ? statementsOf(first) : [];
    if (names.length === 0) {
      if (path !== 'src/database/database.ts') source.faults.push(`${place}: the statement cannot be told from here`);
      return;
    }
    const call = { place, values: values && valuesOf(values), row: rowOf(node) };
    for (const name of names) source.calls.set(name, [...(source.calls.get(name) ?? []), call]);
  }

  /** Follows an identifier to the call of `statement()` that made it, through imports, choices and `const` lists. */
  function statementsOf(expression: ts.Expression): string[] {
    if (ts.isConditionalExpression(expression)) {
      return [...statementsOf(expression.whenTrue), ...statementsOf(expression.whenFalse)];
    }
    if (ts.isParenthesizedExpression(expression)) return statementsOf(expression.expression);
    if (ts.isCallExpression(expression)) {
      return isDeclaration(expression) ? namesOf(expression.arguments[0]) : familyMember(expression);
    }
    if (!ts.isIdentifier(expression) && !ts.isPropertyAccessExpression(expression)) return [];
    const declaration = declarationOf(expression);
    const initializer =
      declaration && (ts.isVariableDeclaration(declaration) || ts.isPropertyAssignment(declaration))
        ? declaration.initializer
        : undefined;
    return initializer ? statementsOf(initializer) : [];
  }

  /** `page('all', '')`, where `page` is a function that declares `audit_log_${name}` for its first argument. */
  function familyMember({ expression, arguments: [first] }: ts.CallExpression): string[] {
    const declaration = declarationOf(expression);
    const family = declaration && families.get(declaration);
    if (!family || !first || !ts.isStringLiteralLike(first)) return [];
    return [family.before + first.text + family.after];
  }

  function valuesOf(values: ts.Expression): DeclaredType[] | undefined {
    if (ts.isIdentifier(values)) {
      const declaration = checker.getSymbolAtLocation(values)?.valueDeclaration;
      if (!declaration || !ts.isVariableDeclaration(declaration) || !declaration.initializer) return undefined;
      return valuesOf(declaration.initializer);
    }
    if (ts.isAsExpression(values)) return valuesOf(values.expression);
    if (ts.isCallExpression(values)) return namedValuesOf(values);
    if (!ts.isArrayLiteralExpression(values)) return undefined;
    const types: DeclaredType[] = [];
    for (const element of values.elements) {
      if (!ts.isSpreadElement(element)) types.push(declared(checker.getTypeAtLocation(element)));
      else {
        const spread = valuesOf(element.expression);
        if (!spread) return undefined;
        types.push(...spread);
      }
    }
    return types;
  }

  /** `values({ … })` of `const { $, values } = parameters('one', 'other')`, or `one.values({ … })` of `const one = …`. */
  function namedValuesOf({ expression, arguments: [input] }: ts.CallExpression): DeclaredType[] | undefined {
    const parametersOf = ts.isPropertyAccessExpression(expression) ? expression.expression : expression;
    let declaration = declarationOf(parametersOf);
    if (declaration && ts.isBindingElement(declaration)) declaration = declaration.parent.parent;
    const initializer = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
    if (!input || !initializer || !ts.isCallExpression(initializer)) return undefined;
    if (initializer.expression.getText() !== 'parameters') return undefined;
    const type = checker.getTypeAtLocation(input);
    const types: DeclaredType[] = [];
    for (const name of initializer.arguments.flatMap(namesIn)) {
      const property = checker.getPropertyOfType(type, name);
      if (!property) return undefined;
      types.push(declared(checker.getTypeOfSymbolAtLocation(property, input)));
    }
    return types;
  }

  /** `'one'`, or `...NAMES` where `NAMES` is a constant list; a name that cannot be read here is empty. */
  function namesIn(argument: ts.Expression): string[] {
    if (ts.isStringLiteral(argument)) return [argument.text];
    const list = ts.isSpreadElement(argument) ? checker.getTypeAtLocation(argument.expression) : undefined;
    if (!list || !checker.isTupleType(list)) return [''];
    return checker.getTypeArguments(list as ts.TypeReference).map((one) => (one.isStringLiteral() ? one.value : ''));
  }

  function rowOf(node: ts.CallExpression): Map<string, DeclaredType> | undefined {
    const [row] = node.typeArguments ?? [];
    const type = row ? checker.getTypeFromTypeNode(row) : inferredRow(node);
    if (!type || type.flags & (ts.TypeFlags.Unknown | ts.TypeFlags.Any)) return undefined;
    return new Map(
      checker
        .getPropertiesOfType(type)
        .map((property) => [property.name, declared(checker.getTypeOfSymbolAtLocation(property, node))]),
    );
  }

  /** The row type that the context implies for a call without a type argument, as in `return database.rows(X, [])`. */
  function inferredRow(node: ts.CallExpression): ts.Type | undefined {
    const signature = checker.getResolvedSignature(node);
    const promised = signature && checker.getReturnTypeOfSignature(signature);
    const rows = promised && checker.getAwaitedType(promised);
    return rows && checker.getIndexTypeOfType(rows, ts.IndexKind.Number);
  }

  function declared(type: ts.Type): DeclaredType {
    return {
      text: checker.typeToString(type),
      mayHold: (postgresType) => fits(type, postgresType, false),
      mayBecome: (postgresType) => fits(type, postgresType, true),
    };
  }

  function fits(type: ts.Type, postgresType: string, asParameter: boolean): boolean {
    const members = (type.isUnion() ? type.types : [type]).filter(
      (member) => !(member.flags & (ts.TypeFlags.Null | ts.TypeFlags.Undefined)),
    );
    return members.every((member) => fitsMember(member, postgresType, asParameter));
  }

  function fitsMember(type: ts.Type, postgresType: string, asParameter: boolean): boolean {
    if (postgresType.endsWith('[]')) {
      const element = checker.getIndexTypeOfType(type, ts.IndexKind.Number);
      return element !== undefined && fits(element, postgresType.slice(0, -2), asParameter);
    }
    const isString = (type.flags & (ts.TypeFlags.StringLike | ts.TypeFlags.TemplateLiteral)) !== 0;
    const isNumber = (type.flags & ts.TypeFlags.NumberLike) !== 0;
    const name = type.getSymbol()?.name;
    switch (postgresType) {
      case 'boolean':
        return (type.flags & ts.TypeFlags.BooleanLike) !== 0;
      case 'smallint':
      case 'integer':
      case 'double precision':
        return isNumber;
      // These exceed the exact range of a double: node-postgres returns text.
      case 'bigint':
      case 'numeric':
        return isString || (asParameter && (isNumber || (type.flags & ts.TypeFlags.BigIntLike) !== 0));
      case 'text':
      case 'character varying':
      case 'uuid':
      case 'name':
        return isString;
      case 'timestamp with time zone':
      case 'timestamp without time zone':
        return name === 'Date' || (asParameter && isString);
      case 'bytea':
        return name === 'Buffer';
      case 'json':
      case 'jsonb':
        return true;
      default:
        return false;
    }
  }
}
