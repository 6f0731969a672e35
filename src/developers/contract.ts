import { Injectable, type INestApplication } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import { Environment } from '../../config/environment.ts';
import { openApiDocument } from './openapi/document.ts';

/** The contract of the running service. It is built when it is first asked for, because most processes never serve it. */
@Injectable()
export class Contract {
  private app: INestApplication | undefined;
  private built: OpenAPIObject | undefined;

  constructor(private readonly environment: Environment) {}

  /** Names the application whose controllers the contract describes. */
  describe(app: INestApplication): void {
    this.app = app;
  }

  get document(): OpenAPIObject {
    if (!this.app) throw new Error('the contract describes no application yet');
    return (this.built ??= openApiDocument(this.app, this.environment.ISSUER));
  }
}
