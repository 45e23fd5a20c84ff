/**
 * Every error this module throws on purpose, and one guard.
 *
 * Each has a `name` that tells it apart, fields with the values concerned, and a message that is a whole sentence: what
 * happened, with which value, and what to do. An aborted call throws the signal's own reason instead.
 *
 * @module
 */

/** The values that an error is about, by name. */
export type ErrorFields = Readonly<Record<string, unknown>>;

/**
 * The parent of every error that this module throws on purpose. The message is a whole sentence; control characters in it are
 * shown as their codes.
 */
export class NeptuneError<Fields extends ErrorFields = ErrorFields> extends Error {
  /** The values concerned, by name; plain data, so that an error can cross from a Web Worker. */
  readonly fields: Readonly<Fields>;

  /**
   * Errors of this module are made by it; programs only catch them.
   *
   * @param message A whole sentence.
   * @param fields The values concerned. Never secrets.
   * @param options `cause`, where there is one.
   */
  constructor(message: string, fields: Fields, options?: ErrorOptions) {
    super(printable(message), options);
    this.name = new.target.name;
    this.fields = Object.freeze({ ...fields });
    showUserLine(this, this);
  }
}

/** An option, argument or environment variable that cannot be used. */
export class OptionError extends NeptuneError<{
  /** Its name. */
  option: string;
  /** What was given; null where nothing was, or where it is secret. */
  value: unknown;
  /** Names that are close to a name that does not exist. */
  suggestions?: string[];
}> {}

/** The folder given is not an archive that can be read. */
export class ArchiveError extends NeptuneError<{
  /** The folder. */
  path: string;
  /** Another folder that would work, where one was found. */
  suggestion?: string;
}> {}

/** The folder given holds no data of a Neptune client that can be read. */
export class OfflineError extends NeptuneError<{
  /** The folder. */
  path: string;
}> {}

/** A data file of a run is damaged. Other runs of the archive are not affected. */
export class DamagedFileError extends NeptuneError<{
  /** The run. */
  run: string;
  /** The file, relative to the archive or folder. */
  file: string;
}> {}

/** The bytes of a file are not where they should be. */
export class FileMissingError extends NeptuneError<{
  /** Where they should be. */
  path: string;
  /** For a folder: the files in it. */
  inside?: string[];
}> {}

/** The error for opening a folder as a file; it tells what is inside. */
export function folderError(path: string, inside: readonly string[], cause?: unknown): FileMissingError {
  const names = inside.toSorted();
  const shown = names.length === 0
    ? "is empty"
    : `holds ${names.slice(0, 5).join(", ")}${names.length > 5 ? ` and ${names.length - 5} more` : ""}`;
  const hint = names.length > 0 ? `: open one of these, for example "${path}/${names[0]}"` : "";
  return new FileMissingError(`"${path}" is a folder and ${shown}${hint}.`, { path, inside: names }, { cause });
}

/** Why a file cannot be written. `name`: the file system refuses what it is called. */
export type WriteErrorReason = "full" | "no rights" | "read-only" | "name" | "other";

/** A file cannot be written. Nothing of it is left, and a file of that name is as it was. */
export class WriteError extends NeptuneError<{
  /** The file. */
  path: string;
  /** Why. */
  reason: WriteErrorReason;
}> {}

/** The program may not do what was asked, until Deno allows it. */
export class PermissionError extends NeptuneError<{
  /** What is missing: `read`, `write`, `net`, `ffi` or `sys`. */
  permission: string;
  /** What to run the program with, for example `--allow-net=127.0.0.1:8642`. */
  flag: string;
}> {}

/** No such project, or no right to read it. */
export class ProjectNotFoundError extends NeptuneError<{
  /** The name asked for; null where none was. */
  project: string | null;
  /** The projects there are, where that is known. */
  available?: string[];
}> {}

/** No such run. */
export class RunNotFoundError extends NeptuneError<{
  /** The name or id asked for. */
  run: string;
  /** Names that are close. */
  suggestions: string[];
}> {}

