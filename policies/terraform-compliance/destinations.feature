Feature: Destinations
  Streams deliver over https to approved hosts only.

  Scenario: A stream delivers to approved hosts
    Given I have genesyscloud_event_stream defined
    When it has destinations
    Then it must have destinations
    And it must have url
    And its value must match the "^https://([a-z0-9-]+\.)*example\.com(:[0-9]+)?(/.*)?$" regex
