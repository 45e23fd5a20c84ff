/** One call, as data. */
export interface ApiCall {
  method: "GET" | "POST";
  path: string;
  query?: Record<string, string>;
  /** Sent as JSON; bytes are JSON already. */
  body?: unknown;
  /** What it is answered with. */
  answer: "protobuf" | "json";
  /** Whose data it is, for errors. */
  project?: string;
}