/** The run has no such attribute. */
export class AttributeNotFoundError extends NeptuneError<{
  /** The `sys/id` of the run. */
  run: string;
  /** The path asked for. */
  path: string;
  /** Paths that are close. */
  suggestions: string[];
}> {}

/** The method does not fit the type of the attribute. */
export class AttributeTypeError extends NeptuneError<{
  /** The path of the attribute. */
  path: string;
  /** Its type. */
  type: string;
  /** The method that was called. */
  method: string;
  /** The methods that fit. */
  use: string[];
}> {}

/** The source cannot do what was asked. */
export class UnsupportedError extends NeptuneError<{
  /** The source, as people know it. */
  source: string;
  /** What it cannot do. */
  feature: string;
}> {}

/** A query that cannot be read. */
export class NqlSyntaxError extends NeptuneError<{
  /** The query. */
  text: string;
  /** Where in it, in UTF-16 units. */
  position: number;
  /** What should stand there. */
  expected: string;
  /** What stands there. */
  found: string;
}> {}

/** A regular expression that RE2 refuses. */
export class RegexError extends NeptuneError<{
  /** The expression. */
  pattern: string;
}> {}

/** The API token cannot be decoded, lacks an address, or is one of hosted Neptune, which ended. Never holds the token. */
export class ApiTokenError extends NeptuneError<{
  /** What is wrong with it. */
  reason: "unreadable" | "no address" | "bad address" | "service ended";
}> {}

/** The server refuses the API token. */
export class CredentialsError extends NeptuneError<{
  /** The address of the server. */
  address: string;
}> {}

/** The server cannot be reached, or went away, after every retry. */
export class ConnectionError extends NeptuneError<{
  /** The address of the server. */
  address: string;
  /** How often it was tried. */
  attempts: number;
  /** How long, in seconds. */
  seconds: number;
  /** True where an answer had begun that did not come to its end: what is still missing may be asked for. */
  brokenOff?: boolean;
}> {}

/**
 * Why object storage gives nothing. `credentials`: there are none, or it refuses them. `expired`: they are no longer valid. `no bucket`:
 * there is none of this name. `no access`: the credentials do not allow it. `changed`: an object was written again while it was read.
 * `truncated`: fewer bytes came than there are. `busy`: it went on answering that it cannot now (500, 503 "slow down").
 */
export type StorageErrorReason =
  | "credentials"
  | "expired"
  | "no bucket"
  | "no access"
  | "changed"
  | "truncated"
  | "busy"
  | "other";

/** Object storage does not give what was asked for. Never holds keys or tokens. */
export class StorageError extends NeptuneError<{
  /** The bucket, folder or object, as `s3://bucket/…`. */
  location: string;
  /** Why. */
  reason: StorageErrorReason;
  /** The HTTP status; null where there was no answer. */
  status: number | null;
  /** The store's own word for it, for example `AccessDenied`; null where it gave none. */
  code: string | null;
}> {}

/** Something answers at the address, but not Neptune. */
export class NotNeptuneError extends NeptuneError<{
  /** The address. */
  address: string;
  /** What was asked, without the query, where something else came in the middle of the work. */
  url?: string;
}> {}

/** The server answered with an error. */
export class ServerError extends NeptuneError<{
  /** The HTTP status. */
  status: number;
  /** The server's own word for it, where it gave one. */
  errorType: string | null;
  /** What was asked, without the query. */
  url: string;
  /** What else the server told that a program can use: of a folder that was asked for as a file, the names in it. */
  inside?: unknown;
}> {}

/** A Spark server could not answer a query. The message has what it said. */
export class EngineError extends NeptuneError<{
  /** The address of the server, without parameters. */
  address: string;
  /** The gRPC code, for example `Internal`. */
  code: string;
  /** Spark's own class of errors, for example `FAILED_READ_FILE`, where it names one. */
  errorClass: string | null;
}> {}

