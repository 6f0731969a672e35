import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
import { PickType } from '@nestjs/swagger';
import { WINDOW_METHODS, type WindowMethod } from '../../domain/authentication.ts';
import { StartRequest, WaitQuery } from '../../authentication/relying-party.dto.ts';
import { Optional } from '../../http/optional.ts';

/** The data that the person enters in the window. */
export class WindowPersonRequest extends PickType(StartRequest, ['birthDate', 'genderDigit', 'phoneNumber'] as const) {
  /** The method that the person chose, if it is not the window's. */
  @Optional()
  @IsIn(WINDOW_METHODS)
  method?: WindowMethod;
}

/** The method that the person changes to. */
export class WindowMethodRequest {
  @IsIn(WINDOW_METHODS)
  method: WindowMethod;
}

export class WindowWaitQuery extends WaitQuery {}

/** The query of a page that polls: how long it waits, and the state that it already knows. */
export class FollowQuery extends WaitQuery {
  @IsOptional()
  @IsString()
  @MaxLength(32)
  state?: string;
}
