import { applyDecorators } from '@nestjs/common';
import { ApiExtension, ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { BODY } from '../../http/operation.ts';
import { BatchResponse, CloudEventRequest, EVENT_DATA, LINE_EVENT_DATA, OutcomeResponse } from '../feed.dto.ts';

const event = { $ref: getSchemaPath(CloudEventRequest) };

/** Declares the three ways to send events and their outcomes. */
export function EventBody(): MethodDecorator {
  return applyDecorators(
    ApiExtraModels(CloudEventRequest, OutcomeResponse, BatchResponse, ...EVENT_DATA),
    ApiExtension(BODY, {
      'application/cloudevents+json': { schema: event },
      'application/cloudevents-batch+json': { schema: { type: 'array', items: event, maxItems: 1_000 } },
      // Binary mode: the attributes stand in headers.
      'application/json': { schema: { anyOf: LINE_EVENT_DATA } },
    }),
    ApiResponse({
      status: 202,
      schema: { oneOf: [OutcomeResponse, BatchResponse].map((answer) => ({ $ref: getSchemaPath(answer) })) },
    }),
    ApiResponse({
      status: 422,
      description: '`invalid_request`: a single event that is rejected, with its outcome',
      content: { 'application/problem+json': { schema: REJECTED } },
    }),
  );
}

const REJECTED = {
  allOf: [
    { $ref: '#/components/schemas/Problem' },
    { type: 'object', required: ['outcome'], properties: { outcome: { type: 'string', enum: ['rejected'] } } },
  ],
};
