"""The server that takes events: answers the handshake, takes each event once, and acknowledges only what is durable.

interface    what a store and a sink are
"""
