Feature: Event types
  No stream sends every event of the organization: that costs, and hands on what nobody asked for.

  Scenario: A stream names its event types
    Given I have genesyscloud_event_stream defined
    Then it must have event_types
    And its value must not match the "^\*$" regex
