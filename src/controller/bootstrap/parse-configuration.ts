// controller.yaml and what the hub answers: YAML to values, checked. What is wrong is told by its line and the
// field's name. The YAML parser's own words are not used: they quote, and what they quote may be a secret.
import { parseYaml } from '../../base/yaml-text.ts';
import {
  controllerConfig,
  customerConfig,
  type ControllerConfig,
  type CustomerConfig,
} from '../../contracts/controller-config.ts';

/** Everything that stands in the file, with what this version does not know. */
export type Raw = Readonly<Record<string, unknown>>;
export type Parsed<T> =
  | { readonly state: 'ok'; readonly raw: Raw; readonly value: T }
  | { readonly state: 'broken'; readonly why: string };

type Schema<T> = {
  readonly safeParse: (value: unknown) => {
    readonly success: boolean;
    readonly data?: T | undefined;
    readonly error?:
      | { readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[] }
      | undefined;
  };
};

export const parseControllerYaml = (text: string): Parsed<ControllerConfig> => parse(text, controllerConfig);
export const parseCustomerYaml = (text: string): Parsed<CustomerConfig> => parse(text, customerConfig);

function parse<T>(text: string, schema: Schema<T>): Parsed<T> {
  const yaml = parseYaml(text);
  const [problem] = yaml.problems;
  if (problem !== undefined) return { state: 'broken', why: `line ${problem.line} is no valid YAML` };
  if (!isRaw(yaml.value)) return { state: 'broken', why: 'it has no fields' };
  const { data, error } = schema.safeParse(yaml.value);
  if (data !== undefined) return { state: 'ok', raw: yaml.value, value: data };
  const [issue] = error?.issues ?? [];
  const path = (issue?.path ?? []).filter((key) => typeof key !== 'symbol');
  const message = /received undefined/.test(issue?.message ?? '') ? 'missing' : issue?.message;
  return { state: 'broken', why: `line ${yaml.lineOf(path)}: ${path.join('.')}: ${message ?? 'not valid'}` };
}

export const isRaw = (value: unknown): value is Raw =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
