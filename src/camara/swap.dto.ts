import { IsInt } from 'class-validator';
import { Optional } from '../http/optional.ts';
import { LineRequest } from './camara.dto.ts';

export class CheckSwapRequest extends LineRequest {
  /** Hours before now, 1 to 2400; 240 when left out. */
  @Optional()
  @IsInt()
  maxAge?: number;
}

export class RetrieveDateRequest extends LineRequest {}

export class CheckSwapResponse {
  swapped: boolean;
}

export class SimSwapDateResponse {
  latestSimChange: string | null;
  /** Days for which it is certain that there was no change. */
  monitoredPeriod?: number;
}

export class DeviceSwapDateResponse {
  latestDeviceChange: string | null;
  /** Days for which it is certain that there was no change. */
  monitoredPeriod?: number;
}
