import { Body, Controller, Get, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Caller } from '../crypto/access-token.ts';
import { ForClients, FromClient } from '../http/client.guard.ts';
import { OpaqueId } from '../http/opaque-id.ts';
import { OpenWindowRequest, OpenWindowResponse, WindowResponse } from './window.dto.ts';
import { windowNotFound, Windows } from './windows.ts';

@ApiTags('Relying party')
@ForClients('authentications')
@Controller('v1/windows')
export class WindowController {
  constructor(private readonly windows: Windows) {}

  /** Opens a hosted window, good for ten minutes in the browser that opens it first. */
  @Post()
  @ApiOperation({ summary: 'Open a hosted window' })
  open(@FromClient() client: Caller, @Body() body: OpenWindowRequest): Promise<OpenWindowResponse> {
    return this.windows.open(client.id, body);
  }

  /** What became of a hosted window: `open`, `closed` once its authentication has ended, or `expired` unused. */
  @Get(':id')
  @ApiOperation({ summary: 'Get the result of a hosted window' })
  result(@FromClient() client: Caller, @Param('id', new OpaqueId(windowNotFound)) id: string): Promise<WindowResponse> {
    return this.windows.result(client.id, id);
  }
}
