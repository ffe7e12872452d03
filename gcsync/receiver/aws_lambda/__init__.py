"""The receiver as an AWS Lambda function: the same application, asked by events instead of connections.

handler        what Lambda calls; the only module here that knows the process it runs in
function       what stays between invocations: store, sink, event loop, application
gateway        an event of a gateway as an ASGI request, and the answer as its gateway wants it
settings       environment variables
secret         the credential from Secrets Manager or the Parameter Store
"""
