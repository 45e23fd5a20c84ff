import type { Finding } from "../../source.ts";

/** A finding about one thing, of which the fields that do not apply are null. */
export function finding(
  severity: Finding["severity"],
  kind: string,
  message: string,
  fields: Partial<Finding> = {},
): Finding {
  return { severity, kind, run: null, attribute: null, file: null, count: 1, ...fields, message };
}
