Feature: Names
  One pattern for all names, so that they can be searched for.

  Scenario: A stream's name has letters, digits and hyphens
    Given I have genesyscloud_event_stream defined
    Then it must have name
    And its value must match the "^[a-z0-9-]+$" regex
