Feature: Replacements
  A replaced stream is away for a moment, and what happens then is in no event.

  Scenario: No stream is replaced
    Given I have genesyscloud_event_stream defined
    When its actions metadata has delete
    Then the scenario should fail
