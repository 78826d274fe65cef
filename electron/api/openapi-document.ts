// The OpenAPI 3.1 document of the admin API, made of the contract and the table of routes alone, so that it cannot say
// anything else than what is answered. Holds no secret and nothing of this profile but the program's version.

import { type AnyContractProcedure, ContractProcedure, isContractProcedure, type Meta } from '@orpc/contract';
import { OpenAPIGenerator } from '@orpc/openapi';
import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4';
import type { ApiDocument, ApiOperationObject } from '../../shared/api-document.ts';
import { type ApiRoute, apiPrefix, apiTags } from '../../shared/api-route.ts';
import { apiRoutes } from '../../shared/api-routes.ts';
import { type CallMeta, contract } from '../../shared/contract.ts';
import { plainForm, wireForm } from '../../shared/error-wire.ts';
import { type ErrorCode, type ErrorDetails, errorCatalogue, KeyhatchError } from '../../shared/errors.ts';
import { historyEntry, historyPage } from '../../shared/history-model.ts';
import { limitStates } from '../../shared/limit-model.ts';
import {
  createdKey,
  finding,
  keyFacts,
  lockedAddress,
  settingView,
  status,
  upstreamStatus,
} from '../../shared/model.ts';
import { policyAnswer } from '../../shared/policy-model.ts';
import { projectFacts } from '../../shared/project-model.ts';
import { requestPage, requestView, usageReport, usageSeries } from '../../shared/usage-model.ts';

const about = `What the dashboard and the command line can do, for programs.

Send an admin key with every request, as \`Authorization: Bearer kha_…\` or \`x-api-key: kha_…\`, and nowhere else. Make one with \`keyhatch keys create --admin --name NAME\`. Cookies do not count, and pages in a browser are refused.

Bodies and answers are JSON; times are milliseconds since 1970, durations milliseconds, sizes bytes. Errors look like \`{"error": {"code", "message", "details"}}\`, where \`code\` is one of docs/errors.md.`;

/** What every operation may be answered with, each with an example. */
const refusals: Readonly<Record<string, readonly [ErrorCode, ErrorDetails]>> = {
  '400': ['input_invalid', { reason: 'name: too long' }],
  '401': ['admin_key_unknown', {}],
  '403': ['admin_key_required', {}],
  '429': ['rate_limited', { name: 'backup script', limit: 600, span: 'minute', wait: '8 s', seconds: 8 }],
  '503': ['vault_locked', { vault: 'the OS keychain', reason: 'it is locked' }],
};

/** The route of a call as the library takes it. */
export function routeOf({ method, path, tag, summary, about, makes }: ApiRoute) {
  return {
    method,
    path,
    summary,
    tags: [tag],
    ...(about === undefined ? {} : { description: about }),
    ...(makes === true ? { successStatus: 201 } : {}),
  };
}

/** The document, made when it is asked for first. */
export function createApiDocument({ version }: { readonly version: string }): () => Promise<ApiDocument> {
  let made: Promise<ApiDocument> | undefined;
  return () => {
    made ??= makeDocument(version);
    return made;
  };
}

async function makeDocument(version: string): Promise<ApiDocument> {
  const generator = new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] });
  const bare = await generator.generate(routedContract(), {
    info: { title: 'Keyhatch admin API', version, description: about },
    servers: [{ url: apiPrefix }],
    tags: Object.entries(apiTags).map(([name, description]) => ({ name, description })),
    security: [{ bearer: [] }, { header: [] }],
    commonSchemas: {
      Key: { schema: keyFacts, strategy: 'output' },
      CreatedKey: { schema: createdKey, strategy: 'output' },
      KeyLimits: { schema: limitStates, strategy: 'output' },
      PolicyAnswer: { schema: policyAnswer, strategy: 'output' },
      Usage: { schema: usageReport, strategy: 'output' },
      UsageSeries: { schema: usageSeries, strategy: 'output' },
      RequestPage: { schema: requestPage, strategy: 'output' },
      Project: { schema: projectFacts, strategy: 'output' },
      Upstream: { schema: upstreamStatus, strategy: 'output' },
      Setting: { schema: settingView, strategy: 'output' },
      Request: { schema: requestView, strategy: 'output' },
      Status: { schema: status, strategy: 'output' },
      Finding: { schema: finding, strategy: 'output' },
      LockedAddress: { schema: lockedAddress, strategy: 'output' },
      HistoryPage: { schema: historyPage, strategy: 'output' },
      HistoryEntry: { schema: historyEntry, strategy: 'output' },
    },
  });
  // The library's own type is of any document; ours has what it was given above.
  const document = bare as unknown as ApiDocument;
  return { ...document, paths: finishedPaths(document.paths), components: finishedComponents(document.components) };
}

