"""The files that users copy, run as GitHub and GitLab would run them."""
