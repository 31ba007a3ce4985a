// docs/api.md as a text: the table of routes with its examples, for people who write a client.
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { listTexts } from '../../src/base/texts/text.ts';
import { API_CODES, apiError } from '../../src/contracts/api-error.ts';
import { diskScan, diskSignal } from '../../src/contracts/facts/disk-flags.ts';
import { guest, guestReport } from '../../src/contracts/facts/guests.ts';
import { ledgerRecord } from '../../src/contracts/facts/ledger.ts';
import { operation, requester } from '../../src/contracts/facts/operations.ts';
import { flaggedDevice } from '../../src/contracts/flagged-device-schema.ts';
import {
  CONTROLLER_COMMON_ERRORS,
  controllerRouteExamples,
} from '../../src/contracts/controller-route-examples.ts';
import { controllerRoutes, type ControllerRouteId } from '../../src/contracts/controller-routes.ts';
import { baseService, baseStackFacts, healthIssue } from '../../src/contracts/facts/base-stack.ts';
import { COMMON_ERRORS, refusedExample, routeExamples } from '../../src/contracts/route-examples.ts';
import { CALLERS, routes, tokenRow, type RouteId, type RouteShape } from '../../src/contracts/routes.ts';
import { shapeText, type JsonSchema } from './shape-text.ts';

export const API_DOCUMENT = fileURLToPath(new URL('../../docs/api.md', import.meta.url));

/** Shapes that stand in several answers are told once, at the end. */
const names = z.registry<{ id: string }>();
for (const [id, schema] of Object.entries({
  BaseStack: baseStackFacts,
  BaseService: baseService,
  Issue: healthIssue,
  Device: flaggedDevice,
  Guest: guest,
  LedgerRecord: ledgerRecord,
  Operation: operation,
  Report: guestReport,
  Requester: requester,
  Scan: diskScan,
  Signal: diskSignal,
  Token: tokenRow,
})) {
  names.add(schema, { id });
}

export function apiDocument(): string {
  const shapes = new Map<string, JsonSchema>();
  const shapeOf = (schema: z.ZodType, io: 'input' | 'output') => {
    const { $defs = {}, ...json } = z.toJSONSchema(schema, {
      io,
      metadata: names,
      unrepresentable: 'any',
    });
    for (const [name, shape] of Object.entries($defs)) shapes.set(name, shape);
    return shapeText(json);
  };
  const chapters = Object.keys(routes)
    .filter(isRoute)
    .map((id) => {
      const shape: RouteShape = routes[id];
      const more =
        id === 'formatDisk'
          ? ['The 403 of `E_PENDING_SIGNATURE`:', fenced('json', JSON.stringify(refusedExample, null, 2))]
          : [];
      return chapterOf({ shape, example: routeExamples[id], may: mayText(shape), more }, shapeOf);
    });
  const ofController = Object.keys(controllerRoutes)
    .filter(isControllerRoute)
    .map((id) => {
      const shape = controllerRoutes[id];
      const conflict = { ok: false, ...refusedExample };
      const more =
        id === 'formatDisk'
          ? ["The agent's 403 with its operation, as 409:", fenced('json', JSON.stringify(conflict, null, 2))]
          : [];
      const may = shape.open ? 'anybody, by a name of ours' : 'the socket, or the API token';
      return chapterOf({ shape, example: controllerRouteExamples[id], may, more, wrapped: true }, shapeOf);
    });
  return [
    "# The agent's routes",
    '<!-- Written by `npm run api` from src/contracts/routes.ts and src/contracts/route-examples.ts. -->',
    [
      'On the host over the sockets `root.sock` and `agent.sock` (group) below `/run/felhom-agent`; for guests over',
      'HTTPS with `authorization: Bearer TOKEN` and a pinned certificate. Bodies are JSON, marked as such.',
      'Clients leave fields aside that they do not know. Times are milliseconds since the epoch; `at` says when',
      'facts were read, `every_s` how often they are.',
    ].join('\n'),
    [`| route | ${CALLERS.join(' | ')} |`, `| --- |${' --- |'.repeat(CALLERS.length)}`, ...rightsRows()].join(
      '\n',
    ),
    '`own`: what belongs to the guest itself, and nothing else. `scraper` brings the token for metrics.',
    ...chapters,
    "# The controller's routes",
    [
      'In a guest, over the socket `controller.sock` in the data folder of its controller (root of the guest), or over',
      'HTTP on port 8080 of its container with `authorization: Bearer TOKEN`, the token of the file `api-token` beside it.',
      'Answers are `{"ok": true, "data": …}`; below stands what is in `data`. Refusals are',
      '`{"ok": false, "error", "code", "hint"?}`. It answers to `localhost`, `127.0.0.1`, `[::1]`, the name of its',
      'container, the id of its customer and `felhom.DOMAIN`, and to no other name. What changes something is marked',
      '`content-type: application/json`, and comes from no other web site. Who asked, by which door and under which',
      'claimed `name`, stands in its ledger before anything is done.',
    ].join('\n'),
    ...ofController,
    '# Shapes and errors of both',
    '## Shapes',
    ...[...shapes]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, shape]) => `### ${name}\n\n${fenced('ts', shapeText(shape))}`),
    '## Errors',
    `Every refusal is${inline(shapeOf(apiError, 'output'))}: a sentence, its code, and what to do about it.`,
    `Any request to the agent may be refused with ${codes(COMMON_ERRORS)}; any to the controller with ${codes(CONTROLLER_COMMON_ERRORS)}.`,
    ['| code | status | means |', '| --- | --- | --- |', ...codeRows()].join('\n'),
    'Codes without a status are how an operation ended (`ended.code`).',
  ]
    .join('\n\n')
    .concat('\n');
}

