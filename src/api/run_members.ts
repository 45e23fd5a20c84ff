/**
 * What is no member of a run is an attribute of it.
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
  return new Proxy(Object.prototype, {
    get: (target, key, run) => {
      if (typeof key === "symbol" || key in target) return Reflect.get(target, key, run);
      const member = MEMBERS.get(key) ?? camelCase(key);
      if (member !== key && Object.hasOwn(members, member)) throw notAMember(key, member);
      return (run as Run).attribute(key);
    },
  });
}

function notAMember(key: string, member: string): OptionError {
  const name = JSON.stringify(key);
  return new OptionError(
    `A run has no member ${name}: it is ${member} here. An attribute of that name is run.attribute(${name}).`,
    { option: key, value: null, suggestions: [member] },
  );
}