/** Bytes that are not the message they should be. */
export class DecodeError extends NeptuneError<{
  /** Where in the bytes. */
  offset: number;
  /** What they should be, or what is wrong with them. */
  what: string;
  /** The run, attribute or file concerned, where it is one. */
  run?: string;
  /** Its path. */
  path?: string;
}> {}

/** A Web Worker failed in a way of its own. */
export class WorkerError extends NeptuneError<{
  /** Which way, for example `silence`. */
  reason: string;
}> {}

/** Every class of error, by its name. */
const classes: { readonly [Name in keyof NeptuneErrors]: abstract new (...args: never[]) => NeptuneErrors[Name] } = {
  NeptuneError,
  OptionError,
  ArchiveError,
  OfflineError,
  DamagedFileError,
  FileMissingError,
  WriteError,
  PermissionError,
  ProjectNotFoundError,
  RunNotFoundError,
  AttributeNotFoundError,
  AttributeTypeError,
  UnsupportedError,
  NqlSyntaxError,
  RegexError,
  ApiTokenError,
  CredentialsError,
  ConnectionError,
  StorageError,
  NotNeptuneError,
  ServerError,
  EngineError,
  DecodeError,
  WorkerError,
};

/** The classes of errors by their names, for {@linkcode isNeptuneError}. */
export interface NeptuneErrors {
  /** {@linkcode NeptuneError} */
  NeptuneError: NeptuneError;
  /** {@linkcode OptionError} */
  OptionError: OptionError;
  /** {@linkcode ArchiveError} */
  ArchiveError: ArchiveError;
  /** {@linkcode OfflineError} */
  OfflineError: OfflineError;
  /** {@linkcode DamagedFileError} */
  DamagedFileError: DamagedFileError;
  /** {@linkcode FileMissingError} */
  FileMissingError: FileMissingError;
  /** {@linkcode WriteError} */
  WriteError: WriteError;
  /** {@linkcode PermissionError} */
  PermissionError: PermissionError;
  /** {@linkcode ProjectNotFoundError} */
  ProjectNotFoundError: ProjectNotFoundError;
  /** {@linkcode RunNotFoundError} */
  RunNotFoundError: RunNotFoundError;
  /** {@linkcode AttributeNotFoundError} */
  AttributeNotFoundError: AttributeNotFoundError;
  /** {@linkcode AttributeTypeError} */
  AttributeTypeError: AttributeTypeError;
  /** {@linkcode UnsupportedError} */
  UnsupportedError: UnsupportedError;
  /** {@linkcode NqlSyntaxError} */
  NqlSyntaxError: NqlSyntaxError;
  /** {@linkcode RegexError} */
  RegexError: RegexError;
  /** {@linkcode ApiTokenError} */
  ApiTokenError: ApiTokenError;
  /** {@linkcode CredentialsError} */
  CredentialsError: CredentialsError;
  /** {@linkcode ConnectionError} */
  ConnectionError: ConnectionError;
  /** {@linkcode StorageError} */
  StorageError: StorageError;
  /** {@linkcode NotNeptuneError} */
  NotNeptuneError: NotNeptuneError;
  /** {@linkcode ServerError} */
  ServerError: ServerError;
  /** {@linkcode EngineError} */
  EngineError: EngineError;
  /** {@linkcode DecodeError} */
  DecodeError: DecodeError;
  /** {@linkcode WorkerError} */
  WorkerError: WorkerError;
}

/**
 * Tells whether an error comes from this module, also when it crossed from a Web Worker or another copy of the module; with a
 * name, whether it is of that class, so that its fields are typed.
 *
 * @example
 * ```ts
 * import { isNeptuneError } from "@nereid/neptune-fetcher";
 *
 * try {
 *   await run.attribute("los").fetch();
 * } catch (error) {
 *   if (!isNeptuneError(error, "AttributeNotFoundError")) throw error;
 *   console.log(error.fields.suggestions);
 * }
 * ```
 */
