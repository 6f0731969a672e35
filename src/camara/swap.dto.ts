import { IsInt, IsOptional } from 'class-validator';
import { LineRequest } from './camara.dto.ts';

export class CheckSwapRequest extends LineRequest {
  /** Hours before now, 1 to 2400; 240 when left out. */
  @IsOptional()
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
