"""The sinks: what is done with an event.

opening      the sink that a text names
jsonl        lines of JSON in a file, rotated
lines        such a file, for dead letters too
parquet      files for DuckDB, Athena and Spark, made of such lines in a thread
parquet_files  those files, of one spool of lines
recording    a table of the store itself, in the store's own transaction
function     a Python function
webhook      another endpoint
threads      what these two call from
sqs          a queue of AWS
sns          a topic of AWS
kinesis      a data stream of AWS
lanes        what these share: batches, sent side by side
"""

from __future__ import annotations

from gcsync.receiver.sinks.opening import AUTHORIZATION, open_sink

__all__ = ["AUTHORIZATION", "open_sink"]
