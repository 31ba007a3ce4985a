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
import { COMMON_ERRORS, refusedExample, routeExamples } from '../../src/contracts/route-examples.ts';
import { CALLERS, routes, tokenRow, type RouteId, type RouteShape } from '../../src/contracts/routes.ts';
import { shapeText, type JsonSchema } from './shape-text.ts';

export const API_DOCUMENT = fileURLToPath(new URL('../../docs/api.md', import.meta.url));

/** Shapes that stand in several answers are told once, at the end. */
const names = z.registry<{ id: string }>();
for (const [id, schema] of Object.entries({
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
    .map((id) => chapterOf(id, shapeOf));
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
    '## Shapes',
    ...[...shapes]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, shape]) => `### ${name}\n\n${fenced('ts', shapeText(shape))}`),
    '## Errors',
    `Every refusal is${inline(shapeOf(apiError, 'output'))}: a sentence, its code, and what to do about it.`,
    `Any request may be refused with ${COMMON_ERRORS.map((code) => `\`${code}\``).join(', ')}.`,
    ['| code | status | means |', '| --- | --- | --- |', ...codeRows()].join('\n'),
    'Codes without a status are how an operation ended (`ended.code`).',
  ]
    .join('\n\n')
    .concat('\n');
}

function chapterOf(id: RouteId, shapeOf: (schema: z.ZodType, io: 'input' | 'output') => string): string {
  const shape: RouteShape = routes[id];
  const { says, params, query, body, answer, errors } = routeExamples[id];
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
    `May: ${mayText(shape)}.`,
    ...given('Query', shape.query),
    ...given('Body', shape.body),
    `Answer ${shape.status}:${shape.kind === 'json' ? inline(shapeOf(shape.answer, 'output')) : KINDS[shape.kind]}`,
    fenced('http', `${line}${sent}`),
    fenced(typeof answer === 'string' ? 'text' : 'json', answered),
    ...(id === 'formatDisk'
      ? [`The 403 of \`E_PENDING_SIGNATURE\`:`, fenced('json', JSON.stringify(refusedExample, null, 2))]
      : []),
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
const isRoute = (id: string): id is RouteId => Object.hasOwn(routes, id);
