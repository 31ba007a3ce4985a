// Each route's example is what the route takes and gives, and the published document is that of the code.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { factsEvent, notice, routes, type RouteId, type RouteShape } from '../../src/contracts/routes.ts';
import { API_CODES, formatRefused } from '../../src/contracts/api-error.ts';
import { COMMON_ERRORS, refusedExample, routeExamples } from '../../src/contracts/route-examples.ts';
import {
  CONTROLLER_COMMON_ERRORS,
  controllerRouteExamples,
} from '../../src/contracts/controller-route-examples.ts';
import { controllerRoutes, type ControllerRouteId } from '../../src/contracts/controller-routes.ts';
import { API_DOCUMENT, apiDocument } from './api-document.ts';

/** Nothing is added to it by its schema, and nothing taken away. */
const parsed = (schema: z.ZodType, example: unknown) => schema.parse(structuredClone(example));

const rows: readonly [RouteId, RouteShape][] = Object.keys(routes)
  .filter((id): id is RouteId => Object.hasOwn(routes, id))
  .map((id) => [id, routes[id]]);

const agents = rows.map(([id, shape]) => ({
  route: id,
  shape,
  example: routeExamples[id],
  commonErrors: COMMON_ERRORS,
}));
const controllers = Object.keys(controllerRoutes)
  .filter((id): id is ControllerRouteId => Object.hasOwn(controllerRoutes, id))
  .map((id) => ({
    route: `controller's ${id}`,
    shape: controllerRoutes[id],
    example: controllerRouteExamples[id],
    commonErrors: CONTROLLER_COMMON_ERRORS,
  }));

describe.each([...agents, ...controllers])('the example of $route', ({ shape, example, commonErrors }) => {
  const { params, query, body, answer, errors } = example;

  test('is what the route takes', () => {
    expect(parsed(shape.params, params)).toEqual(params);
    expect(parsed(shape.query, query)).toEqual(query);
    expect(parsed(shape.body, body)).toEqual(body);
  });
  test('is all that the route gives', () => expect(parsed(shape.answer, answer)).toEqual(answer));
  test('names the parameters of the path', () => {
    const named = [...shape.path.matchAll(/:(\w+)/g)].map(([, name]) => name);
    expect(Object.keys(params)).toEqual(named);
  });
  test('tells errors that answer a request, each once, and none that every request may get', () => {
    expect(new Set(errors).size).toBe(errors.length);
    expect(errors.filter((code) => API_CODES[code] === 0)).toEqual([]);
    const common = new Set<string>(commonErrors);
    expect(errors.filter((code) => common.has(code) && code !== 'E_NOT_READY')).toEqual([]);
  });
});

test('the example of a refused format is one', () =>
  expect(parsed(formatRefused, refusedExample)).toEqual(refusedExample));

test.each([routeExamples.events.answer, controllerRouteExamples.events.answer])(
  'the events of the example are facts and a notice',
  (example) => {
    const data = [...example.matchAll(/^event: (\w+)\ndata: (.*)$/gm)];
    expect(data.map(([, event]) => event)).toEqual(['facts', 'notice']);
    const [facts, told]: unknown[] = data.map(([, , json]) => JSON.parse(json ?? ''));
    expect(parsed(factsEvent, facts)).toEqual(facts);
    expect(parsed(notice, told)).toEqual(told);
  },
);

test('docs/api.md is what the code says (else: npm run api)', () => {
  expect(readFileSync(API_DOCUMENT, 'utf8')).toBe(apiDocument());
});
