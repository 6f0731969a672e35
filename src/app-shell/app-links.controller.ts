import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Environment } from '../../config/environment.ts';
import { Problem } from '../domain/problem.ts';
import { publicDocument } from '../http/public-document.ts';
import { APP } from './manifest.ts';

/** Which native apps the phone's system may open in place of the browser for a link to the app. */
@ApiExcludeController()
@Controller('.well-known')
export class AppLinksController {
  constructor(private readonly environment: Environment) {}

  /** Android App Links: the statement list of Digital Asset Links. */
  @Get('assetlinks.json')
  android(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): string {
    const { ANDROID_APP_PACKAGE: name, ANDROID_APP_FINGERPRINTS: fingerprints } = this.environment;
    if (name === undefined || fingerprints === undefined) throw noApp();
    const target = {
      namespace: 'android_app',
      package_name: name,
      // Android compares the text, and its tools write capitals.
      sha256_cert_fingerprints: fingerprints.map((one) => one.toUpperCase()),
    };
    return publicDocument(request, reply, [{ relation: ['delegate_permission/common.handle_all_urls'], target }]);
  }

  /** Universal links of iOS. The file has no ending, and must be JSON without a redirect. */
  @Get('apple-app-site-association')
  ios(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): string {
    const { IOS_APP_IDS: appIDs } = this.environment;
    if (appIDs === undefined) throw noApp();
    // Only links with a code or a request: the bare address is that of the app in the browser.
    const components = [
      { '/': APP, '#': 'enrol=*' },
      { '/': APP, '#': 'request=*' },
    ];
    return publicDocument(request, reply, { applinks: { details: [{ appIDs, components }] } });
  }
}

function noApp(): Problem {
  return new Problem('not_found', 'No native app opens links of this service.');
}
