import { Body, Controller, Get, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Caller } from '../crypto/access-token.ts';
import { ForClients, FromClient } from '../http/client.guard.ts';
import { OpaqueId } from '../http/opaque-id.ts';
import { Operation } from '../http/operation.ts';
import { OpenWindowRequest, OpenWindowResponse, WindowResponse } from './window.dto.ts';
import { windowNotFound, Windows } from './windows.ts';

@ApiTags('Relying party')
@ForClients('authentications', 'both')
@Controller('v1/windows')
export class WindowController {
  constructor(private readonly windows: Windows) {}

  /**
   * Creates a hosted window, valid for ten minutes and only in the browser that opens it first. With a token of test
   * mode it verifies test persons, and says so. Errors:
   * `invalid_request`, also for a return address that is not registered.
   */
  @Post()
  @Operation('createWindow', { summary: 'Open a hosted window', answers: 'The window, open for ten minutes' })
  open(@FromClient() client: Caller, @Body() body: OpenWindowRequest): Promise<OpenWindowResponse> {
    return this.windows.open(client, body);
  }

  /**
   * Returns the state of a hosted window and its authentication, for the relying party's server. Errors:
   * `window_not_found`, also for a window of another relying party.
   */
  @Get(':id')
  @Operation('getWindow', {
    summary: 'Get the result of a hosted window',
    answers: 'The window, and its authentication once there is one',
    refuses: ['window_not_found'],
  })
  result(@FromClient() client: Caller, @Param('id', new OpaqueId(windowNotFound)) id: string): Promise<WindowResponse> {
    return this.windows.result(client, id);
  }
}
