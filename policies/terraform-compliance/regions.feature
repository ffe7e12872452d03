Feature: Regions
  Events stay in the regions that the contract with the customers names.

  Scenario: An EventBridge source is in an allowed region
    Given I have genesyscloud_eventbridge_source defined
    Then it must have aws_region
    And its value must match the "^(eu-central-1|eu-west-1)$" regex
