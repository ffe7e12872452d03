Feature: Descriptions
  Whoever finds a stream in Genesys Cloud learns from its description what it is for.

  Scenario: A stream has a description
    Given I have genesyscloud_event_stream defined
    Then it must have description
    And its value must match the ".{10,}" regex
