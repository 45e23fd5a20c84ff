/**
 * What is no member: of a run it is an attribute, and Python's names of members say what they are here.
 *
 * @module
 */

import { OptionError } from "../errors.ts";
import { camelCase } from "../options/options.ts";
import type { Attribute } from "./attribute.ts";

/** Names of Python, and names of what selects a run, whose member has another name here than in camelCase. */
const MEMBERS: ReadonlyMap<string, string> = new Map([
  ["with_id", "sysId"],
  ["withId", "sysId"],
  ["experiment_name", "name"],
  ["experimentName", "name"],
  ["field_names", "attributeNames"],
]);

/**
 * The prototype of a class whose objects give an attribute for each name that is no member. A name that is a member under
 * another spelling is an error, so that nobody takes an attribute for it.
 *
 * @param members The prototype of the class itself.
 */
export function attributesBeside<Run extends { attribute(path: string): Attribute }>(members: Run): object {
  const advice = (key: string) => ` An attribute of that name is run.attribute(${JSON.stringify(key)}).`;
  return beside(members, "A run", advice, (run, key) => (run as Run).attribute(key));
}

/** The prototype of a class of which Python's names are said to be what they are here. */
export function pythonNamesBeside(members: object, what: string): object {
  return beside(members, what, () => "", () => undefined);
}

function beside(
  members: object,
  what: string,
  advice: (key: string) => string,
  other: (object: unknown, key: string) => unknown,
): object {
  return new Proxy(Object.prototype, {
    get: (target, key, object) => {
      if (typeof key === "symbol" || key in target) return Reflect.get(target, key, object);
      const member = MEMBERS.get(key) ?? camelCase(key);
      if (member === key || !Object.hasOwn(members, member)) return other(object, key);
      throw new OptionError(`${what} has no member ${JSON.stringify(key)}: it is ${member} here.${advice(key)}`, {
        option: key,
        value: null,
        suggestions: [member],
      });
    },
  });
}
