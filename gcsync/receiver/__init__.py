"""The server that takes events: answers the handshake, takes each event once, and acknowledges only what is durable.

interface         what a store and a sink are
event             a body, read: handshake, event, or what is wrong
handling          claim, handle, done: an event's way
application       the endpoint as an ASGI application
authentication    who may deliver
certificate       what it serves https with, renewed as its files are
limits            what a sender may take of memory and time
protocol          connections that take no more than they may
metrics           the numbers of /metrics
watching          who watches all this: nobody, or a collector of OpenTelemetry
telemetry         sending to that collector
traced            the spans, and what they tell
propagation       the trace that goes on with an event
dead_letter       events that no attempt could handle, and their replay
letters           a line of theirs, read again
batches           group commit
aws               clients of AWS, and what its errors say
stores, sinks     what is remembered, and what is done with an event
server            running it in the foreground
"""