type Chapter = {
  readonly shape: Pick<RouteShape, 'method' | 'path' | 'query' | 'body' | 'answer' | 'status' | 'kind'>;
  readonly example: {
    readonly says: string;
    readonly params: object;
    readonly query: object;
    readonly body: object;
    readonly answer: unknown;
    readonly errors: readonly string[];
  };
  readonly may: string;
  readonly more: readonly string[];
  /** The example stands in the data of an answer. */
  readonly wrapped?: boolean;
};

function chapterOf(
  { shape, example, may, more, wrapped = false }: Chapter,
  shapeOf: (schema: z.ZodType, io: 'input' | 'output') => string,
): string {
  const { says, params, query, body, errors } = example;
  const answer =
    wrapped && typeof example.answer !== 'string' ? { ok: true, data: example.answer } : example.answer;
  const given = (what: string, schema: z.ZodType) => {
    const text = shapeOf(schema, 'input');
    return text === '{}' ? [] : [`${what}:${inline(text)}`];
  };
  const path = shape.path.replaceAll(/:(\w+)/g, (_, name: string) =>
    String(new Map(Object.entries(params)).get(name)),
  );
  const asked = new URLSearchParams(
    Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
  ).toString();
  const line = `${shape.method} ${path}${asked === '' ? '' : `?${asked}`}`;
  const sent = Object.keys(body).length === 0 ? '' : `\n\n${JSON.stringify(body, null, 2)}`;
  const answered = typeof answer === 'string' ? answer.trimEnd() : JSON.stringify(answer, null, 2);
  return [
    `## ${shape.method} ${shape.path}`,
    says,
    `May: ${may}.`,
    ...given('Query', shape.query),
    ...given('Body', shape.body),
    `Answer ${shape.status}:${shape.kind === 'json' ? inline(shapeOf(shape.answer, 'output')) : KINDS[shape.kind]}`,
    fenced('http', `${line}${sent}`),
    fenced(typeof answer === 'string' ? 'text' : 'json', answered),
    ...more,
    ...(errors.length === 0 ? [] : [`Errors: ${errors.map((code) => `\`${code}\``).join(', ')}.`]),
  ].join('\n\n');
}

const KINDS = { text: ' a text', events: ' `text/event-stream`' } as const;
const RIGHTS = { yes: 'yes', own: 'own', no: '–' } as const;

const rightsRows = () =>
  Object.values(routes).map(
    ({ method, path, rights }) =>
      `| \`${method} ${path}\` | ${CALLERS.map((caller) => RIGHTS[rights[caller]]).join(' | ')} |`,
  );

const mayText = ({ rights }: RouteShape): string =>
  CALLERS.filter((caller) => rights[caller] !== 'no')
    .map((caller) => (rights[caller] === 'own' ? `${caller} (its own)` : caller))
    .join(', ');

const codeRows = () =>
  Object.entries(API_CODES).map(
    ([code, status]) => `| \`${code}\` | ${status === 0 ? '–' : status} | ${meaningOf(code)} |`,
  );
const meaningOf = (code: string): string => new Map(listTexts('en')).get(`api.${code}`) ?? '';

/** Behind what introduces it when it is one line, else below it. */
const inline = (text: string): string => (text.includes('\n') ? `\n\n${fenced('ts', text)}` : ` \`${text}\``);
const fenced = (language: string, text: string): string => `\`\`\`${language}\n${text}\n\`\`\``;
const codes = (list: readonly string[]): string => list.map((code) => `\`${code}\``).join(', ');
const isControllerRoute = (id: string): id is ControllerRouteId => Object.hasOwn(controllerRoutes, id);
const isRoute = (id: string): id is RouteId => Object.hasOwn(routes, id);