function routedContract() {
  const calls = [...apiRoutes].map(([name, route]) => {
    const { '~orpc': definition } = callOf(name);
    return [name, new ContractProcedure({ ...definition, route: { ...routeOf(route), operationId: name } })] as const;
  });
  return Object.fromEntries(calls);
}

/** A call of the contract by its name. */
export function callOf(name: string): AnyContractProcedure {
  const found = name.split('.').reduce<unknown>((part, step) => (part as Record<string, unknown>)[step], contract);
  if (!isContractProcedure(found)) throw new Error(`the contract has no call ${name}`);
  return found;
}

function finishedPaths(paths: ApiDocument['paths']): ApiDocument['paths'] {
  const entries = Object.entries(paths).map(([path, methods]) => [
    path,
    Object.fromEntries(Object.entries(methods).map(([method, operation]) => [method, finished(operation)])),
  ]);
  return Object.fromEntries(entries);
}

function finished(operation: ApiOperationObject): ApiOperationObject {
  const route = apiRoutes.get(operation.operationId);
  const { proved = false } = callOf(operation.operationId)['~orpc'].meta as Meta & CallMeta;
  const example = route?.example ?? {};
  const inPath = new Set(operation.parameters?.map(({ name }) => name));
  const sent = Object.fromEntries(Object.entries(example).filter(([name]) => !inPath.has(name)));
  const json = operation.requestBody?.content['application/json'];
  const description = [route?.about, proved ? ownerAlone : undefined].filter((text) => text !== undefined).join(' ');
  return {
    ...operation,
    ...(description === '' ? {} : { description }),
    ...(operation.parameters && {
      parameters: operation.parameters.map((one) =>
        example[one.name] === undefined ? one : { ...one, example: example[one.name] },
      ),
    }),
    ...(operation.requestBody && {
      requestBody: { ...operation.requestBody, content: { 'application/json': { ...json, example: sent } } },
    }),
    responses: {
      ...operation.responses,
      ...Object.fromEntries(
        Object.keys(refusals).map((status) => [status, { $ref: `#/components/responses/E${status}` }]),
      ),
      default: { $ref: '#/components/responses/Error' },
    },
  };
}

const ownerAlone =
  'An admin key is always refused here with `owner_session_required`: it takes the owner, signed in to the dashboard a moment ago.';

function finishedComponents(components: ApiDocument['components']): ApiDocument['components'] {
  const schema = { $ref: '#/components/schemas/Error' };
  const answer = (description: string, code: ErrorCode, details: ErrorDetails) => {
    const example = plainForm(wireForm(new KeyhatchError(code, { details })));
    return { description, content: { 'application/json': { schema, example } } };
  };
  const answers = Object.entries(refusals).map(([status, [code, details]]) => [
    `E${status}`,
    answer(`For example \`${code}\`.`, code, details),
  ]);
  return {
    ...components,
    schemas: { ...components['schemas'], Error: errorSchema },
    responses: {
      ...Object.fromEntries(answers),
      Error: answer('Any other error of docs/errors.md.', 'key_not_found', { ref: 'laptop' }),
    },
    securitySchemes: {
      bearer: { type: 'http', scheme: 'bearer', description: 'An admin key, `kha_…`.' },
      header: { type: 'apiKey', in: 'header', name: 'x-api-key', description: 'The same admin key.' },
    },
  };
}

const errorSchema = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message', 'details'],
      properties: {
        code: { type: 'string', enum: Object.keys(errorCatalogue) },
        message: { type: 'string', description: 'For people: what happened, why, and what to do now.' },
        details: { type: 'object', additionalProperties: { type: ['string', 'number'] } },
      },
    },
  },
};
