/**
 * Every error this module throws on purpose, and one guard.
 *
 * Each has a `name` that tells it apart, fields with the values concerned, and a message that is a whole sentence: what
 * happened, with which value, and what to do. An aborted call throws the signal's own reason instead.
 *
 * @module
 */

/** The parent of every error that this module throws on purpose. */
export class NeptuneError extends Error {
  /** The values concerned, by name; plain data, so that an error can cross from a Web Worker. */
  readonly fields: Readonly<Record<string, unknown>>;

  /**
   * Errors of this module are made by it; programs only catch them.
   *
   * @param message A whole sentence.
   * @param fields The values concerned. Never secrets.
   * @param options `cause`, where there is one.
   */
  constructor(message: string, fields: Record<string, unknown> = {}, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.fields = Object.freeze({ ...fields });
  }
}

/** An option, argument or environment variable that cannot be used. Fields: `option`, `value`. */
export class OptionError extends NeptuneError {}

/** The folder given is not an archive that can be read. Fields: `path`, and `suggestion` where another folder would work. */
export class ArchiveError extends NeptuneError {}

/** A data file of a run is damaged. Fields: `run`, `file`. Other runs of the archive are not affected. */
export class DamagedFileError extends NeptuneError {}

/** The bytes of a file are not where they should be. Fields: `path`. */
export class FileMissingError extends NeptuneError {}

/** No such project, or no right to read it. Fields: `project`, `available` where known. */
export class ProjectNotFoundError extends NeptuneError {}

/** No such run. Fields: `run`, `suggestions` (names that are close). */
export class RunNotFoundError extends NeptuneError {}

/** The run has no such attribute. Fields: `run`, `path`, `suggestions` (paths that are close). */
export class AttributeNotFoundError extends NeptuneError {}

/** The method does not fit the type of the attribute. Fields: `path`, `type`, `method`, `use` (methods that fit). */
export class AttributeTypeError extends NeptuneError {}

/** The source cannot do what was asked. Fields: `source`, `feature`. */
export class UnsupportedError extends NeptuneError {}

/** A query text that does not parse. Fields: `text`, `position` (in UTF-16 units), `expected`, `found`. */
export class NqlSyntaxError extends NeptuneError {}

/** A regular expression that RE2 refuses. Fields: `pattern`. */
export class RegexError extends NeptuneError {}

/** The API token cannot be decoded or lacks an address. Never holds the token. */
export class ApiTokenError extends NeptuneError {}

/** The server refuses the API token. Fields: `address`. */
export class CredentialsError extends NeptuneError {}

/** The server cannot be reached, or went away, after every retry. Fields: `address`, `attempts`, `seconds`. */
export class ConnectionError extends NeptuneError {}

/** Something answers at the address, but not Neptune. Fields: `address`. */
export class NotNeptuneError extends NeptuneError {}

/** The server answered with an error. Fields: `status`, `errorType`, `url` (without query). */
export class ServerError extends NeptuneError {}

/** Bytes that are not the message they should be. Fields: `offset`, `what`. */
export class DecodeError extends NeptuneError {}

/** A Web Worker failed in a way of its own. Fields: `reason`. */
export class WorkerError extends NeptuneError {}

/** Tells whether an error comes from this module, also when it crossed from a Web Worker or another copy of the module. */
export function isNeptuneError(error: unknown): error is NeptuneError {
  return error instanceof NeptuneError ||
    (error instanceof Error && error.name in classes && typeof (error as NeptuneError).fields === "object");
}

const classes: Record<string, typeof NeptuneError> = Object.fromEntries(
  [
    NeptuneError,
    OptionError,
    ArchiveError,
    DamagedFileError,
    FileMissingError,
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
    NotNeptuneError,
    ServerError,
    DecodeError,
    WorkerError,
  ].map((type) => [type.name, type]),
);

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
    ? new classes[plain.name](plain.message, plain.fields, options)
    : plain.name === "AbortError" || plain.name === "TimeoutError"
    ? new DOMException(plain.message, plain.name)
    : Object.assign(new Error(plain.message, options), { name: plain.name });
  if (plain.stack) Object.defineProperty(error, "stack", { value: plain.stack, configurable: true });
  return error;
}
