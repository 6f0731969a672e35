import type { ErrorEntry } from './error-entry.ts';

const LATER = {
  ko: '지금은 본인확인을 할 수 없습니다. 잠시 후 다시 시도해 주세요.',
  en: 'Your identity cannot be verified at the moment. Please try again shortly.',
};
const START_ANEW = {
  ko: '본인확인이 종료되었습니다. 처음부터 다시 진행해 주세요.',
  en: 'This verification has ended. Please start again.',
};

/** What every caller may meet: the request itself, the token, and the service. */
export const REQUEST_ERRORS = {
  invalid_request: {
    when: {
      ko: '요청의 형식이나 값이 올바르지 않습니다. errors의 pointer가 잘못된 항목을 가리킵니다.',
      en: 'The request has a wrong form or value. Each pointer in errors names a field to correct.',
    },
    show: {
      ko: '입력한 내용을 다시 확인해 주세요.',
      en: 'Please check what you entered.',
    },
    again: 'corrected',
    detail: 'Correct the fields listed in errors, then send the request again.',
    members: {
      errors: [{ pointer: '/birthDate', detail: 'Send birthDate as a text of six digits in the form YYMMDD.' }],
    },
  },
  invalid_token: {
    when: {
      ko: '액세스 토큰이 없거나, 만료되었거나(5분), 비활성화된 클라이언트의 토큰입니다.',
      en: 'The access token is missing or older than five minutes, or its client is disabled.',
    },
    show: LATER,
    again: 'corrected',
    detail: 'Get an access token at POST /oauth2/token. A token is valid for five minutes.',
  },
  insufficient_scope: {
    when: {
      ko: '토큰에 필요한 scope가 없거나, 이 클라이언트 또는 담당자에게 허용되지 않은 작업입니다.',
      en: 'The token lacks the scope, or this client or operator may not do this.',
    },
    show: LATER,
    again: 'corrected',
    detail: 'Get an access token with the scope signing at POST /oauth2/token.',
  },
  wrong_mode: {
    when: {
      ko: '테스트 토큰을 테스트 모드가 없는 주소에, 또는 실제 토큰을 테스트 전용 주소에 보냈습니다.',
      en: 'A test token was sent to an address without a test mode, or a live one to an address for tests alone.',
    },
    show: LATER,
    again: 'corrected',
    detail: 'This address has no test mode. Get an access token with a live key.',
  },
  invalid_client: {
    when: {
      ko: '클라이언트 인증에 실패했습니다. ID, 시크릿 또는 서명한 assertion이 올바르지 않습니다.',
      en: 'The client id, its secret or its signed assertion is wrong.',
    },
    show: LATER,
    again: 'corrected',
    detail: 'The client id or the client secret is wrong.',
  },
  invalid_grant_type: {
    when: { ko: 'grant_type이 client_credentials가 아닙니다.', en: 'grant_type is not client_credentials.' },
    show: null,
    again: 'corrected',
    detail: 'Send grant_type=client_credentials.',
  },
  invalid_scope: {
    when: {
      ko: '클라이언트에 허용되지 않은 scope를 요청했습니다.',
      en: 'The client does not have the requested scope.',
    },
    show: null,
    again: 'corrected',
    detail: 'Request one or more of the scopes of this client: authentications.',
  },
  invalid_grant: {
    when: {
      ko: '코드나 auth_req_id가 올바르지 않거나, 만료되었거나(코드는 60초), 이미 사용되었거나, 다른 클라이언트·redirect_uri·code_verifier의 것입니다.',
      en: 'The code or the auth_req_id is wrong, used, or, for a code, older than 60 seconds, or belongs to another client, redirect_uri or code_verifier.',
    },
    show: LATER,
    again: 'anew',
    detail: 'The code is wrong, expired or used. Send the person to the authorization endpoint again.',
  },
  unauthorized_client: {
    when: {
      ko: '이 클라이언트에 허용되지 않은 흐름이거나, 테스트 키로 요청했습니다.',
      en: 'The client may not use this flow, or it authenticated with a test key.',
    },
    show: null,
    again: 'corrected',
    detail: 'CIBA needs the scope authentications, which an operator grants.',
  },
  access_denied: {
    when: {
      ko: '고객이 거절했거나, 숫자를 세 번 틀렸거나, 같은 고객에 대한 새 요청으로 취소되었습니다.',
      en: 'The person refused or typed wrong digits three times, or a newer request for the same person took its place.',
    },
    show: START_ANEW,
    again: 'anew',
    detail: 'The person refused, or the request was ended. Begin a new one if the person wants to.',
  },
  invalid_target: {
    when: { ko: 'resource가 이 서비스의 주소가 아닙니다.', en: 'The resource is none of this service.' },
    show: null,
    again: 'corrected',
    detail: 'Send the issuer as resource, or leave it out.',
  },
  authorization_pending: {
    when: {
      ko: '고객이 아직 휴대폰에서 응답하지 않았습니다. interval이 지난 뒤 다시 요청합니다.',
      en: 'The person has not answered on the phone yet. Poll again after the interval.',
    },
    show: null,
    again: 'later',
    detail: 'The person has not answered yet. Poll again after the interval.',
  },
  slow_down: {
    when: {
      ko: 'interval이 지나기 전에 다시 요청했습니다. interval이 5초 늘어납니다.',
      en: 'The poll came before the interval was over, which is five seconds longer from now on.',
    },
    show: null,
    again: 'later',
    detail: 'Wait for the interval between two polls, which is now five seconds longer.',
  },
  expired_token: {
    when: {
      ko: '고객이 제한 시간 안에 응답하지 않았습니다. 등록되지 않은 번호의 요청도 이렇게 끝납니다.',
      en: 'The person did not answer in time. A request for a number that is not registered ends so too.',
    },
    show: START_ANEW,
    again: 'anew',
    detail: 'The request has expired. Begin a new one.',
  },
  unknown_user_id: {
    when: {
      ko: '힌트가 누구의 것도 될 수 없습니다(한국 휴대폰 번호가 아니거나, 더 이상 보관하지 않는 확인입니다).',
      en: 'The hint can be nobody: its number is not Korean, or its verification is no longer kept.',
    },
    show: { ko: '휴대폰 번호를 다시 확인해 주세요.', en: 'Please check the phone number.' },
    again: 'typed',
    detail: 'The number in login_hint is not a Korean mobile number.',
  },
  invalid_binding_message: {
    when: {
      ko: 'binding_message가 20자를 넘거나, 앱에 표시할 수 없는 문자가 있습니다.',
      en: 'The binding_message has more than 20 characters, or some that the app does not show.',
    },
    show: null,
    again: 'corrected',
    detail: 'Send at most 20 letters, digits, blanks and -._+/!?#() as binding_message.',
  },
  invalid_dpop_proof: {
    when: {
      ko: 'DPoP 헤더의 키 소유 증명이 없거나, 이 요청과 맞지 않거나, 이미 사용한 것입니다.',
      en: 'The proof of possession in the DPoP header is missing, does not match the request, or was used before.',
    },
    show: null,
    again: 'corrected',
    detail: 'The proof was already used. Sign a new one, with a new jti, for every request.',
  },
  expired_login_hint_token: {
    when: {
      ko: 'id_token_hint에 서명한 키를 더 이상 사용하지 않습니다.',
      en: 'The key that signed the id_token_hint is no longer in use.',
    },
    show: null,
    again: 'corrected',
    detail:
      'The key that signed id_token_hint is no longer in use. Send the request without it, and name the person otherwise.',
  },
  not_found: {
    when: { ko: '존재하지 않는 주소입니다.', en: 'Nothing exists at this address.' },
    show: null,
    again: 'never',
    detail: 'Nothing exists at this address. See /openapi.json for the supported ones.',
  },
  method_not_allowed: {
    when: {
      ko: '이 주소가 지원하지 않는 메서드입니다. Allow 헤더를 확인하세요.',
      en: 'The address has other methods. Allow lists them.',
    },
    show: null,
    again: 'never',
    detail: 'Use POST at this address.',
  },
  payload_too_large: {
    when: {
      ko: '본문이 16KiB를 넘습니다(통신사 이벤트 묶음은 1MiB, 회선 대사 파일은 4GiB).',
      en: 'The body has more than 16 KiB (1 MiB for a batch of carrier events, 4 GiB for a snapshot of lines).',
    },
    show: null,
    again: 'corrected',
    detail: 'Send a body of at most 16 KiB (1 MiB for a batch of carrier events).',
  },
  unsupported_media_type: {
    when: {
      ko: 'Content-Type, 문자 집합 또는 Content-Encoding을 지원하지 않습니다.',
      en: 'The Content-Type, charset or Content-Encoding of the body is not supported.',
    },
    show: null,
    again: 'corrected',
    detail: 'Send the body as application/json.',
  },
  headers_too_large: {
    when: { ko: '주소와 헤더가 합쳐서 16KiB를 넘습니다.', en: 'Address and headers together have more than 16 KiB.' },
    show: null,
    again: 'corrected',
    detail: 'Send an address and headers of at most 16 KiB together.',
  },
  request_timeout: {
    when: { ko: '요청이 제한 시간 안에 모두 도착하지 않았습니다.', en: 'The request did not arrive in time.' },
    show: LATER,
    again: 'later',
    detail: 'The request did not arrive in time. Send it again on a new connection.',
  },
  too_many_requests: {
    when: {
      ko: '한 사람, 번호, 주소 또는 클라이언트의 한도를 넘었습니다. RateLimit 헤더가 어떤 한도인지 알려 줍니다.',
      en: 'A limit of one person, number, address or client is used up. RateLimit says which one.',
    },
    show: {
      ko: '요청이 너무 많았습니다. 잠시 후 다시 시도해 주세요.',
      en: 'There were too many requests. Please try again later.',
    },
    again: 'later',
    detail: 'Too many authentications were started for this person. Wait before starting another one.',
  },
  service_unavailable: {
    when: {
      ko: '서비스나 그 뒤의 시스템이 잠시 응답하지 못합니다.',
      en: 'The service, or a system behind it, does not answer for a moment.',
    },
    show: LATER,
    again: 'later',
    detail: 'The service is temporarily unavailable. Send the same request again after a second.',
  },
  internal_error: {
    when: { ko: '서비스 내부 오류이며, 기록되었습니다.', en: 'The service failed, and recorded the error.' },
    show: LATER,
    again: 'later',
    detail: 'The service failed and recorded the error. Try again later.',
  },
} satisfies Record<string, ErrorEntry>;

