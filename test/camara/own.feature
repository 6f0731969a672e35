Feature: The step library itself - Operation checkSimSwap

  Background:
    Given the resource "/sim-swap/v2/check"
    And the header "Content-Type" is set to "application/json"
    And the header "Authorization" is set to a valid access token
    And the header "x-correlator" complies with the schema at "#/components/schemas/XCorrelator"
    And the request body is set by default to a request body compliant with the schema

  @own_right
  Scenario Outline: A true sentence passes
    Given the SIM for this phone number has been swapped in the last "<hours>"
    And the request body property "$.maxAge" is set to <hours>
    When the request "checkSimSwap" is sent
    Then the response status code is 200
    And the value of response property "$.swapped" == true

    Examples:
      | hours |
      | 12    |
      | 260   |

  @own_wrong
  Scenario: A sentence that is not true fails
    When the request "checkSimSwap" is sent
    Then the value of response property "$.swapped" == true

  @own_refused
  Scenario: A refusal with another code fails
    Given the header "Authorization" is removed
    When the request "checkSimSwap" is sent
    Then the response property "$.status" is 401
    And the response property "$.code" is "PERMISSION_DENIED"

  @own_unknown
  Scenario: A sentence that no step knows is reported
    When the request is sung
    Then the response status code is 200

  @own_not_applicable
  Scenario: A scenario that is listed as not applicable sends nothing
    When the request "checkSimSwap" is sent
    Then the response status code is 500
