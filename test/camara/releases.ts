import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A repository of CAMARA at a release, with the files that the scenarios need and their SHA-256. */
interface Release {
  api: string;
  repository: string;
  release: string;
  files: Record<string, string>;
}

/**
 * The pinned releases. CAMARA's files (Apache-2.0) are no part of this project: `CAMARA_FEATURES` names the folder that has a
 * clone of each repository, checked out at its release.
 */
export const RELEASES: readonly Release[] = [
  {
    api: 'one-time-password-sms 1.1.1',
    repository: 'OTPValidation',
    release: 'r3.2',
    files: {
      'API_definitions/one-time-password-sms.yaml': 'fe29dd7d307c6d1e9fd613327a16775ffdb77e7e6982e4fc5de1d3cca9e87c29',
      'Test_definitions/one-time-password-sms-sendCode.feature':
        '03f6f3a6d5beac3aef805b952d125cf9ce81d3aa041072eac97968aed967003d',
      'Test_definitions/one-time-password-sms-validateCode.feature':
        '7ee803882cc6ee9c551320e972066653b9ce9a04f652c0c2908ef8294a428a34',
    },
  },
  {
    api: 'sim-swap 2.1.0',
    repository: 'SimSwap',
    release: 'r3.3',
    files: {
      'API_definitions/sim-swap.yaml': 'b0cda1408fc88b366fc16d04f157478205a1736e81393332172a67f20832648c',
      'Test_definitions/sim-swap-checkSimSwap.feature':
        '9d273fba5cf8cf883838ce65cb80c54b061ed04e2a62c87d3ac801e168e881f8',
      'Test_definitions/sim-swap-retrieveSimSwapDate.feature':
        '21096a1c90bcd7b552127f05c11923d2f22812933c83d4362da3e4cddd4cd1a7',
    },
  },
  {
    api: 'sim-swap-subscriptions 0.3.0',
    repository: 'SimSwap',
    release: 'r3.3',
    files: {
      'API_definitions/sim-swap-subscriptions.yaml': 'e3d2d6132cf87e7739a567a1e7ca6e3dc5baa729d501b9b211a72946223aff86',
      'Test_definitions/sim-swap-subscriptions.feature':
        'b861fe1e004910ec2f7f80c5f8cac75b1cd63b103f6d44c4d6bcd9b919fe49ab',
    },
  },
  {
    api: 'device-swap 1.0.0',
    repository: 'DeviceSwap',
    release: 'r3.2',
    files: {
      'API_definitions/device-swap.yaml': '03be7d2352c1065181983d7f4e0e0cbef678443e7903f47b02cee05fb7281a96',
      'Test_definitions/device-swap-checkDeviceSwap.feature':
        '04bbe6ae932eb3a9d5dfa7ff31864734c2ea7bcae4f0c83d90d6feb8ecc34a2c',
      'Test_definitions/device-swap-retrieveDeviceSwapDate.feature':
        '65eabf3566914d1c70c759552bfaf5db1b501b4a6491d0913182315327071d57',
    },
  },
  {
    api: 'kyc-age-verification 0.2.1',
    repository: 'KnowYourCustomerAgeVerification',
    release: 'r1.3',
    files: {
      'API_definitions/kyc-age-verification.yaml': 'cc9200bf2155c734269235006331eaf4b9fec6dd8a67b8e439eb98e1130cd3e8',
      'Test_definitions/kyc-age-verification.feature':
        '7c45958a0e729c83f2223002e4a299987b6abfca54f0812914fafec32977bb65',
    },
  },
  {
    api: 'kyc-match 0.4.0',
    repository: 'KnowYourCustomerMatch',
    release: 'r1.2',
    files: {
      'API_definitions/kyc-match.yaml': '72a830d45747283d2e4e2d45725643485f8e0bbed71720d52b71af17063b122b',
      'Test_definitions/kyc-match.feature': '214e1be190811db7fd9ebe8b2e502244d8e9de3aa151a80a1b50f0132e5101c3',
    },
  },
  {
    api: 'number-verification 2.1.0',
    repository: 'NumberVerification',
    release: 'r3.2',
    files: {
      'API_definitions/number-verification.yaml': '45a2d3344275e4682d291ad010a9aad3250f590194a4ca60b22a56ba5afafd40',
      'Test_definitions/number-verification-phoneNumberShare.feature':
        '96c7a454a08c9d9759a338bee60269e8d589e04dd32bc4397b81b63675c23f17',
      'Test_definitions/number-verification-phoneNumberVerify.feature':
        'db2ef10da79d58da78017f41e062f8d5b2e979b5c23c2ca04abb0ec84701e27b',
    },
  },
];

/** The paths of all pinned files below `folder`. Throws for one that is missing or is not the file of the release. */
export function pinnedFiles(folder: string): string[] {
  return RELEASES.flatMap(({ repository, release, files }) =>
    Object.entries(files).map(([name, digest]) => {
      const path = join(folder, repository, 'code', name);
      if (!existsSync(path))
        throw new Error(`${path} is missing: clone camaraproject/${repository} there at ${release}`);
      const found = createHash('sha256').update(readFileSync(path)).digest('hex');
      if (found !== digest) throw new Error(`${path} is not the file of ${release}: check that release out`);
      return path;
    }),
  );
}