export function isNeptuneError(error: unknown): error is NeptuneError;
/** Tells whether an error is of the class with this name. */
export function isNeptuneError<Name extends keyof NeptuneErrors>(
  error: unknown,
  name: Name,
): error is NeptuneErrors[Name];
export function isNeptuneError(error: unknown, name?: keyof NeptuneErrors): boolean {
  if (name !== undefined && !Object.hasOwn(classes, name)) {
    const value = typeof name === "string" ? name : String(name);
    throw new OptionError(`isNeptuneError: no class of errors has the name ${JSON.stringify(value)}.`, {
      option: "name",
      value,
    });
  }
  const ours = error instanceof NeptuneError ||
    (error instanceof Error && error.name in classes && typeof (error as NeptuneError).fields === "object");
  return ours && (name === undefined || name === "NeptuneError" || (error as Error).name === name);
}

const ROOT = new URL("../", import.meta.url).href;
const OUR_FILES = ["src/", "mod.ts", "cli.ts", "serve.ts", "samples/mod.ts"].map((file) => ROOT + file);

/** How deep a user's line may lie below where an error is made. */
const DEPTH = 60;

/** Notes the stack of the running call, for {@linkcode showUserLine}; it becomes text only when it is read. */
export function callStack(): { stack?: string } {
  const here: { stack?: string } = {};
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = DEPTH;
  Error.captureStackTrace(here, callStack);
  Error.stackTraceLimit = stackTraceLimit;
  return here;
}

/**
 * Makes the stack of an error start at the line of the person who called, which is what they can change. Where `call` has no such
 * line, the stack stays as it is.
 */
export function showUserLine(error: NeptuneError, call: { stack?: string }): void {
  const { stack = "" } = call === error ? callStack() : call;
  const frames = stack.split("\n").filter((line) => /^ {4}at /.test(line));
  const first = frames.findIndex((frame) =>
    !OUR_FILES.some((file) => frame.includes(file)) && !/ext:|node:/.test(frame)
  );
  if (first < 0) return;
  const text = [`${error.name}: ${error.message}`, ...frames.slice(first)].join("\n");
  Object.defineProperty(error, "stack", { value: text, configurable: true, writable: true });
}

/**
 * Text from outside as it may be shown: characters that drive a terminal (escape sequences, backspaces, changes of the writing
 * direction) are written as their codes, `\\u001b`. Line breaks and tabs stay.
 */
export function printable(text: string): string {
  return text.replace(CONTROL, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

// deno-lint-ignore no-control-regex
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** An error as plain data that can be posted between threads. */
export interface PlainError {
  /** The name of its class. */
  name: string;
  /** Its message. */
  message: string;
  /** Where it was thrown. */
  stack?: string;
  /** The values concerned. */
  fields?: Record<string, unknown>;
  /** What led to it. */
  cause?: PlainError;
}

/** Turns any thrown value into plain data that can be posted between threads. */
export function toPlainError(error: unknown): PlainError {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  const plain: PlainError = { name: error.name, message: error.message, stack: error.stack };
  if (error instanceof NeptuneError) plain.fields = { ...error.fields };
  if (error.cause !== undefined) plain.cause = toPlainError(error.cause);
  return plain;
}

/** Rebuilds the error, with its class, fields and cause. */
export function fromPlainError(plain: PlainError): Error {
  const options = plain.cause ? { cause: fromPlainError(plain.cause) } : undefined;
  const error = plain.name in classes
    ? new (classes as unknown as Record<string, typeof NeptuneError>)[plain.name](
      plain.message,
      plain.fields ?? {},
      options,
    )
    : plain.name === "AbortError" || plain.name === "TimeoutError"
    ? new DOMException(plain.message, plain.name)
    : Object.assign(new Error(plain.message, options), { name: plain.name });
  if (plain.stack) Object.defineProperty(error, "stack", { value: plain.stack, configurable: true });
  return error;
}
