import { Controller, Get, Headers, Param, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Problem } from '../domain/problem.ts';
import { Assets } from './assets.ts';

@ApiExcludeController()
@Controller('assets')
export class AssetsController {
  constructor(private readonly assets: Assets) {}

  /** A name always stands for the same content, so browsers may cache it for good. */
  @Get(':name')
  asset(
    @Param('name') name: string,
    @Headers('accept-encoding') accepted: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Buffer {
    const asset = this.assets.byName(name);
    if (!asset) throw new Problem('not_found', 'This file does not exist. Reload the page.');
    const isCompressed = /(^|[\s,])br($|[\s,;])(?!\s*q=0(\.0*)?($|,))/.test(accepted ?? '');
    void reply.headers({
      'Content-Type': asset.type,
      ...(isCompressed && { 'Content-Encoding': 'br' }),
      Vary: 'Accept-Encoding',
      'Cache-Control': 'public, max-age=31536000, immutable',
      'X-Content-Type-Options': 'nosniff',
      'Cross-Origin-Resource-Policy': 'same-origin',
    });
    return isCompressed ? asset.brotli : asset.bytes;
  }
}
