import { STRING } from "../options/kinds.ts";
import { checkArgument } from "../options/options.ts";
import type { AttributeType } from "../types.ts";
import { type Aggregation, AGGREGATIONS, type Comparison, type Nql, type Operand } from "./ast.ts";
import { typeOfNqlName } from "./names.ts";
import { describeToken, nextToken, nqlSyntaxError, type Token } from "./tokenize.ts";
import { existsNode, groupNode, notNode, operandNode, predicateNode } from "./tree.ts";

/**
 * Parses a query of the Neptune Query Language.
 *
 * A blank text matches every run. `AND` binds tighter than `OR`, `NOT` tighter than both; keywords may be in any case;
 * `=` and `==` are the same. Names and values may stand without quotes when they hold no blanks, brackets or operators.
 *
 * @param text The query, for example `` (`metrics/loss`:floatSeries < 0.5) AND NOT (`sys/tags`:stringSet CONTAINS "old") ``.
 * @returns The tree, deeply frozen.
 * @throws {NqlSyntaxError} With what was expected, what was found and where, and a caret under the place.
 */
export function parseNql(text: string): Nql {
  checkArgument("parseNql", "text", STRING, text);
  if (text.trim() === "") return groupNode("and", []);
  return new Parser(text).query();
}

/** An operand of `AND` and `OR` that waits for what follows; brackets nest by `outer` rather than by recursion. */
interface Level {
  outer: Level | null;
  or: Nql[];
  and: Nql[];
  /** How many times `NOT` stands before the next clause. */
  not: number;
}

class Parser {
  readonly #text: string;
  #token: Token;

  constructor(text: string) {
    this.#text = text;
    this.#token = nextToken(text, 0);
  }

  query(): Nql {
    let level: Level = { outer: null, or: [], and: [], not: 0 };
    while (true) {
      while (this.#skipKeyword("NOT")) level.not++;
      if (this.#token.kind === "(") {
        this.#advance();
        level = { outer: level, or: [], and: [], not: 0 };
        continue;
      }
      addClause(level, this.#predicate());
      while (this.#token.kind === ")" && level.outer !== null) {
        this.#advance();
        const closed = finish(level);
        level = level.outer;
        addClause(level, closed);
      }
      if (this.#skipKeyword("AND")) continue;
      if (this.#skipKeyword("OR")) {
        level.or.push(groupOf("and", level.and));
        level.and = [];
        continue;
      }
      if (this.#token.kind === "end" && level.outer === null) return finish(level);
      throw this.#unexpected(level.outer === null ? "AND, OR or the end of the query" : "AND, OR or )");
    }
  }

  #predicate(): Nql {
    const operand = this.#operand();
    const token = this.#token;
    if (token.kind === "operator") {
      const op: Comparison = token.text === "==" ? "=" : token.text;
      return predicateNode(op, operand, this.#value(token));
    }
    const negated = this.#skipKeyword("NOT");
    const predicate = this.#wordPredicate(operand, negated);
    return negated ? notNode(predicate) : predicate;
  }

  #wordPredicate(operand: Operand, negated: boolean): Nql {
    const token = this.#token;
    if (token.kind === "keyword" && token.text === "EXISTS") {
      this.#advance();
      return existsNode(operand);
    }
    if (token.kind === "keyword" && (token.text === "CONTAINS" || token.text === "MATCHES")) {
      return predicateNode(token.text === "CONTAINS" ? "contains" : "matches", operand, this.#value(token));
    }
    throw this.#unexpected(
      negated ? "EXISTS, CONTAINS or MATCHES" : "an operator (=, !=, <, <=, >, >=, EXISTS, CONTAINS, MATCHES)",
    );
  }

  #operand(): Operand {
    const aggregation = this.#functionName();
    if (aggregation !== null) {
      this.#advance();
      this.#advance();
    }
    const token = this.#token;
    if (token.kind !== "name" && token.kind !== "word") throw this.#unexpected("the name of an attribute");
    this.#advance();
    let type: AttributeType | null = null;
    if (this.#token.kind === ":") {
      this.#advance();
      type = this.#type();
    }
    if (aggregation !== null) {
      if (this.#token.kind !== ")") throw this.#unexpected(")");
      this.#advance();
    }
    return operandNode(token.text, type, aggregation);
  }

  /** The function that the next two tokens call: a word directly followed by a bracket. */
  #functionName(): Aggregation | null {
    const token = this.#token;
    if (token.kind !== "word" || this.#text[token.end] !== "(") return null;
    const name = token.text.toLowerCase();
    if (isAggregation(name)) return name;
    throw this.#unexpected("average(, last(, max(, min( or variance(");
  }

  #type(): AttributeType {
    const token = this.#token;
    const type = token.kind === "word" ? typeOfNqlName(token.text) : null;
    if (type === null) {
      throw this.#unexpected(
        "a type (int, float, string, bool, datetime, stringSet, floatSeries, stringSeries, histogramSeries, fileRef, " +
          "fileRefSeries or experimentState)",
      );
    }
    this.#advance();
    return type;
  }

  #value(operator: Token): string {
    this.#token = nextToken(this.#text, operator.end, true);
    const token = this.#token;
    if (token.kind !== "value" && token.kind !== "word") throw this.#unexpected("a value");
    this.#advance();
    return token.text;
  }

  #skipKeyword(keyword: string): boolean {
    if (this.#token.kind !== "keyword" || this.#token.text !== keyword) return false;
    this.#advance();
    return true;
  }

  #advance(): void {
    this.#token = nextToken(this.#text, this.#token.end);
  }

  #unexpected(expected: string): Error {
    return nqlSyntaxError(this.#text, this.#token.start, expected, describeToken(this.#text, this.#token));
  }
}

function addClause(level: Level, clause: Nql): void {
  let term = clause;
  for (; level.not > 0; level.not--) term = notNode(term);
  level.and.push(term);
}

function finish(level: Level): Nql {
  return groupOf("or", [...level.or, groupOf("and", level.and)]);
}

/** A group of one term is that term. */
function groupOf(op: "and" | "or", terms: Nql[]): Nql {
  return terms.length === 1 ? terms[0] : groupNode(op, terms);
}

function isAggregation(name: string): name is Aggregation {
  return (AGGREGATIONS as readonly string[]).includes(name);
}
