"""How to talk to Genesys Cloud: credentials, transport, tokens, paging, retry, and errors that say what to do."""