/** What relying parties meet. */
export const RELYING_PARTY_ERRORS = {
  idempotency_key_reused: {
    when: {
      ko: '같은 Idempotency-Key를 24시간 안에 다른 본문으로 다시 사용했습니다.',
      en: 'The Idempotency-Key was used with another body within 24 hours.',
    },
    show: null,
    again: 'corrected',
    detail: 'This Idempotency-Key was used with a different body. Send a new key with a new body.',
  },
  idempotency_in_progress: {
    when: {
      ko: '같은 Idempotency-Key의 첫 요청이 아직 처리 중입니다.',
      en: 'The first request with this Idempotency-Key is still running.',
    },
    show: null,
    again: 'later',
    detail: 'The first request with this key is still running. Send it again in a moment.',
  },
  authentication_not_found: {
    when: {
      ko: '없는 ID이거나, 다른 클라이언트 또는 다른 기기의 인증입니다.',
      en: 'The id is unknown, or belongs to another client or device.',
    },
    show: START_ANEW,
    again: 'never',
    detail: 'Use the id of an authentication that belongs to this client or device.',
  },
  authentication_closed: {
    when: {
      ko: '이미 확인되었거나, 거절·취소되었거나, 실패한 인증입니다. state가 어느 것인지 알려 줍니다.',
      en: 'The authentication was verified, declined or cancelled, or has failed: state says which.',
    },
    show: START_ANEW,
    again: 'anew',
    detail: 'The state of the authentication is declined, which is final. Start a new one.',
    members: { state: 'declined' },
  },
  authentication_expired: {
    when: {
      ko: '인증을 시작한 지 180초(기기 시험은 10분)가 지났습니다.',
      en: 'More than 180 seconds have passed since the start (ten minutes for the test of a device).',
    },
    show: {
      ko: '인증 시간이 지났습니다. 처음부터 다시 진행해 주세요.',
      en: 'The time for this verification is over. Please start again.',
    },
    again: 'anew',
    detail: 'The authentication expired after 180 seconds. Start a new one.',
    members: { state: 'expired' },
  },
  code_mismatch: {
    when: {
      ko: '인증번호가 다릅니다. attemptsLeft만큼 더 시도할 수 있습니다. 등록되지 않은 사람도 같은 응답을 받습니다.',
      en: 'The code is wrong; attemptsLeft more can be tried. A person whose data matches no line gets the same answer.',
    },
    show: {
      ko: '인증번호가 올바르지 않습니다. 다시 확인해 주세요.',
      en: 'This code is not correct. Please check it and try again.',
    },
    again: 'typed',
    detail: 'The code is wrong. Let the person enter it again.',
    members: { attemptsLeft: 4 },
  },
  attempts_exhausted: {
    when: {
      ko: '다섯 번째 틀린 인증번호로 인증이 실패했습니다.',
      en: 'The fifth wrong code ended the authentication.',
    },
    show: {
      ko: '인증번호를 5회 잘못 입력했습니다. 처음부터 다시 진행해 주세요.',
      en: 'The code was wrong five times. Please start again.',
    },
    again: 'anew',
    detail: 'The fifth wrong code ended the authentication. Start a new one.',
    members: { attemptsLeft: 0 },
  },
  nothing_to_send: {
    when: {
      ko: '휴대폰이 스스로 만드는 번호(OTP)라 다시 보낼 것이 없습니다.',
      en: 'The phone computes this code itself (OTP), so there is nothing to send again.',
    },
    show: {
      ko: '앱에 표시된 일회용 번호를 입력해 주세요.',
      en: 'Please enter the one-time code that the app shows.',
    },
    again: 'never',
    detail: 'The phone generates this code itself, so there is nothing to send.',
  },
  nothing_to_verify: {
    when: {
      ko: '앱에서 승인하는 요청(approve)이라 확인할 인증번호가 없습니다.',
      en: 'The person approves this authentication in the app (approve), so there is no code to verify.',
    },
    show: null,
    again: 'never',
    detail: 'This authentication has no code. GET it, with wait, until its state is verified.',
  },
  window_not_found: {
    when: {
      ko: '없는 창이거나 다른 클라이언트의 창입니다.',
      en: 'The window is unknown, or belongs to another client.',
    },
    show: START_ANEW,
    again: 'anew',
    detail: 'Open a new window with POST /v1/windows.',
  },
  window_closed: {
    when: {
      ko: '본인확인 창이 이미 사용되었거나 10분이 지났습니다.',
      en: 'The hosted window was used, or its ten minutes are over.',
    },
    show: START_ANEW,
    again: 'anew',
    detail: 'The window expired after ten minutes. Go back and open a new one.',
  },
  window_bound_elsewhere: {
    when: {
      ko: '본인확인 창이 다른 브라우저에서 먼저 열렸거나, 창의 페이지에서 보낸 요청이 아닙니다.',
      en: 'The hosted window was first opened in another browser, or the request does not come from its page.',
    },
    show: START_ANEW,
    again: 'anew',
    detail: 'The window was first opened in another browser. Go back and open a new one.',
  },
  webhook_endpoint_not_found: {
    when: {
      ko: '없는 웹훅 엔드포인트이거나 다른 클라이언트의 것입니다.',
      en: 'The webhook endpoint is unknown, or belongs to another client.',
    },
    show: null,
    again: 'never',
    detail: 'Use the id of an endpoint of this client, from GET /v1/webhook-endpoints.',
  },
  webhook_event_not_found: {
    when: {
      ko: '없는 이벤트이거나 30일이 지나 보관하지 않습니다.',
      en: 'The event is unknown, or older than the 30 days for which it is kept.',
    },
    show: null,
    again: 'never',
    detail: 'Use the id of an event of the last 30 days, from GET /v1/webhook-events.',
  },
  webhook_url_refused: {
    when: {
      ko: '웹훅을 보낼 수 없는 주소입니다. errors에 이유가 있습니다.',
      en: 'Webhooks are not sent to this address. The reason stands in errors.',
    },
    show: null,
    again: 'corrected',
    detail: 'Send the address of a receiver that is reachable from the internet by https.',
    members: { errors: [{ pointer: '/url', detail: 'The host must be a name.' }] },
  },
  webhook_endpoint_limit: {
    when: { ko: '클라이언트에 이미 엔드포인트가 열 개 있습니다.', en: 'The client has ten endpoints already.' },
    show: null,
    again: 'never',
    detail: 'A client has at most ten endpoints. Delete one first.',
  },
  webhook_endpoint_disabled: {
    when: { ko: '비활성화된 엔드포인트입니다.', en: 'The endpoint is disabled.' },
    show: null,
    again: 'corrected',
    detail: 'Enable the endpoint first, by PATCH with "disabled": false.',
  },
  registration_not_found: {
    when: {
      ko: '없는 등록이거나 다른 기관 또는 다른 기기의 등록입니다.',
      en: 'The registration is unknown, or belongs to another institution or device.',
    },
    show: null,
    again: 'never',
    detail: 'Use an id returned by POST /v1/registrations or GET /app/v1/registrations.',
  },
  registration_closed: {
    when: {
      ko: '이미 거절·만료·해지된 등록입니다. state가 어느 것인지 알려 줍니다.',
      en: 'The registration was declined or revoked, or has expired: state says which.',
    },
    show: {
      ko: '등록 요청이 종료되었습니다. 다시 등록해 주세요.',
      en: 'This registration has ended. Please register again.',
    },
    again: 'anew',
    detail: 'The state of the registration is expired, which is final.',
    members: { state: 'expired' },
  },
} satisfies Record<string, ErrorEntry>;
