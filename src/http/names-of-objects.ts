import 'reflect-metadata';
import type { InputFault } from '../domain/problem.ts';
import { pointerBelow } from './faults.ts';
import { UNSUPPORTED } from './rule-sentences.ts';

const OPEN_MEMBERS = Symbol('open members');

/** Marks a member of a request of which only some parts are read: whatever else is in it is dropped and refuses nothing. */
export function DropsUnknown(): PropertyDecorator {
  return (target, name) => {
    Reflect.defineMetadata(OPEN_MEMBERS, [...openMembersOf(target), String(name)], target);
  };
}

function openMembersOf(target: object): string[] {
  return (Reflect.getMetadata(OPEN_MEMBERS, target) as string[] | undefined) ?? [];
}

/**
 * The faults of members whose names every JavaScript object has, such as `constructor` and `__proto__`. The validation
 * that refuses unknown members overlooks them, and a copy of them would change an object's behaviour. Those in a member
 * that is marked by {@link DropsUnknown} are no faults.
 */
export function namesOfObjects(value: unknown, shape: (new () => object) | undefined, path = ''): InputFault[] {
  if (typeof value !== 'object' || value === null) return [];
  const open = shape ? openMembersOf(shape.prototype as object) : [];
  return Object.entries(value).flatMap(([name, member]) => {
    const pointer = pointerBelow(path, name);
    if (name in Object.prototype) return [{ pointer, detail: UNSUPPORTED }];
    return open.includes(name) ? [] : namesOfObjects(member, undefined, pointer);
  });
}

/** A copy without the members whose names every JavaScript object has. */
export function withoutNamesOfObjects(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(withoutNamesOfObjects);
  const members = Object.entries(value).filter(([name]) => !(name in Object.prototype));
  return Object.fromEntries(members.map(([name, member]) => [name, withoutNamesOfObjects(member)]));
}
