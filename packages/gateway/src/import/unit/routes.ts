// Steps of Unit's routes as rules, in the order that Unit tries them.
import { Left, type Option } from '../option.ts';
import { destinationOf, partsOf } from './applications.ts';
import type { UnitFacts } from './facts.ts';
import type { JsonPlace } from './json.ts';
import { anything, both, readMatch, type Condition } from './match.ts';
import { stepRows } from './table-web.ts';

/** What happens to the requests that fit. */
export interface Rule {
  readonly condition: Condition;
  /** The option that is noted where the rule does not work as it does in Unit. */
  readonly option: Option;
  /** A destination, a directory, or nothing that could be carried over. */
  readonly action: { readonly to: string } | { readonly directory: string; readonly index: string } | null;
}

const depthMax = 16;

/** The rules behind `pass`, for requests that fit the condition. */
export function rulesOf(pass: Option, condition: Condition, facts: UnitFacts, depth = 0): readonly Rule[] {
  const { draft } = facts;
  const target = pass.value;
  let rules: readonly Rule[] = [{ condition, option: pass, action: null }];
  draft.attempt(pass, () => {
    if (typeof target !== 'string') throw new Left('lost', 'it is not a text');
    const [kind = '', ...names] = partsOf(target);
    if (kind === 'routes') {
      const steps = facts.find(kind, ...names);
      if (steps === undefined || depth > depthMax) throw new Left('lost', `there are no usable ${target}`);
      rules = steps.items.flatMap((step) => rulesOfStep(step, condition, facts, depth));
      return;
    }
    const to = destinationOf(target, isAnything(condition), facts);
    if (to === null) throw new Left('lost', 'what it leads to could not be carried over');
    rules = [{ condition, option: pass, action: { to } }];
  });
  return rules;
}

function rulesOfStep(step: JsonPlace, outer: Condition, facts: UnitFacts, depth: number): readonly Rule[] {
  const { draft } = facts;
  const match = step.member('match');
  const whole = (match ?? step).option('match');
  let conditions: readonly Condition[] | null = null;
  draft.attempt(whole, () => {
    const differences: string[] = [];
    conditions = readMatch(match, (note) => differences.push(note)).map((each) => both(outer, each));
    if (differences.length > 0) draft.note(whole, 'differs', [...new Set(differences)].join('; '));
  });
  const action = step.member('action');
  // Nothing is said of the requests that it might have taken, so nothing later is hidden by it.
  if (conditions === null || action === undefined) return [];
  return rulesOfAction(action, conditions, facts, depth);
}

function rulesOfAction(
  action: JsonPlace,
  conditions: readonly Condition[],
  facts: UnitFacts,
  depth: number,
): readonly Rule[] {
  const { draft } = facts;
  const options = action.options(stepRows, 'action.');
  const named = (name: string): Option | undefined => options.find((each) => each.name === `action.${name}`);
  const [pass, proxy, share, index] = ['pass', 'proxy', 'share', 'index'].map(named);
  draft.carry(
    options.filter(({ name }) => name !== 'action.pass' && name !== 'action.fallback'),
    stepRows as never,
    facts as never,
  );
  const fallback = action.member('fallback');
  if (pass !== undefined) return conditions.flatMap((each) => rulesOf(pass, each, facts, depth + 1));
  if (proxy !== undefined)
    return conditions.map((condition) => ({
      condition,
      option: proxy,
      action: { to: proxy.value as string },
    }));
  if (share === undefined) {
    const [option = action.option('action')] = options;
    return conditions.map((condition) => ({ condition, option, action: null }));
  }
  return conditions.flatMap((condition): readonly Rule[] => {
    if (fallback !== undefined && condition.path === '/') {
      draft.note(
        share,
        'lost',
        'files and the application share all paths; name those of the files in [[static]]',
      );
      return rulesOfAction(fallback, [condition], facts, depth);
    }
    if (fallback !== undefined)
      draft.note(fallback.option('fallback'), 'lost', 'a file that is not there is answered with 404');
    let rule: Rule = { condition, option: share, action: null };
    draft.attempt(share, () => {
      const directory = directoryOf(share, condition);
      rule = { ...rule, action: { directory, index: (index?.value ?? 'index.html') as string } };
    });
    return [rule];
  });
}

/** The directory of the files below a path: a share has the whole path behind it. */
function directoryOf({ value }: Option, { hosts, path }: Condition): string {
  const [only, ...others] = Array.isArray(value) ? (value as readonly unknown[]) : [value];
  if (others.length > 0) throw new Left('lost', 'a [[static]] has one directory');
  if (hosts !== null)
    throw new Left('lost', 'files are for every host; write a [[static]] with a path of its own');
  const [, root] = (typeof only === 'string' && /^([^$]*)\$uri$/.exec(only)) || [];
  if (root === undefined)
    throw new Left('lost', 'only what ends in $uri, and has no other variable, is a directory');
  return `${root}${path}`.replace(/(?<=.)\/+$/, '');
}

/** Whether every request fits. */
export function isAnything({ hosts, path, methods }: Condition): boolean {
  return hosts === anything.hosts && path === anything.path && methods === anything.methods;
}
